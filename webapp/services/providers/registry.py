"""The registry of credential types: what is registered here can be chosen, tested, set up and read about."""

from webapp.models import CredentialType
from webapp.services.providers.oauth.provider import OAuthProvider
from webapp.services.providers.oauth.spec import PROVIDER_SPECS
from webapp.services.providers.provider import Provider

PROVIDERS: dict[CredentialType, Provider] = {}


def register(provider: Provider) -> None:
    """Add a credential type; before `create_app`, which makes its pages and settings."""
    PROVIDERS[provider.credential_type] = provider
    if isinstance(provider, OAuthProvider):
        PROVIDER_SPECS[provider.credential_type] = provider.spec


def unregister(credential_type: CredentialType) -> None:
    """Remove a credential type."""
    PROVIDERS.pop(credential_type, None)
    PROVIDER_SPECS.pop(credential_type, None)
