"""The OAuth 2.0 and OpenID Connect client of one registration with a provider (RFC 6749, 7636, 7009; OIDC Core).

Keeps no state: state, nonce and verifier live with the person who calls. What it is asked raises `OAuthFailure` alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from webapp.core.diagnosis.failure import Stage
from webapp.core.net.http import USUAL_LIMITS, HttpLimits, HttpResponse
from webapp.core.oauth.endpoints import Endpoints
from webapp.core.oauth.errors import OAuthError
from webapp.core.oauth.identity import Identity, parse_identity
from webapp.core.oauth.provider_request import provider_request
from webapp.core.oauth.provider_rules import STANDARD_RULES, ProviderRules
from webapp.core.oauth.token_response import TokenResponse, parse_json_response

if TYPE_CHECKING:
    from webapp.core.oauth.authlib_session import TokenSession

__all__ = ["ClientRegistration", "Identity", "OAuthClient", "TokenResponse"]


@dataclass(frozen=True, kw_only=True)
class ClientRegistration:
    """The portal's registration with a provider; `provider` is the provider's name in diagnoses."""

    endpoints: Endpoints
    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...]
    provider: str
    rules: ProviderRules = STANDARD_RULES


class OAuthClient:
    """Speaks to a provider's endpoints for one registration; any number of threads may use it."""

    def __init__(
        self, settings: ClientRegistration, *, ca_file: Path | None = None, limits: HttpLimits = USUAL_LIMITS
    ) -> None:
        self.settings = settings
        self._ca_file = ca_file
        self._limits = limits

    def authorization_url(self, *, redirect_uri: str, state: str, nonce: str, verifier: str, **extra: str) -> str:
        """Return the address at which a person signs in and consents; what is empty in `extra` is left out."""
        more = {name: value for name, value in extra.items() if value}
        with self._session(stage=Stage.AUTHORIZE) as session:
            url, _ = session.create_authorization_url(
                self.settings.endpoints.authorization,
                redirect_uri=redirect_uri,
                state=state,
                nonce=nonce,
                code_verifier=verifier,
                **more,
            )
            return str(url)

    def exchange_code(self, code: str, *, redirect_uri: str, verifier: str) -> TokenResponse:
        """Exchange an authorization code for tokens."""
        with self._session(code, verifier) as session:
            session.fetch_token(
                self.settings.endpoints.token,
                grant_type="authorization_code",
                code=code,
                redirect_uri=redirect_uri,
                code_verifier=verifier,
            )
            return session.token_response()

    def refresh(self, refresh_token: str) -> TokenResponse:
        """Get a fresh access token; the answer holds a refresh token only if the provider sent one."""
        if not refresh_token:  # Authlib would look for another one
            raise OAuthError("There is no refresh token")
        # Without a scope it stays as granted (RFC 6749 section 6). Some providers want it named all the same, others
        # refuse one that the person did not tick.
        if not self.settings.rules.refresh_names_scopes:
            return self._refresh(refresh_token, None)
        try:
            return self._refresh(refresh_token, " ".join(self.settings.scopes))
        except OAuthError as failure:
            # Another provider in its place may have granted less than was requested, and insist on that.
            if failure.error != "invalid_scope":
                raise
            return self._refresh(refresh_token, None)

    def _refresh(self, refresh_token: str, scope: str | None) -> TokenResponse:
        with self._session(refresh_token) as session:
            session.refresh_token(self.settings.endpoints.token, refresh_token=refresh_token, scope=scope)
            return session.token_response()

    def revoke(self, token: str) -> None:
        """End a grant at the provider (RFC 7009); where it has no revocation endpoint, do nothing."""
        if not self.settings.endpoints.revocation:
            return
        with self._session(token) as session:
            response = session.revoke_token(self.settings.endpoints.revocation, token=token)
            if response.status_code == 200:  # the body, if any, means nothing (RFC 7009 section 2.2)
                return
            answer = HttpResponse(status=response.status_code, body=response.content)
            try:
                parse_json_response(answer, secrets=(*self._secrets, token))
            except OAuthError as failure:
                # It is gone already. RFC 7009 wants a 200 for that, Google sends this.
                if failure.error != "invalid_token":
                    raise

    def verify_identity(self, id_token: str, *, nonce: str, access_token: str) -> Identity:
        """Return who signed in, after every check of OIDC Core section 3.1.3.7 on the ID token."""
        from webapp.core.oauth.id_token import (  # costs time that the portal's start need not spend
            ExpectedClaims,
            verify,
        )

        expected = ExpectedClaims(
            issuer=self.settings.endpoints.issuer,
            client_id=self.settings.client_id,
            nonce=nonce,
            access_token=access_token,
            rules=self.settings.rules,
            secrets=(*self._secrets, id_token, access_token, nonce),
        )
        claims = verify(id_token, expected, jwks_uri=self.settings.endpoints.jwks_uri, fetch=self._fetch)
        return parse_identity(claims, self.settings.rules)

    @property
    def _secrets(self) -> tuple[str, ...]:
        return (self.settings.client_secret,)

    def _fetch(self, url: str) -> HttpResponse:
        return provider_request(
            "GET", url, headers={"Accept": "application/json"}, limits=self._limits, ca_file=self._ca_file
        )

    @contextmanager
    def _session(self, *secrets: str, stage: Stage = Stage.TOKEN) -> Iterator["TokenSession"]:
        from webapp.core.oauth.authlib_session import TokenSession, translated_errors  # Authlib and requests: as above

        hidden = (*self._secrets, *secrets)
        with (
            translated_errors(stage, hidden),
            TokenSession(
                self.settings, self._limits, self._ca_file, secrets=hidden, since=datetime.now(UTC)
            ) as session,
        ):
            yield session
