"""Proves a client ID and its secret before anybody signs in: a refresh with an invented token tells them apart."""

from webapp.core.oauth.client import OAuthClient
from webapp.core.oauth.endpoints import is_guid
from webapp.core.oauth.errors import OAuthError

_BOGUS_REFRESH_TOKEN = "postroom-checks-its-set-up"  # noqa: S105  (it is no secret)


def check_client(client: OAuthClient) -> OAuthError | None:
    """Return what is wrong with a registration, or None: a provider that only refuses the token has known the client.

    Microsoft says `invalid_grant` of a token it cannot read (AADSTS9002313) as of one it does not know (70000).
    """
    try:
        client.refresh(_BOGUS_REFRESH_TOKEN)
    except OAuthError as failure:
        return None if failure.error == "invalid_grant" else failure
    return None


def looks_like_secret_id(text: str) -> bool:
    """Return whether a client secret of Microsoft's is rather the ID that its console shows beside it."""
    return is_guid(text.strip())
