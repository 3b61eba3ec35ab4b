"""The form of the portal's registration with a provider; what is fixed from outside has no field in it."""

import re
from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import DateField, Field, Form, PasswordField, StringField
from wtforms.validators import DataRequired, Optional, StopValidation

from webapp.models import OAuthClientSetting
from webapp.security.input_validation import MaxLength, lowercase, no_control_characters, strip_and_compose, value_of
from webapp.services.providers.oauth.client_registration import EffectiveClient

# RFC 6749, appendix A.1 and A.2, without the blank: providers issue none, and what is pasted often has some.
_PLAIN = re.compile(r"[\x21-\x7e]*")
_LONGEST_ID = 255
_LONGEST_SECRET = 1000
_LONGEST_TENANT = 253


def plain(form: Form, field: Field) -> None:
    """Refuse characters that occur in no client ID and no secret."""
    if not _PLAIN.fullmatch(field.data or ""):
        raise StopValidation("Blanks and letters beyond plain ASCII occur in none. Is this a name? Copy it once more.")


class DayField(DateField):
    """A day; says how one is written."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read a day without the blanks around it."""
        try:
            super().process_formdata([text.strip() for text in valuelist])
        except ValueError:
            raise ValueError("Write the day as in 2027-03-31.") from None


class OAuthClientForm(FlaskForm):  # type: ignore[misc]
    """Client ID, secret, tenant and the secret's last day; an empty secret keeps the stored one."""

    client_id = StringField(
        "Client ID",
        filters=[strip_and_compose],
        validators=[DataRequired("Paste the client ID."), MaxLength(_LONGEST_ID), no_control_characters, plain],
    )
    client_secret = PasswordField(
        "Client secret",
        filters=[strip_and_compose],
        validators=[MaxLength(_LONGEST_SECRET), no_control_characters, plain],
    )
    secret_expires_on = DayField("Last day of the secret", validators=[Optional()])
    tenant = StringField(
        "Tenant",
        filters=[strip_and_compose, lowercase],
        validators=[Optional(), MaxLength(_LONGEST_TENANT), no_control_characters],
    )

    def __init__(self, client: EffectiveClient, stored: OAuthClientSetting | None) -> None:
        """Leave out what cannot be set here; `stored` is what was set here before."""
        # Not the secret: a field that is not sent would take it for typed.
        super().__init__(data={name: getattr(client, name) for name in ("client_id", "tenant", "secret_expires_on")})
        self._client_id = client.client_id
        self._secret_of = stored.client_id if stored is not None and stored.sealed_secret else ""
        left_out = set(client.fixed)
        self._is_tenant = client.spec.is_tenant
        if not client.spec.has_tenant:
            left_out.add("tenant")
        if "client_secret" in left_out:
            left_out.add("secret_expires_on")
        for name in left_out & set(self._fields):
            del self[name]

    @property
    def has_fields(self) -> bool:
        """Return whether anything can be set here."""
        return any(name in self for name in ("client_id", "client_secret", "tenant"))

    @property
    def keeps_secret(self) -> bool:
        """Return whether there is a stored secret that an empty field would keep."""
        return bool(self._secret_of)

    def validate_client_secret(self, field: PasswordField) -> None:
        """Want a secret where none is stored, and again where the client ID is another one: it belongs to one ID."""
        if value_of(field):
            return
        if not self._secret_of:
            raise StopValidation("Paste the client secret.")
        if self._secret_of != (value_of(self["client_id"]) if "client_id" in self else self._client_id):
            raise StopValidation("The stored secret belongs to another client ID. Paste the one of this ID.")

    def validate_tenant(self, field: StringField) -> None:
        """Refuse what cannot be a tenant of the provider."""
        if not self._is_tenant(value_of(field)):
            raise StopValidation("Use organizations, common, consumers, a tenant ID or one of its domains.")
