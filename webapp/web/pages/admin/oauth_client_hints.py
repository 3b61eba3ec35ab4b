"""What looks like a slip in the portal's registration with a provider: hints beside a field, never a refusal."""

from urllib.parse import urlsplit

from webapp.services.providers.oauth.client_registration import EffectiveClient


def hints(client: EffectiveClient) -> dict[str, str]:
    """Return, by field, what looks like a slip; nothing where another server stands in for the provider."""
    found: dict[str, str] = {}
    if is_at_provider(client):
        for hint in client.spec.client_hints:
            if getattr(client, hint.field) and hint.field not in found and hint.fits(client):
                found[hint.field] = hint.words
    return found


def is_at_provider(client: EffectiveClient) -> bool:
    """Return whether people sign in at the provider itself, and not in practice mode or at a test server."""
    return client.endpoints.authorization == client.spec.endpoints(client.tenant).authorization


def address_fault(client: EffectiveClient) -> str:
    """Return why a provider will not register the portal's redirect URI; empty where it will."""
    if not is_at_provider(client):
        return ""
    parts = urlsplit(client.redirect_uri)
    return client.spec.redirect_uri_fault(parts.scheme, parts.hostname or "")
