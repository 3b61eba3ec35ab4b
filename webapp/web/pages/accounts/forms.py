"""The forms of signing in, joining and passwords."""

import unicodedata
from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, StopValidation

from webapp.security.input_validation import (
    MaxLength,
    email_address,
    lowercase,
    no_control_characters,
    not_blank,
    strip_and_compose,
    value_of,
)
from webapp.security.password_hashing import LONGEST, SHORTEST

_ADDRESS_KEYBOARD = {"inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}


def normal_password(value: str | None) -> str | None:
    """Compose the characters of a password (NFC), so that every keyboard types the same one (RFC 8265, section 4.2)."""
    return unicodedata.normalize("NFC", value) if value is not None else None


def password_fault(password: str, own_words: Sequence[str]) -> str:
    """Say what is wrong with a new password; nothing where it will do."""
    if len(password) < SHORTEST:
        return f"{SHORTEST} characters at least; this has {len(password)}."
    if len(password) > LONGEST:
        return f"{LONGEST} characters at most; this has {len(password):,}."
    if password.strip().casefold() in {word.casefold() for word in own_words if word}:
        return "This is your own name or address: everybody would try it first."
    return ""


def name_field() -> StringField:
    """Make the field for the name of a person."""
    rules = [DataRequired("Type a name."), MaxLength(100), no_control_characters, not_blank]
    return StringField("Name", filters=[strip_and_compose], validators=rules)


def address_field() -> StringField:
    """Make the field for the address by which a person signs in."""
    rules = [
        DataRequired("Type an email address."),
        MaxLength(254),
        no_control_characters,
        email_address,
        MaxLength(254),
    ]
    return StringField(
        "Email address", filters=[strip_and_compose, lowercase], validators=rules, render_kw=_ADDRESS_KEYBOARD
    )


def new_password_field() -> PasswordField:
    """Make the field in which a password is chosen."""
    return PasswordField("New password", filters=[normal_password], validators=[InputRequired("Choose a password.")])


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Who, and the proof of it."""

    address = StringField(
        "Email address",
        filters=[strip_and_compose],
        validators=[DataRequired("Type your email address."), no_control_characters],
        render_kw=_ADDRESS_KEYBOARD,
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
