"""The OAuth 2.0 and OpenID Connect client: from the authorization URL to who signed in. Knows no pages."""

from webapp.core.net.http import HttpLimits
from webapp.core.oauth.client import ClientRegistration, OAuthClient
from webapp.core.oauth.client_check import check_client, looks_like_secret_id
from webapp.core.oauth.endpoints import Endpoints
from webapp.core.oauth.errors import FailureKind, OAuthError
from webapp.core.oauth.identity import Identity
from webapp.core.oauth.token_response import TokenResponse

__all__ = [
    "ClientRegistration",
    "Endpoints",
    "FailureKind",
    "HttpLimits",
    "Identity",
    "OAuthClient",
    "OAuthError",
    "TokenResponse",
    "check_client",
    "looks_like_secret_id",
]
