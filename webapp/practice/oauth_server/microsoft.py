"""The Microsoft-like provider. Facts: Microsoft's pages on the identity platform v2.0 and its AADSTS codes."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from webapp.practice.oauth_server.oauth_error import OAuthErrorResponse
from webapp.practice.oauth_server.provider_profile import ProviderProfile
from webapp.practice.oauth_server.sample_users import (
    ADMIN_CONSENT,
    MICROSOFT_REPAIRS,
    MICROSOFT_USERS,
    OFFICE,
    SampleUser,
)

MAIL_SCOPE = "https://outlook.office.com/IMAP.AccessAsUser.All"
TENANT_ID = "70057007-0000-4000-8000-00706f737472"
_TEMPLATES = ("organizations", "common")
_OPENID = frozenset({"openid", "profile", "email", "offline_access"})


@dataclass(frozen=True, kw_only=True)
class MicrosoftLike(ProviderProfile):
    """A tenant in every path, rotated refresh tokens, and errors that carry an AADSTS code."""

    def knows_tenant(self, tenant: str) -> bool:
        """Know one tenant, by its ID and its domain, and the two names for any."""
        return tenant in (*_TEMPLATES, TENANT_ID, OFFICE)

    def approval(self, tenant: str, scope: str) -> dict[str, str]:
        """Return the name of the tenant; `common`, which stands for personal accounts too, has no administrator."""
        if tenant == "common" or not self.knows_tenant(tenant):
            return {}
        return {"admin_consent": "True", "tenant": TENANT_ID, "scope": scope}

    def title(self, scope: str) -> str:
        """Return what a scope allows."""
        return "Read and write access to your mail via IMAP" if scope == self.mail_scope else scope

    def issuer(self, base_url: str, tenant: str = "") -> str:
        """Return the issuer of the tenant; for any tenant, the template that Microsoft has there."""
        return f"{base_url}/{'{tenantid}' if tenant in _TEMPLATES else TENANT_ID}/v2.0"

    def claims(self, person: SampleUser, base_url: str) -> dict[str, Any]:
        """Return the name of the person by tenant and object ID, which never change, and by the user name of today."""
        return {
            "iss": self.issuer(base_url),
            "sub": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"pairwise.{person.address}")),
            "tid": TENANT_ID,
            "oid": str(uuid.uuid5(uuid.NAMESPACE_DNS, person.address)),
            "preferred_username": person.address,
            "email": person.address,
            "name": person.name,
            "ver": "2.0",
        }

    def wants_refresh_token(self, parameters: Mapping[str, str], *, scopes: frozenset[str], first: bool) -> bool:
        """Hand one out for the scope `offline_access`."""
        return "offline_access" in scopes

    def callback_extra(self, person: SampleUser, base_url: str, scope: str) -> dict[str, str]:
        """Carry along a session state, as Microsoft does."""
        return {"session_state": str(uuid.uuid4())}

    def callback_error(self, refusal: OAuthErrorResponse, base_url: str) -> dict[str, str]:
        """Return error and description."""
        subcode = {"error_subcode": "cancel"} if refusal.error == "access_denied" else {}
        return {"error": refusal.error, "error_description": _described(refusal, _ids())} | subcode

    def token_error(self, refusal: OAuthErrorResponse) -> dict[str, Any]:
        """Return error, description and the codes once more as data."""
        ids = _ids()
        body = {
            "error": refusal.error,
            "error_description": _described(refusal, ids),
            "error_codes": [refusal.code] if refusal.code else [],
            **ids,
        }
        return body | ({"suberror": refusal.suberror} if refusal.suberror else {})

    def token_scope(self, scope: str) -> str:
        """Leave out what is OpenID Connect's: Microsoft names only what the access token is for."""
        return " ".join(each for each in scope.split() if each not in _OPENID)


def _ids() -> dict[str, str]:
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    return {"trace_id": str(uuid.uuid4()), "correlation_id": str(uuid.uuid4()), "timestamp": now}


def _described(refusal: OAuthErrorResponse, ids: Mapping[str, str]) -> str:
    code = f"AADSTS{refusal.code}: " if refusal.code else ""
    return (
        f"{code}{refusal.description} Trace ID: {ids['trace_id']} "
        f"Correlation ID: {ids['correlation_id']} Timestamp: {ids['timestamp']}"
    )


def _grant(code: int, description: str, suberror: str = "") -> OAuthErrorResponse:
    return OAuthErrorResponse(error="invalid_grant", code=code, description=description, suberror=suberror)


MICROSOFT = MicrosoftLike(
    key="microsoft",
    name="Microsoft-like",
    client_id="practice-microsoft-client",
    client_secret="practice-microsoft-secret",
    callback_path="/oauth/outlook/callback",
    mail_scope=MAIL_SCOPE,
    # The bare permission is one of Microsoft Graph, and its token is for Graph: the mail server refuses it.
    scopes=_OPENID | {MAIL_SCOPE, "IMAP.AccessAsUser.All", "User.Read"},
    steady_scopes=_OPENID,
    users=MICROSOFT_USERS,
    repairs=MICROSOFT_REPAIRS,
    rotates=True,
    prefix="/<tenant>",
    authorize_path="/oauth2/v2.0/authorize",
    token_path="/oauth2/v2.0/token",
    jwks_path="/discovery/v2.0/keys",
    discovery_path="/v2.0/.well-known/openid-configuration",
    approve_path="/v2.0/adminconsent",
    approved=ADMIN_CONSENT,
    refusals={
        "client-unknown": OAuthErrorResponse(
            error="unauthorized_client",
            code=700016,
            description="The application was not found in the directory. This can happen if the application has not "
            "been installed by the administrator of the tenant or consented to by any user in the tenant. You may "
            "have sent your authentication request to the wrong tenant.",
        ),
        "secret-wrong": OAuthErrorResponse(
            error="invalid_client",
            code=7000215,
            status=401,
            description="Invalid client secret provided. Ensure the secret being sent in the request is the client "
            "secret value, not the client secret ID, for a secret added to app 'practice-microsoft-client'.",
        ),
        "redirect-differs": OAuthErrorResponse(
            error="invalid_request",
            code=50011,
            description="The redirect URI specified in the request does not match the redirect URIs configured for "
            "the application 'practice-microsoft-client'. Make sure the redirect URI sent in the request matches one "
            "added to your application in the Azure portal.",
        ),
        "code-unknown": _grant(
            70000, "The provided value for the 'code' parameter is not valid: the code is malformed or invalid."
        ),
        "code-used": _grant(
            54005,
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing "
            "refresh token.",
        ),
        "verifier-missing": _grant(
            501481, "The Code_Verifier does not match the code_challenge supplied in the authorization request."
        ),
        "verifier-wrong": _grant(
            501481, "The Code_Verifier does not match the code_challenge supplied in the authorization request."
        ),
        "refresh-unknown": _grant(9002313, "Invalid request. Request is malformed or invalid.", suberror="bad_token"),
        "refresh-used": _grant(
            70000,
            "The provided value for the input parameter 'refresh_token' or 'assertion' is not valid.",
            suberror="bad_token",
        ),
        "revoked": _grant(
            50173,
            "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might "
            "have changed or reset their password.",
            suberror="bad_token",
        ),
        "scope-unknown": OAuthErrorResponse(
            error="invalid_scope",
            code=70011,
            description="The provided value for the input parameter 'scope' is not valid.",
        ),
        "denied": OAuthErrorResponse(
            error="access_denied",
            code=65004,
            description="User declined to consent to access the app.",
        ),
        "tenant-unknown": OAuthErrorResponse(
            error="invalid_request",
            code=90002,
            description="Tenant not found. Check to make sure you have the correct tenant ID and are signing into the "
            "correct cloud. Check with your subscription administrator, this may happen if there are no active "
            "subscriptions for the tenant.",
        ),
        "malformed": OAuthErrorResponse(
            error="invalid_request", code=9002313, description="Invalid request. Request is malformed or invalid."
        ),
    },
)
