"""What people type, made regular and checked: filters and validators for every form; knows no field by name."""

import unicodedata
from typing import Any

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from wtforms import Field, Form
from wtforms.validators import StopValidation

# Unicode categories that no line of text needs (UAX #44): control, surrogate, line and paragraph separator.
_CONTROLS = frozenset({"Cc", "Cs", "Zl", "Zp"})
# Invisible characters that reorder or hide their neighbours, so that one name can pass for another (UTS #39). The
# joiners and direction marks that emoji, Persian and Hebrew need are not among them.
_DECEIVERS = frozenset("\u200b\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Internal networks do use `local`, `localhost` and `test`; the library's README names this list as the place to say so.
SPECIAL_USE_DOMAIN_NAMES.clear()
_VISIBLE = ("L", "N", "P", "S")


def strip_and_compose(value: str | None) -> str | None:
    """Take the space around a text away and compose its characters (NFC): equal texts become the same text."""
    return unicodedata.normalize("NFC", value).strip() if value is not None else None


def lowercase(value: str | None) -> str | None:
    """Write a text in lower case."""
    return value.lower() if value is not None else None


def value_of(field: Field) -> str:
    """Return the text of a field that was validated."""
    return str(field.data or "")


def normal_address(text: str) -> str:
    """Write an email address the one way it is stored, as far as it is one."""
    try:
        return _parsed(text).lower()
    except EmailNotValidError:
        return text.lower()


def has_controls(text: str) -> bool:
    """Return whether a text holds control characters or invisible ones that deceive."""
    return any(character in _DECEIVERS or unicodedata.category(character) in _CONTROLS for character in text)


def no_control_characters(form: Form, field: Field) -> None:
    """Refuse control characters."""
    if has_controls(field.data or ""):
        raise StopValidation("Line breaks, tabs and other control characters cannot be used here.")


def not_blank(form: Form, field: Field) -> None:
    """Refuse a text of which nothing can be seen."""
    if not any(unicodedata.category(character).startswith(_VISIBLE) for character in field.data or ""):
        raise StopValidation("Type something that can be read.")


def email_address(form: Form, field: Field) -> None:
    """Refuse what is not an email address and write it the regular way; names of internal networks are fine."""
    try:
        field.data = _parsed(field.data or "")
    except EmailNotValidError as error:
        raise StopValidation(str(error)) from None


class MaxLength:
    """Refuses a text that is longer; the other rules are then not asked."""

    def __init__(self, longest: int) -> None:
        self.longest = longest
        self.field_flags: dict[str, Any] = {"maxlength": longest}

    def __call__(self, form: Form, field: Field) -> None:
        """Refuse the text of the field where it is too long."""
        if len(field.data or "") > self.longest:
            raise StopValidation(f"{self.longest} characters at most; this has {len(field.data):,}.")


def _parsed(text: str) -> str:
    return validate_email(text, check_deliverability=False, globally_deliverable=False).normalized
