"""OAuth 2.0 and OpenID Connect on Authlib's server side, in the words of a provider. Shows no page."""

import dataclasses
import time
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidGrantError, InvalidScopeError, OAuth2Request
from authlib.oauth2.rfc6749.util import extract_basic_authorization
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from flask import Response
from joserfc.jwk import RSAKey

from webapp.practice.oauth_server.client import MAIL_SERVER_ID, MAIL_SERVER_SECRET, RegisteredClient
from webapp.practice.oauth_server.oauth_error import OAuthErrorResponse
from webapp.practice.oauth_server.provider_profile import ProviderProfile
from webapp.practice.oauth_server.sample_users import SampleUser
from webapp.practice.oauth_server.token_store import ConsentGiven, StoredGrant, TokenStore, new_secret


class AuthorizationRefusedError(OAuth2Error):  # type: ignore[misc]
    """A refusal on its way out."""

    def __init__(self, refusal: OAuthErrorResponse) -> None:
        super().__init__(error=refusal.error, description=refusal.description, status_code=refusal.status)
        self.refusal = refusal


class PracticeAuthorizationServer(AuthorizationServer):  # type: ignore[misc]
    """The authorization server of one provider at one address."""

    def __init__(
        self, house: ProviderProfile, base_url: str, store: TokenStore, redirect_uris: set[str], mended: set[str]
    ) -> None:
        super().__init__()
        self.profile = house
        self.base_url = base_url
        self.store = store
        self.mended = mended
        self.key = RSAKey.generate_key(2048, {"kid": new_secret("key"), "use": "sig", "alg": "RS256"})
        self.client = RegisteredClient(
            client_id=house.client_id, secret=house.client_secret, redirect_uris=redirect_uris
        )
        self.mail_server = RegisteredClient(client_id=MAIL_SERVER_ID, secret=MAIL_SERVER_SECRET)
        self.scopes_supported = house.scopes
        self.register_token_generator(
            "default",
            BearerTokenGenerator(lambda **_: new_secret("access-token"), lambda **_: new_secret("refresh-token")),
        )

    def user(self, address: str) -> SampleUser | None:
        """Find a person, with whatever is fixed at this moment."""
        return self.profile.find_user(address, self.mended)

    def refused(self, reason: str) -> AuthorizationRefusedError:
        """Make the provider's refusal for one of `webapp.practice.oauth_server.provider_profile.REASONS`."""
        return AuthorizationRefusedError(self.profile.refusals[reason])

    def query_client(self, client_id: str) -> RegisteredClient | None:
        """Find a client."""
        return next((each for each in (self.client, self.mail_server) if each.client_id == client_id), None)

    def authenticate_client(
        self, request: OAuth2Request, methods: list[str], endpoint: str = "token"
    ) -> RegisteredClient:
        """Check ID and secret, and tell which of them is wrong."""
        try:
            client: RegisteredClient = super().authenticate_client(request, methods, endpoint)
        except InvalidClientError:
            named = request.form.get("client_id") or extract_basic_authorization(request.headers)[0] or ""
            raise self.refused("secret-wrong" if self.query_client(named) else "client-unknown") from None
        return client

    def generate_token(self, *args: Any, user: SampleUser, **named: Any) -> dict[str, Any]:
        """Make tokens that live as long as this person's do."""
        named["expires_in"] = int(self.store.lifetime(user))
        return dict(super().generate_token(*args, user=user, **named))

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Keep what was made: for a new grant, or for that of the refresh token."""
        if request.refresh_token:
            grant: StoredGrant = request.refresh_token.grant
        else:
            grant = self.store.new_grant(request.user, request.client.client_id, token["scope"])
        self.store.keep_tokens(grant, token["access_token"], token.get("refresh_token"), scope=token["scope"])

    def issue(self, consent: ConsentGiven) -> dict[str, Any]:
        """Hand out tokens without a sign-in: for tests, which have no browser."""
        token = self.generate_token(
            grant_type="authorization_code", client=self.client, user=consent.person, scope=consent.scope,
            include_refresh_token=consent.offline,
        )  # fmt: skip
        grant = self.store.new_grant(consent.person, self.client.client_id, consent.scope)
        self.store.keep_tokens(grant, token["access_token"], token.get("refresh_token"), scope=consent.scope)
        return token

    def handle_response(self, status: int, payload: Any, headers: Any) -> Response:
        """Return the name of the scope of a token answer as the provider does."""
        if isinstance(payload, dict) and "access_token" in payload:
            payload = payload | {"scope": self.profile.token_scope(payload["scope"])}
        response: Response = super().handle_response(status, payload, headers)
        return response

    def refusal_of(self, error: OAuth2Error) -> OAuthErrorResponse:
        """Put an error of Authlib's into the words of the provider."""
        if isinstance(error, AuthorizationRefusedError):
            return error.refusal
        known = {InvalidScopeError: "scope-unknown", InvalidClientError: "client-unknown"}
        if reason := known.get(type(error)):
            return self.profile.refusals[reason]
        if isinstance(error, InvalidGrantError):
            return self.profile.refusals["refresh-unknown"]
        description = str(error.get_error_description() or self.profile.refusals["malformed"].description)
        return dataclasses.replace(self.profile.refusals["malformed"], error=error.error, description=description)

    def handle_error_response(self, request: OAuth2Request, error: OAuth2Error) -> Response:
        """Answer in the words of the provider."""
        refusal = self.refusal_of(error)
        body = self.profile.token_error(refusal)
        return self.handle_response(refusal.status, body, [("Content-Type", "application/json"), *_NOT_KEPT])

    def claims(self, person: SampleUser) -> dict[str, Any]:
        """Return the claims of an id_token about a person, from now on for an hour."""
        now = int(time.time())
        return self.profile.claims(person, self.base_url) | {"iat": now, "exp": now + 3600}


_NOT_KEPT = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))
