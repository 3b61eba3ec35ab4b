"""What this portal itself fills into help pages: how it is registered with the providers; nothing of it is secret."""

from collections.abc import Mapping
from dataclasses import replace

from webapp.services.connections.check_result import HelpContext
from webapp.services.providers.known_servers import KNOWN_SERVERS, KnownServer
from webapp.services.providers.oauth.registration_facts import oauth_facts
from webapp.services.providers.oauth.spec import credential_type_of, spec_of_diagnosis

_KNOWN: Mapping[str, KnownServer] = {server.key: server for server in KNOWN_SERVERS}


def portal_facts(key: str = "") -> HelpContext:
    """Return the facts for readers of the provider with this key (`?for=<key>`); none where there is no such one."""
    credential_type = credential_type_of(key)
    return HelpContext(**oauth_facts(credential_type)) if credential_type else HelpContext()


def facts_for_readers_of(provider: str | None) -> HelpContext:
    """Return the facts for readers of the provider that a diagnosis has recognised in a text."""
    spec, known = spec_of_diagnosis(provider), _KNOWN.get(provider or "")
    facts = portal_facts(spec.key if spec else "")
    if known is None:
        return facts
    return replace(
        facts, provider_label=known.label, app_password_url=known.app_password_url, imap_hint=known.imap_hint
    )
