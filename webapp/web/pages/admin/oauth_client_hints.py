"""What looks like a slip in the portal's registration with a provider: hints beside a field, never a refusal.

Sources: developers.google.com/identity/protocols/oauth2/web-server (redirect URI validation rules),
learn.microsoft.com/entra/identity-platform/reply-url.
"""

from collections.abc import Callable
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from webapp.core.net.loopback import is_loopback
from webapp.core.oauth import GOOGLE, looks_like_secret_id, microsoft
from webapp.core.oauth.endpoints import is_guid
from webapp.models import CredentialType
from webapp.services.providers.oauth.client_registration import EffectiveClient

_GOOGLE_ID = ".apps.googleusercontent.com"
_GOOGLE_SECRET = "GOCSPX-"  # noqa: S105  (how they begin)

# Endings of internal networks; Google asks the public suffix list, on which none of them is.
_PRIVATE_ENDINGS = frozenset({"corp", "home", "internal", "intranet", "lan", "local", "localdomain", "private", "test"})


class _Rule(NamedTuple):
    field: str
    fits: Callable[[EffectiveClient], bool]
    words: str


# The first that fits speaks for its field.
_RULES: dict[CredentialType, tuple[_Rule, ...]] = {
    CredentialType.GMAIL: (
        _Rule(
            "client_id",
            lambda client: client.client_id.startswith(_GOOGLE_SECRET),
            f"This looks like the client secret. The client ID beside it ends in {_GOOGLE_ID}.",
        ),
        _Rule(
            "client_id",
            lambda client: not client.client_id.endswith(_GOOGLE_ID),
            f"Google's client IDs end in {_GOOGLE_ID}. Is this the client's name, or the project's ID?",
        ),
        _Rule(
            "client_secret",
            lambda client: client.client_secret.endswith(_GOOGLE_ID),
            f"This looks like the client ID. The secret beside it begins with {_GOOGLE_SECRET}.",
        ),
    ),
    CredentialType.OUTLOOK: (
        _Rule(
            "client_id",
            lambda client: client.client_id.lower() == client.tenant.lower(),
            "This is the tenant ID. The Application (client) ID stands beside it on the Overview page.",
        ),
        _Rule(
            "client_id",
            lambda client: not is_guid(client.client_id),
            "Microsoft's client IDs are 32 digits and letters a to f, with dashes. Is this the registration's name? "
            "Copy Application (client) ID from its Overview page.",
        ),
        _Rule(
            "client_secret",
            lambda client: looks_like_secret_id(client.client_secret),
            "This looks like the Secret ID. Copy the column Value beside it; once you have left Microsoft's page it is "
            "hidden for good, and you have to make a new secret.",
        ),
    ),
}


def hints(client: EffectiveClient) -> dict[str, str]:
    """Give, by field, what looks like a slip; nothing where another provider stands in for Google or Microsoft."""
    found: dict[str, str] = {}
    if is_the_usual(client):
        for rule in _RULES[client.credential_type]:
            if getattr(client, rule.field) and rule.field not in found and rule.fits(client):
                found[rule.field] = rule.words
    return found


def is_the_usual(client: EffectiveClient) -> bool:
    """Say whether people sign in at Google or Microsoft themselves, and not in practice or at a test server."""
    usual = GOOGLE if client.credential_type is CredentialType.GMAIL else microsoft(client.tenant)
    return client.endpoints.authorization == usual.authorization


def address_fault(client: EffectiveClient) -> str:
    """Say why a provider will not register the portal's redirect URI; nothing where it will."""
    if not is_the_usual(client):
        return ""
    parts = urlsplit(client.redirect_uri)
    host = parts.hostname or ""
    if client.credential_type is CredentialType.GMAIL:
        return _google_fault(parts.scheme, host)
    return _microsoft_fault(parts.scheme, host)


def _google_fault(scheme: str, host: str) -> str:
    if is_loopback(host):
        return ""
    if _is_ip_address(host):
        return "Google takes no bare IP address in a redirect URI."
    if scheme != "https":
        return "Google takes http only for localhost and 127.0.0.1, and https everywhere else."
    ending = host.rpartition(".")[2]
    if ending == host:
        return f"Google takes only names with a public ending, such as portal.example.com, and “{host}” has none."
    if ending in _PRIVATE_ENDINGS:
        return f"Google takes only names with a public ending, such as portal.example.com, and “.{ending}” is none."
    return ""


def _microsoft_fault(scheme: str, host: str) -> str:
    if scheme == "https" or host == "localhost":
        return ""
    if is_loopback(host):
        return (
            "Microsoft's form takes http only with the name localhost: set POSTROOM_BASE_URL to that instead of "
            f"{host}, and open the portal there. (The address with {host} goes into the registration's manifest only.)"
        )
    return "Microsoft takes http only for localhost, and https everywhere else."


def _is_ip_address(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False
