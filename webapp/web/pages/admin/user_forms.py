"""The forms of the administration of people."""

from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from webapp.models import Role
from webapp.web.forms import address_field

_ROLES = (
    SelectChoice(Role.MEMBER.value, "Member: uses all, changes their own"),
    SelectChoice(Role.ADMINISTRATOR.value, "Administrator: changes everything and everybody"),
)


def role_field() -> SelectField:
    """Make the field for what a person may do."""
    return SelectField("Role", choices=_ROLES)


class InviteForm(FlaskForm):  # type: ignore[misc]
    """Whom to invite, and as what."""

    address = address_field()
    role = role_field()


class RoleForm(FlaskForm):  # type: ignore[misc]
    """What a person may do from now on."""

    role = role_field()
