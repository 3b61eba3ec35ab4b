"""The portal's registration with a provider as its page shows it: what is in effect, who uses it, what needs care."""

from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from werkzeug.utils import cached_property

from webapp.config.app_state import KeyFileError, SecretBoxError, secret_box
from webapp.config.settings import PREFIX
from webapp.models import Connection, CredentialType, Grant, OAuthClientSetting, db, utcnow
from webapp.security.input_validation import value_of
from webapp.services.providers import PROVIDERS
from webapp.services.providers.oauth.client_registration import (
    EffectiveClient,
    effective_client,
    effective_client_without_secret,
    effective_endpoints,
)
from webapp.web.pages.admin.oauth_client_check import ClientCheckResult
from webapp.web.pages.admin.oauth_client_form import OAuthClientForm
from webapp.web.pages.admin.oauth_client_hints import address_fault, hints

_SOON = 30
_SECRET_OF_ANOTHER = "The stored secret was saved for another client ID. Paste the one of this ID."  # noqa: S105


class Expiry(NamedTuple):
    """How the last day of a secret stands."""

    day: date
    days_left: int

    @property
    def is_over(self) -> bool:
        """Return whether the day has passed."""
        return self.days_left < 0

    @property
    def is_near(self) -> bool:
        """Return whether it is time for a new secret."""
        return self.days_left <= _SOON


@dataclass
class OAuthClientPage:
    """A registration, the form that changes it, and the result of a check.

    `lost` says why the stored secret cannot be opened, where it cannot: then it has to be pasted once more.
    """

    client: EffectiveClient
    stored: OAuthClientSetting | None
    form: OAuthClientForm
    result: ClientCheckResult | None = None
    lost: str = ""

    @classmethod
    def of(cls, kind: CredentialType) -> "OAuthClientPage":
        """Read what is in effect, and the form if one was sent."""
        stored, lost = db.session.get(OAuthClientSetting, kind), ""
        try:
            client = effective_client(kind)
        except (SecretBoxError, KeyFileError) as error:
            client, lost = effective_client_without_secret(kind), str(error)
        return cls(client=client, stored=stored, form=OAuthClientForm(client, None if lost else stored), lost=lost)

    @property
    def is_saved(self) -> bool:
        """Return whether what was checked is what is in effect."""
        return self.result is not None and self.result.client == self.client

    @property
    def label(self) -> str:
        """Return the name of the credential type."""
        return PROVIDERS[self.client.credential_type].label

    @property
    def expiry(self) -> Expiry | None:
        """Return how long the secret in effect still lives, if a person has written it down."""
        day = self.client.secret_expires_on
        return Expiry(day, (day - utcnow().date()).days) if day and self.client.client_secret else None

    @property
    def address_fault(self) -> str:
        """Return why the provider would not take the portal's address."""
        return address_fault(self.client)

    @property
    def admin_consent_url(self) -> str:
        """Return the link by which an organisation's administrator lets everybody use the portal."""
        return self.client.spec.admin_consent_url(self.client, "")

    @property
    def hints(self) -> dict[str, str]:
        """Return what looks like a slip: in what was just checked, or else in what is in effect."""
        found = hints(self.result.client if self.result else self.client)
        if self.result is None and self._secret_is_of_another:
            found["client_secret"] = _SECRET_OF_ANOTHER
        return found

    @property
    def connected(self) -> int:
        """Count the connections that were connected through the client ID in effect."""
        return self._connections.get(self.client.client_id, 0)

    @property
    def left_behind(self) -> int:
        """Count those that were connected through another one, and have to be reconnected."""
        return sum(self._connections.values()) - self.connected

    def variable(self, name: str) -> str:
        """Return the name of the environment variable of a setting."""
        return f"{PREFIX}{self.client.spec.key}_{name}".upper()

    @cached_property
    def entered_client(self) -> EffectiveClient:
        """Return the registration that a valid form describes; an empty secret means the stored one."""
        client = self.client
        changed = replace(
            client,
            client_id=self._typed_text("client_id") or client.client_id,
            client_secret=self._typed_text("client_secret") or client.client_secret,
        )
        if not client.spec.has_tenant or "tenant" in client.fixed:
            return changed
        tenant = self._typed_text("tenant") or client.spec.default_tenant
        return replace(changed, tenant=tenant, endpoints=effective_endpoints(changed.credential_type, tenant))

    def store(self) -> None:
        """Store what a valid form describes; commits."""
        row, form = _stored_secret(self.client.credential_type), self.form
        secret = self._typed_text("client_secret")
        if secret:
            row.sealed_secret = secret_box().encrypt(secret, *row.place)
        elif "client_id" in form and row.client_id != self.entered_client.client_id:
            row.sealed_secret = ""  # that of another ID, kept behind one that comes from outside
        if secret or "client_id" in form:
            row.client_id = self.entered_client.client_id
        if "tenant" in form:
            row.tenant = self._typed_text("tenant")
        if "secret_expires_on" in form:
            row.secret_expires_on = form["secret_expires_on"].data
        row.changed_at = utcnow()
        db.session.commit()

    def _typed_text(self, name: str) -> str:
        return value_of(self.form[name]) if name in self.form else ""

    @property
    def _secret_is_of_another(self) -> bool:
        stored = self.stored
        used = stored is not None and stored.sealed_secret and "client_secret" not in self.client.fixed
        return bool(used and stored is not None and stored.client_id != self.client.client_id)

    @cached_property
    def _connections(self) -> dict[str, int]:
        query = (
            select(Grant.client_id, func.count(Connection.id))
            .join(Connection, Connection.grant_id == Grant.id)
            .where(Grant.credential_type == self.client.credential_type)
            .group_by(Grant.client_id)
        )
        return dict(db.session.execute(query).all())


def _stored_secret(kind: CredentialType) -> OAuthClientSetting:
    row = db.session.get(OAuthClientSetting, kind, populate_existing=True, with_for_update=True)
    if row is not None:
        return row
    row = OAuthClientSetting(credential_type=kind, client_id="", sealed_secret="", tenant="")
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:  # another person has set it up in this very moment
        return db.session.get_one(OAuthClientSetting, kind, with_for_update=True)
    return row
