"""What this portal itself fills into help pages: how it is registered with the providers; nothing of it is secret."""

from webapp.connections.verdict import Facts
from webapp.models import CredentialType
from webapp.providers.oauth.clients import HOUSES
from webapp.providers.oauth.facts import oauth_facts

# The word in an address (`?for=gmail`), and the credential type it stands for.
KINDS = {house.key: credential_type for credential_type, house in HOUSES.items()}


def portal_facts(key: str = "") -> Facts:
    """Give the facts for readers of one provider ("gmail", "outlook"); none where it is not known which."""
    credential_type: CredentialType | None = KINDS.get(key)
    return Facts(**oauth_facts(credential_type)) if credential_type else Facts()
