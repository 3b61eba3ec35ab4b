"""Trips to a provider and back, by a browser that is signed in to the portal and a person at the provider's pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.practice.clients import PortalClient, challenge_of
from tests.services.providers.oauth.authorization_helper import KINDS, PEOPLE, Desk
from webapp.core.oauth.errors import OAuthError
from webapp.models import AuthorizationRequest, Connection, CredentialType, User, UserSession, db
from webapp.practice.oauth_server.http_server import ProviderServer
from webapp.services.providers.oauth import authorization_requests
from webapp.services.providers.oauth.spec import PROVIDER_SPECS


@dataclass(frozen=True)
class Trip:
    """One attempt that has begun, and what its callback will be called with."""

    desk: Desk
    client: FlaskClient
    kind: CredentialType
    attempt_id: int
    parameters: dict[str, str]

    @classmethod
    def begin(
        cls,
        desk: Desk,
        client: FlaskClient,
        authority: ProviderServer,
        *,
        account: str = "",
        ticked: Sequence[str] | None = None,
        connection_id: int | None = None,
        **changed: str,
    ) -> "Trip":
        """Begin an attempt and give consent at the provider, all boxes ticked unless others are named."""
        kind = KINDS[authority.profile.key]
        with desk.writing():
            session = db.session.scalars(select(UserSession).order_by(UserSession.id.desc())).first()
            assert session is not None
            attempt, state, told = authorization_requests.create(
                authorization_requests.new_key(),
                kind,
                user=db.session.get_one(User, session.user_id),
                session=session,
                address=PEOPLE[kind],
                form={},
                connection=db.session.get_one(Connection, connection_id) if connection_id else None,
                for_form=connection_id is None,
            )
            attempt_id = attempt.id
        asked = {"state": state, "nonce": told.nonce, "code_challenge": challenge_of(told.verifier), **changed}
        parameters = PortalClient(authority).sign_in(account or PEOPLE[kind], ticked, **asked)
        return cls(desk, client, kind, attempt_id, parameters)

    def come_back(self) -> TestResponse:
        """Call back."""
        return self.client.get(f"/oauth/{PROVIDER_SPECS[self.kind].key}/callback", query_string=self.parameters)

    @property
    def attempt(self) -> AuthorizationRequest:
        """Return the attempt as it stands."""
        with self.desk.app.app_context():
            return db.session.get_one(AuthorizationRequest, self.attempt_id)

    @property
    def failure(self) -> OAuthError:
        """Return why it failed."""
        with self.desk.app.app_context():
            found = authorization_requests.failure_of(self.attempt)
        assert found is not None
        return found

    def grant(self) -> int:
        """Come back with a grant."""
        assert self.come_back().status_code == 303
        assert self.attempt.failure == ""
        grant_id = self.attempt.grant_id
        assert grant_id is not None
        return grant_id
