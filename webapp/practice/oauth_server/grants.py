"""What the authorization server grants: codes with PKCE, refreshes, and id_tokens."""

import time
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode
from joserfc.jwk import RSAKey

from webapp.practice.oauth_server.authorization_server import AuthorizationRefusedError, PracticeAuthorizationServer
from webapp.practice.oauth_server.client import SECRET_METHODS, RegisteredClient
from webapp.practice.oauth_server.introspection_revocation import Introspection, Revocation
from webapp.practice.oauth_server.provider_profile import ProviderProfile
from webapp.practice.oauth_server.sample_users import SampleUser
from webapp.practice.oauth_server.token_store import (
    CODE_LIFETIME,
    AuthorizationCode,
    StoredToken,
    TokenStore,
    new_secret,
)


def make_server(
    house: ProviderProfile, base_url: str, store: TokenStore, redirect_uris: set[str], mended: set[str]
) -> PracticeAuthorizationServer:
    """Make the server of a provider with everything it grants."""
    server = PracticeAuthorizationServer(house, base_url, store, redirect_uris, mended)
    server.register_grant(CodeGrant, [S256Required(), IdToken(server)])
    server.register_grant(RefreshGrant)
    server.register_endpoint(Introspection)
    if house.revoke_path:
        server.register_endpoint(Revocation)
    return server


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    """Codes, each good for one redemption; the `user` of the request is a `Consent` until then."""

    TOKEN_ENDPOINT_AUTH_METHODS = SECRET_METHODS

    def validate_authorization_redirect_uri(self, request: OAuth2Request, client: RegisteredClient) -> str:
        """Want a registered redirect URI, character by character."""
        redirect_uri = str(request.payload.redirect_uri or "")
        if not client.check_redirect_uri(redirect_uri):
            raise self.server.refused("redirect-differs")
        return redirect_uri

    def generate_authorization_code(self) -> str:
        """Make a code that says what it is."""
        return new_secret("code")

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        """Keep the code with all that its redemption is checked against."""
        parameters = request.payload.data
        self.server.store.keep_code(
            AuthorizationCode(
                value=code,
                consent=request.user,
                client_id=request.client.client_id,
                redirect_uri=request.payload.redirect_uri,
                nonce=parameters.get("nonce", ""),
                code_challenge=parameters["code_challenge"],
                code_challenge_method=parameters["code_challenge_method"],
                expires_at=time.time() + CODE_LIFETIME,
            )
        )

    def query_authorization_code(self, code: str, client: RegisteredClient) -> AuthorizationCode:
        """Find a code that may be redeemed by this client now."""
        found: AuthorizationCode | None = self.server.store.code(code)
        if found is None or found.client_id != client.client_id or time.time() > found.expires_at:
            raise self.server.refused("code-unknown")
        if found.used:
            raise self.server.refused("code-used")
        if found.redirect_uri != self.request.payload.redirect_uri:
            raise self.server.refused("redirect-differs")
        return found

    def authenticate_user(self, authorization_code: AuthorizationCode) -> SampleUser:
        """Return the person who consented, unless there is something about them."""
        consented = authorization_code.consent.person
        person: SampleUser = self.server.user(consented.address) or consented
        if person.at_redeem:
            raise AuthorizationRefusedError(person.at_redeem)
        return person

    def generate_token(self, *args: Any, **named: Any) -> Any:
        """Add a refresh token where the request led to one."""
        named["include_refresh_token"] = self.request.authorization_code.consent.offline
        return super().generate_token(*args, **named)

    def delete_authorization_code(self, authorization_code: AuthorizationCode) -> None:
        """Note that it was redeemed, so that a second time can be told from nonsense."""
        authorization_code.used = True


class S256Required(CodeChallenge):  # type: ignore[misc]
    """PKCE (RFC 7636) with S256 and nothing less."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: CodeGrant, redirect_uri: str) -> None:
        """Want a challenge by S256."""
        if grant.request.payload.data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("PKCE is required: code_challenge with code_challenge_method=S256.")
        super().validate_code_challenge(grant, redirect_uri)

    def validate_code_verifier(self, grant: CodeGrant, result: object) -> None:
        """Want its verifier."""
        try:
            super().validate_code_verifier(grant, result)
        except InvalidRequestError:
            missing = not grant.request.form.get("code_verifier")
            raise grant.server.refused("verifier-missing" if missing else "verifier-wrong") from None
        except InvalidGrantError:
            raise grant.server.refused("verifier-wrong") from None


class IdToken(OpenIDCode):  # type: ignore[misc]
    """The id_token, signed by RS256. All four hooks are here: without one, Authlib takes a deprecated path."""

    def __init__(self, server: PracticeAuthorizationServer) -> None:
        super().__init__(require_nonce=False)
        self._server = server

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        """Take any nonce: whether it comes once only is the client's business."""
        return False

    def resolve_client_private_key(self, client: RegisteredClient) -> RSAKey:
        """Return the key of this start."""
        return self._server.key

    def get_client_algorithm(self, client: RegisteredClient) -> str:
        """Name its algorithm."""
        return "RS256"

    def get_encode_header(self, client: RegisteredClient) -> dict[str, str]:
        """Return the name of the key as the JWKS has it."""
        return {"alg": "RS256", "typ": "JWT", "kid": self._server.key.kid or ""}

    def get_client_claims(self, client: RegisteredClient) -> dict[str, Any]:
        """Return for whom the token is; `azp` too, as Google does."""
        return {"aud": client.client_id, "azp": client.client_id}

    def generate_user_info(self, user: SampleUser, scope: str) -> dict[str, Any]:
        """Return who it is about."""
        return self._server.claims(user)


class RefreshGrant(RefreshTokenGrant):  # type: ignore[misc]
    """Refreshes; a provider that rotates takes each refresh token once."""

    TOKEN_ENDPOINT_AUTH_METHODS = SECRET_METHODS

    @property
    def INCLUDE_NEW_REFRESH_TOKEN(self) -> bool:  # noqa: N802 - Authlib's name
        """Return whether the provider rotates."""
        return bool(self.server.profile.rotates)

    def authenticate_refresh_token(self, refresh_token: str) -> StoredToken:
        """Find a refresh token that still works."""
        token: StoredToken | None = self.server.store.token(refresh_token)
        if token is None or not token.refreshes:
            raise self.server.refused("refresh-unknown")
        if token.grant.revoked:
            raise self.server.refused("revoked")
        if token.used:
            raise self.server.refused("refresh-used")
        return token

    def authenticate_user(self, refresh_token: StoredToken) -> SampleUser:
        """Return the person of the grant, unless its fate has come."""
        grant = refresh_token.grant
        if grant.at_refresh:
            grant.refused = True
            raise AuthorizationRefusedError(grant.at_refresh)
        return grant.person

    def revoke_old_credential(self, refresh_token: StoredToken) -> None:
        """Take the old token out of service where a new one was made."""
        refresh_token.used = bool(self.server.profile.rotates)
