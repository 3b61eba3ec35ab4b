"""What this portal itself fills into help pages: how it is registered with the providers; nothing of it is secret."""

from collections.abc import Mapping
from dataclasses import replace

from webapp.models import CredentialType
from webapp.services.connections.check_result import HelpContext
from webapp.services.providers.known_servers import KNOWN_SERVERS, KnownServer
from webapp.services.providers.oauth.client_registration import PROVIDER_SPECS
from webapp.services.providers.oauth.registration_facts import oauth_facts

# The word in an address (`?for=gmail`), and the credential type it stands for.
KINDS = {house.key: credential_type for credential_type, house in PROVIDER_SPECS.items()}

# As a diagnosis names them.
_KEYS = {"google": "gmail", "microsoft": "outlook"}
_KNOWN: Mapping[str, KnownServer] = {server.key: server for server in KNOWN_SERVERS}


def portal_facts(key: str = "") -> HelpContext:
    """Give the facts for readers of one provider ("gmail", "outlook"); none where it is not known which."""
    credential_type: CredentialType | None = KINDS.get(key)
    return HelpContext(**oauth_facts(credential_type)) if credential_type else HelpContext()


def facts_for_readers_of(provider: str | None) -> HelpContext:
    """Give the facts for readers of the provider that a diagnosis has recognised in a text."""
    facts, known = portal_facts(_KEYS.get(provider or "", "")), _KNOWN.get(provider or "")
    if known is None:
        return facts
    return replace(
        facts, provider_label=known.label, app_password_url=known.app_password_url, imap_hint=known.imap_hint
    )
