"""What the portal has to know to sign people in at the practice providers: addresses, client and mail server."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from webapp.config.provider_settings import ImapServer
from webapp.core.imap.protocol.server_settings import Security
from webapp.core.oauth.endpoints import Endpoints
from webapp.models import CredentialType
from webapp.practice.imap_server.scenarios import DOMAIN
from webapp.practice.oauth_server.endpoints import ANY_TENANT, Addresses
from webapp.practice.oauth_server.profiles import PROFILES
from webapp.practice.ports import LOOPBACK
from webapp.services.providers.oauth.spec import PROVIDER_SPECS


@dataclass(frozen=True, kw_only=True)
class PracticeOAuth:
    """One provider of practice mode, in place of the real one."""

    endpoints: Endpoints
    client_id: str
    client_secret: str = field(repr=False)
    tenant: str = ""
    imap_server: ImapServer


def practice_oauth(ports: Mapping[str, int]) -> dict[CredentialType, PracticeOAuth]:
    """Describe the providers that run on these ports (see `webapp.practice.ports`); nothing where none do."""
    return {
        kind: _describe(spec.diagnosis_key, ports)
        for kind, spec in PROVIDER_SPECS.items()
        if spec.diagnosis_key in ports
    }


def _describe(key: str, ports: Mapping[str, int]) -> PracticeOAuth:
    house = PROFILES[key]
    return PracticeOAuth(
        endpoints=Addresses.of(house, f"http://{LOOPBACK}:{ports[key]}").endpoints,
        client_id=house.client_id,
        client_secret=house.client_secret,
        tenant=ANY_TENANT if house.prefix else "",
        imap_server=ImapServer(imap_host(key), ports[f"{key}_mail"], Security.TLS),
    )


def imap_host(key: str) -> str:
    """Return the name of the mail server of a provider."""
    return f"{key}-mail.{DOMAIN}"
