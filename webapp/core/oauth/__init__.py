"""The OAuth 2.0 and OpenID Connect client: from the authorization URL to who signed in. Knows no pages."""

from webapp.core.oauth.bounded_http import HttpLimits
from webapp.core.oauth.client import ClientSettings, OAuthClient
from webapp.core.oauth.client_check import check_client, looks_like_secret_id
from webapp.core.oauth.endpoints import GOOGLE, Endpoints, microsoft
from webapp.core.oauth.errors import Kind, OAuthFailure, Sign
from webapp.core.oauth.identity import Identity
from webapp.core.oauth.token_response import TokenAnswer

__all__ = [
    "GOOGLE",
    "ClientSettings",
    "Endpoints",
    "HttpLimits",
    "Identity",
    "Kind",
    "OAuthClient",
    "OAuthFailure",
    "Sign",
    "TokenAnswer",
    "check_client",
    "looks_like_secret_id",
    "microsoft",
]
