"""The OAuth 2.0 and OpenID Connect client: from the authorization URL to who signed in. Knows no pages."""

from webapp.oauth.answers import TokenAnswer
from webapp.oauth.client import ClientSettings, OAuthClient
from webapp.oauth.endpoints import GOOGLE, Endpoints, microsoft
from webapp.oauth.errors import Kind, OAuthFailure, Sign
from webapp.oauth.http import HttpLimits
from webapp.oauth.identity import Identity
from webapp.oauth.setup_check import check_client, looks_like_secret_id

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
