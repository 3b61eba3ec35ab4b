"""What the portal is told about the practice providers."""

from tests.practice.clients import Elsewhere, PortalClient
from tests.practice.conftest import WORKING
from webapp.core.imap.protocol.server_settings import Security
from webapp.practice.imap_server.scenarios import DOMAIN
from webapp.practice.process import PracticeServers
from webapp.practice.provider_overrides import imap_host, practice_oauth
from webapp.services.providers.gmail import GMAIL
from webapp.services.providers.outlook import OUTLOOK


def test_both_types_are_described_by_the_ports_they_are_served_at(servers: PracticeServers) -> None:
    described = practice_oauth(servers.ports)

    google, microsoft = described[GMAIL], described[OUTLOOK]
    assert google.endpoints == Elsewhere.at("google", servers.ports).endpoints
    assert microsoft.endpoints == Elsewhere.at("microsoft", servers.ports).endpoints
    assert (google.tenant, microsoft.tenant) == ("", "organizations")
    assert google.imap_server == (imap_host("google"), servers.ports["google_mail"], Security.TLS)
    assert microsoft.imap_server == (imap_host("microsoft"), servers.ports["microsoft_mail"], Security.TLS)


def test_the_names_of_the_mail_servers_are_those_the_certificate_and_the_network_know() -> None:
    # A wildcard stands for one label (RFC 9525 section 6.3).
    for key in ("google", "microsoft"):
        assert imap_host(key).removesuffix(f".{DOMAIN}").count(".") == 0


def test_the_described_client_gets_tokens(servers: PracticeServers) -> None:
    for kind, key in ((GMAIL, "google"), (OUTLOOK, "microsoft")):
        described, provider = practice_oauth(servers.ports)[kind], Elsewhere.at(key, servers.ports)
        provider.client_id, provider.client_secret = described.client_id, described.client_secret

        assert PortalClient(provider).tokens(WORKING[key])["access_token"]


def test_nothing_is_described_while_no_servers_are_known() -> None:
    assert practice_oauth({}) == {}


def test_the_secret_does_not_show_itself(servers: PracticeServers) -> None:
    for described in practice_oauth(servers.ports).values():
        assert described.client_secret not in repr(described)
