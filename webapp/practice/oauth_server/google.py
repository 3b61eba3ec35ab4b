"""The Google-like provider. Facts: Google's pages on OAuth 2.0 for web server apps and on OpenID Connect."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webapp.practice.oauth_server.oauth_error import OAuthErrorResponse
from webapp.practice.oauth_server.provider_profile import ProviderProfile
from webapp.practice.oauth_server.sample_users import GOOGLE_REPAIRS, GOOGLE_USERS, SampleUser

MAIL_SCOPE = "https://mail.google.com/"
_SPELT_OUT = {name: f"https://www.googleapis.com/auth/userinfo.{name}" for name in ("email", "profile")}


@dataclass(frozen=True, kw_only=True)
class GoogleLike(ProviderProfile):
    """Refresh tokens only with offline access and a consent, and never rotated; `iss` in the callback."""

    def issuer(self, base_url: str, tenant: str = "") -> str:
        """Return the one issuer."""
        return base_url

    def claims(self, person: SampleUser, base_url: str) -> dict[str, Any]:
        """Return the name of the person, and the organisation where there is one (`hd`)."""
        claims = {
            "iss": base_url,
            "sub": str(int(hashlib.sha256(person.address.encode()).hexdigest()[:17], 16)),
            "email": person.address,
            "email_verified": True,
        }
        return claims | ({"hd": person.hosted_domain} if person.hosted_domain else {})

    def wants_refresh_token(self, parameters: Mapping[str, str], *, scopes: frozenset[str], first: bool) -> bool:
        """Hand one out for offline access, at the first consent or when consent was asked for."""
        asked = "consent" in parameters.get("prompt", "").split()
        return parameters.get("access_type") == "offline" and (first or asked)

    def callback_extra(self, person: SampleUser, base_url: str, scope: str) -> dict[str, str]:
        """Carry along what Google does."""
        extra = {"iss": base_url, "scope": scope, "authuser": "0", "prompt": "consent"}
        return extra | ({"hd": person.hosted_domain} if person.hosted_domain else {})

    def callback_error(self, refusal: OAuthErrorResponse, base_url: str) -> dict[str, str]:
        """Return the bare error: Google explains itself on its own pages."""
        return {"error": refusal.error, "iss": base_url}

    def token_scope(self, scope: str) -> str:
        """Spell the scopes of identity as Google does in its answers."""
        return " ".join(_SPELT_OUT.get(each, each) for each in scope.split())

    def token_error(self, refusal: OAuthErrorResponse) -> dict[str, Any]:
        """Return error and description."""
        return {"error": refusal.error, "error_description": refusal.description}


def _grant(description: str) -> OAuthErrorResponse:
    return OAuthErrorResponse(error="invalid_grant", description=description)


GOOGLE = GoogleLike(
    key="google",
    name="Google-like",
    client_id="practice-google-client",
    client_secret="practice-google-secret",
    callback_path="/oauth/gmail/callback",
    mail_scope=MAIL_SCOPE,
    scopes=frozenset({"openid", "email", "profile", MAIL_SCOPE}),
    steady_scopes=frozenset({"openid", "email", "profile"}),
    users=GOOGLE_USERS,
    repairs=GOOGLE_REPAIRS,
    rotates=False,
    authorize_path="/o/oauth2/v2/auth",
    token_path="/token",
    jwks_path="/oauth2/v3/certs",
    discovery_path="/.well-known/openid-configuration",
    revoke_path="/revoke",
    ticks=True,
    calls_back=False,
    refusals={
        "client-unknown": OAuthErrorResponse(
            error="invalid_client", description="The OAuth client was not found.", status=401
        ),
        "secret-wrong": OAuthErrorResponse(error="invalid_client", description="Unauthorized", status=401),
        "redirect-differs": OAuthErrorResponse(error="redirect_uri_mismatch", description="Bad Request"),
        "code-unknown": _grant("Malformed auth code."),
        "code-used": _grant("Code was already redeemed."),
        "verifier-missing": _grant("Missing code verifier."),
        "verifier-wrong": _grant("Invalid code verifier."),
        "refresh-unknown": _grant("Bad Request"),
        "refresh-used": _grant("Bad Request"),
        "revoked": _grant("Token has been expired or revoked."),
        "scope-unknown": OAuthErrorResponse(error="invalid_scope", description="Some requested scopes were invalid."),
        "denied": OAuthErrorResponse(error="access_denied", description=""),
        "malformed": OAuthErrorResponse(error="invalid_request", description="Bad Request"),
    },
)
