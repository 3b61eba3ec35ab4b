"""A credential type by OAuth: its form, and how a grant gets into a mailbox."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flask_login import current_user as visitor
from sqlalchemy import select
from wtforms import HiddenField

from webapp.config.app_state import KeyFileError, SecretBoxError
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap import GrantFacts, ObtainedCredential, ServerSettings, TokenError
from webapp.core.imap.protocol.credentials import AccessToken
from webapp.core.oauth.errors import OAuthError
from webapp.core.phrases import plural, time_ago
from webapp.models import AuthorizationRequest, Connection, CredentialType, Grant, read_transaction, utcnow
from webapp.services.providers.oauth import authorization_requests
from webapp.services.providers.oauth.access_tokens import GrantNotFoundError, fresh_access_token
from webapp.services.providers.oauth.account_matching import same_account
from webapp.services.providers.oauth.client_registration import (
    effective_client,
    imap_server,
)
from webapp.services.providers.oauth.registration_facts import oauth_facts
from webapp.services.providers.oauth.spec import ProviderSpec
from webapp.services.providers.provider import ConnectionForm, ConnectionTarget, Provider, RememberedSecret


class OAuthForm(ConnectionForm):
    """The name of a sign-in attempt stands in for a secret; `shared_mailbox` is opened instead of the account's own."""

    attempt = HiddenField()


@dataclass(frozen=True)
class GrantCredentialSource:
    """The way from a grant to a credential, as a step of the check."""

    grant_id: int | None
    spec: ProviderSpec = field(compare=False)

    def __call__(self) -> ObtainedCredential:
        """Return a fresh access token; raise `TokenError` with what the provider said."""
        if self.grant_id is None:
            raise TokenError("Nobody has signed in for this mailbox yet", symptom=Symptom.NOT_CONNECTED_YET)
        try:
            token = fresh_access_token(self.grant_id)
        except OAuthError as failure:
            raise TokenError(failure.text, symptom=failure.symptom) from None
        except GrantNotFoundError:
            raise TokenError("The grant of this mailbox was deleted", symptom=Symptom.NOT_CONNECTED_YET) from None
        except (SecretBoxError, KeyFileError) as error:
            raise TokenError(f"A stored secret cannot be opened: {error}") from None
        origin = "Renewed just now" if token.renewed else f"From the store, obtained {time_ago(token.obtained_at)}"
        lives = max(0, round((token.expires_at - utcnow()).total_seconds() / 60))
        return ObtainedCredential(
            credential=AccessToken(token.value),
            detail=f"{origin}, good for {plural(lives, 'minute')}, for {', '.join(_short(token.scopes))}",
            warning=token.warning,
            evidence=GrantFacts(
                account=token.account,
                scopes=token.scopes or None,
                mail_scope=self.spec.mail_scope,
                expires_at=token.expires_at,
            ),
        )


class OAuthProvider(Provider):
    """A provider that people sign in to; what is fixed about it is `spec`."""

    fields_template = "connections/sign_in/_fields.html"
    settings_template = "connections/sign_in/_settings.html"

    spec: ProviderSpec
    form = OAuthForm

    @property
    def credential_type(self) -> CredentialType:  # type: ignore[override]
        """Return the key of this credential type."""
        return self.spec.credential_type

    @property
    def provider_key(self) -> str | None:
        """Return the provider whose words the failures are in."""
        return self.spec.key

    @abstractmethod
    def authorize_parameters(self, address: str, *, choose: bool) -> dict[str, str]:
        """Return for whom the sign-in is; with `choose` the provider asks which account to use."""

    def is_ready(self) -> bool:
        """Return whether an administrator has set the provider up."""
        return effective_client(self.credential_type).is_complete

    def target_from_form(
        self, form: Any, saved: Connection | None, *, kept: RememberedSecret
    ) -> ConnectionTarget | None:
        """Return what the form describes; None until a person has signed in for this very address."""
        grant_id = self._grant_id(form, saved)
        return self.target(grant_id, mailbox_of(form)) if grant_id is not None else None

    def missing_field(self, form: Any, saved: Connection | None) -> tuple[str, str]:
        """Return the name of the field to fix where `typed` gave nothing, and the words beside it."""
        company = self.spec.company
        attempt = self.attempt(form)
        if attempt is not None and attempt.grant_id is not None:
            return "attempt", f"{attempt.account} has signed in. Decide first how that goes with {form.address.data}."
        if saved is not None and saved.grant_id is not None:
            return "attempt", f"The address is another one now: sign in at {company} again."
        return "attempt", f"Sign in at {company} first."

    def attempt(self, form: Any) -> AuthorizationRequest | None:
        """Find the attempt that a form carries, if this browser began it for this provider."""
        found = (
            authorization_requests.find(form.attempt.data or "", visitor.session) if visitor.is_authenticated else None
        )
        return found if found is not None and found.credential_type == self.credential_type else None

    def server(self, connection: Connection) -> ServerSettings:
        """Return the provider's IMAP server, and the mailbox to open there."""
        return self._server(connection.user or connection.address)

    def facts(self, connection: Connection) -> Mapping[str, str]:
        """Collect what is known of the account and of the portal's registration."""
        return self._facts(connection.grant_id, connection.user or connection.address)

    def target_from_record(self, connection: Connection) -> ConnectionTarget:
        """Return what a saved connection describes."""
        return self.target(connection.grant_id, connection.user or connection.address)

    def save_to(self, connection: Connection, form: Any, target: ConnectionTarget) -> None:
        """Write the grant and the mailbox into a connection."""
        if isinstance(target.credential, GrantCredentialSource):
            connection.grant_id = target.credential.grant_id
        connection.user = target.server.user
        connection.host, connection.sealed_password = "", ""

    def _grant_id(self, form: Any, saved: Connection | None) -> int | None:
        attempt = self.attempt(form)
        if attempt is not None and attempt.grant_id is not None:
            return attempt.grant_id if is_account_accepted(attempt, form.address.data or "") else None
        if saved is not None and saved.credential_type == self.credential_type:
            return saved.grant_id if same_account(saved.address, form.address.data or "") else None
        return None

    def target(self, grant_id: int | None, mailbox: str) -> ConnectionTarget:
        """Return what a grant opens."""
        return ConnectionTarget(
            server=self._server(mailbox),
            credential=GrantCredentialSource(grant_id, self.spec),
            provider=self.spec.key,
            secret_fingerprint=str(grant_id),
            facts=partial(self._facts, grant_id, mailbox),
        )

    def _facts(self, grant_id: int | None, mailbox: str) -> Mapping[str, str]:
        with read_transaction() as connection:
            account = connection.execute(select(Grant.account).where(Grant.id == grant_id)).scalar() or ""
        return oauth_facts(self.credential_type, account=account, address=mailbox)

    def _server(self, mailbox: str) -> ServerSettings:
        where = imap_server(self.credential_type)
        return ServerSettings(host=where.host, port=where.port, security=where.security, user=mailbox)


def _short(scopes: frozenset[str]) -> list[str]:
    """Name scopes by what tells them apart."""
    plain = (scope.removeprefix("https://").removeprefix("www.googleapis.com/auth/").rstrip("/") for scope in scopes)
    return sorted(plain, key=lambda scope: ("." not in scope, scope))


def is_account_accepted(attempt: AuthorizationRequest, address: str) -> bool:
    """Return whether the account that signed in fits an address, by itself or because a person decided so."""
    if same_account(address, attempt.account):
        return True
    return attempt.settled and same_account(address, attempt.address)


def mailbox_of(form: Any) -> str:
    """Return the mailbox that a form describes: the shared one, or that of the address."""
    shared = form.shared_mailbox.data if "shared_mailbox" in form else ""
    return shared or form.address.data or ""
