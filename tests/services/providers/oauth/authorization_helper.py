"""The desk at which a test handles grants: consents at a provider, makes renewals due, looks into the row."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from webapp.config.app_state import secret_box
from webapp.core.oauth.client import Identity, TokenResponse
from webapp.core.oauth.errors import OAuthError
from webapp.models import Connection, CredentialType, Grant, db, utcnow, writes
from webapp.practice.oauth_server.http_server import ProviderServer
from webapp.practice.oauth_server.sample_users import OFFICE, WORKSPACE
from webapp.services.providers.gmail import GMAIL
from webapp.services.providers.oauth.access_tokens import FreshToken, fresh_access_token
from webapp.services.providers.oauth.client_registration import effective_client
from webapp.services.providers.oauth.grants import revoke_if_unused, store_consent
from webapp.services.providers.outlook import OUTLOOK

KINDS = {"google": GMAIL, "microsoft": OUTLOOK}
PEOPLE = {GMAIL: f"anna@{WORKSPACE}", OUTLOOK: f"anton@{OFFICE}"}

HOUR = timedelta(hours=1)


def settings_of(authority: ProviderServer) -> dict[str, object]:
    """Return the settings by which a portal signs people in at a provider."""
    house = "gmail" if authority.profile.key == "google" else "outlook"
    ends = authority.endpoints
    told: dict[str, object] = {
        "client_id": authority.client_id,
        "client_secret": authority.client_secret,
        "authorization_endpoint": ends.authorization,
        "token_endpoint": ends.token,
        "jwks_uri": ends.jwks_uri,
        "issuer": ends.issuer,
    }
    more = {"revocation_endpoint": ends.revocation} if ends.revocation else {}
    return {f"{house}_{name}": value for name, value in (told | more).items()}


def answer(
    access_token: str = "new-access",
    *,
    refresh_token: str = "",
    scopes: frozenset[str] | None = None,
    lives: timedelta = HOUR,
) -> TokenResponse:
    """Make what a token endpoint grants."""
    return TokenResponse(
        access_token=access_token, refresh_token=refresh_token, scopes=scopes, expires_at=utcnow() + lives
    )


@dataclass(frozen=True)
class Desk:
    """Everything one does with grants in a test; each method opens its own transactions."""

    app: Flask

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be in a request that writes."""
        with self.app.app_context():
            token = writes.set(True)
            try:
                yield
            finally:
                writes.reset(token)

    def consent(self, kind: CredentialType, tokens: TokenResponse, *, subject: str = "") -> int:
        """Store a consent of the person at a provider."""
        with self.writing():
            address = PEOPLE[kind]
            found = store_consent(effective_client(kind), tokens, Identity(subject=subject or address, address=address))
            db.session.commit()
            return found.id

    def sign_in(self, authority: ProviderServer) -> int:
        """Consent with tokens that a provider has issued."""
        kind = KINDS[authority.profile.key]
        issued = authority.issue_token(PEOPLE[kind])
        return self.consent(kind, answer(issued["access_token"], refresh_token=issued.get("refresh_token", "")))

    def connect(self, grant_id: int, name: str = "Mailbox") -> int:
        """Let a connection use a grant."""
        with self.writing():
            kind = db.session.scalar(select(Grant.credential_type).where(Grant.id == grant_id))
            assert kind is not None
            connection = Connection(
                name=name, name_key=name.lower(), address=PEOPLE[kind], credential_type=kind, grant_id=grant_id
            )
            db.session.add(connection)
            db.session.commit()
            return connection.id

    def disconnect(self, connection_id: int) -> None:
        """Delete a connection and leave its grant."""
        with self.writing():
            db.session.delete(db.session.get_one(Connection, connection_id))
            db.session.commit()

    def drop(self, grant_id: int) -> str:
        """Let go of a grant where nothing uses it."""
        with self.writing():
            return revoke_if_unused(grant_id)

    def fresh(self, grant_id: int) -> FreshToken:
        """Ask for a fresh access token."""
        with self.app.app_context():
            return fresh_access_token(grant_id)

    def failure(self, grant_id: int) -> OAuthError:
        """Ask for a fresh access token that there is not."""
        with pytest.raises(OAuthError) as caught:
            self.fresh(grant_id)
        return caught.value

    def change(self, grant_id: int, **values: object) -> None:
        """Write into the row of a grant."""
        with self.writing():
            db.session.execute(update(Grant).where(Grant.id == grant_id).values(values))
            db.session.commit()

    def make_due(self, grant_id: int, lives: timedelta = -HOUR) -> None:
        """Let the access token of a grant have only so long to live."""
        self.change(grant_id, access_expires_at=utcnow() + lives)

    def row(self, grant_id: int) -> Any:
        """Read the row of a grant, or None."""
        with self.app.app_context(), db.engine.connect() as connection:
            return connection.execute(select(Grant.__table__).where(Grant.id == grant_id)).one_or_none()

    def refresh_token(self, grant_id: int) -> str:
        """Open the refresh token that is stored."""
        with self.app.app_context():
            return secret_box().decrypt(
                self.row(grant_id).sealed_refresh_token, "grant", grant_id, "sealed_refresh_token"
            )

    def lease_lapses(self, grant_id: int, at: datetime | None = None) -> None:
        """Leave the lease of a process that died."""
        self.change(grant_id, lease_owner="a process that died", lease_until=at or utcnow() - HOUR)
