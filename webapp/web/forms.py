"""What forms share: rendering a page with a form, and the fields of a person's name and address."""

from flask import Response, make_response, render_template, request
from wtforms import StringField
from wtforms.validators import DataRequired

from webapp.security.input_validation import (
    MaxLength,
    email_address,
    lowercase,
    no_control_characters,
    not_blank,
    strip_and_compose,
)

ADDRESS_KEYBOARD = {"inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}


def render_form(template: str, **context: object) -> Response:
    """Render a page with a form: 200 to look at, 422 where what was sent was refused."""
    return make_response(render_template(template, **context), 422 if request.method == "POST" else 200)


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
        "Email address", filters=[strip_and_compose, lowercase], validators=rules, render_kw=ADDRESS_KEYBOARD
    )
