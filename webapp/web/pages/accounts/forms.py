"""The forms of signing in, joining and passwords."""

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, StopValidation

from webapp.security.input_validation import (
    no_control_characters,
    strip_and_compose,
    value_of,
)
from webapp.services.accounts.password_rules import normal_password, password_fault
from webapp.web.forms import ADDRESS_KEYBOARD, address_field, name_field


def new_password_field() -> PasswordField:
    """Make the field in which a password is chosen."""
    return PasswordField("New password", filters=[normal_password], validators=[InputRequired("Choose a password.")])


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Who, and the proof of it."""

    address = StringField(
        "Email address",
        filters=[strip_and_compose],
        validators=[DataRequired("Type your email address."), no_control_characters],
        render_kw=ADDRESS_KEYBOARD,
    )
    password = PasswordField("Password", filters=[normal_password], validators=[InputRequired("Type your password.")])


class _ChoosesPassword(FlaskForm):  # type: ignore[misc]
    """A form with the field `password`, in which a new one is chosen."""

    def __init__(self, *own_words: str) -> None:
        """Take what is known of the person and will not do as a password."""
        super().__init__()
        self.own_words = own_words

    def validate_password(self, field: PasswordField) -> None:
        """Refuse a password that is too short, too long, or the person's name or address, known or typed beside it."""
        beside = [value_of(self[name]) for name in ("name", "address") if name in self]
        if fault := password_fault(value_of(field), [*self.own_words, *beside]):
            raise StopValidation(fault)


class NewPasswordForm(_ChoosesPassword):
    """A password in place of a forgotten one."""

    password = new_password_field()


class ChangePasswordForm(_ChoosesPassword):
    """The present password and the next one."""

    present = PasswordField(
        "Present password", filters=[normal_password], validators=[InputRequired("Type your present password.")]
    )
    password = new_password_field()


class JoinForm(_ChoosesPassword):
    """How an invited person is called, and a password."""

    name = name_field()
    password = new_password_field()


class SetUpForm(_ChoosesPassword):
    """The first administrator."""

    name = name_field()
    address = address_field()
    password = new_password_field()
