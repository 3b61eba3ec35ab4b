"""The practice servers, started once, and a plain client for their scenarios."""

import imaplib
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack

import pytest

from tests.practice.clients import Elsewhere, PortalClient
from webapp.core.imap.protocol.server_settings import Security
from webapp.practice.imap_server.scenarios import Scenario
from webapp.practice.oauth_server.http_server import ProviderServer
from webapp.practice.oauth_server.profiles import PROFILES
from webapp.practice.oauth_server.sample_users import OFFICE, WORKSPACE
from webapp.practice.ports import LOOPBACK
from webapp.practice.process import PracticeServers

WORKING = {"google": f"anna@{WORKSPACE}", "microsoft": f"anton@{OFFICE}"}
HereClient = PortalClient[ProviderServer]
OpenClient = Callable[..., imaplib.IMAP4]
Connect = Callable[[Scenario], imaplib.IMAP4]


class Client(imaplib.IMAP4):
    """imaplib over a socket that is ready: what the name stands for is no business of DNS here."""

    def __init__(self, sock: socket.socket, host: str) -> None:
        self._ready = sock
        super().__init__(host)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return self._ready


@pytest.fixture(scope="session")
def servers(practice_servers: PracticeServers) -> PracticeServers:
    """Return the practice servers of the whole run."""
    return practice_servers


@pytest.fixture
def open_client(servers: PracticeServers) -> Iterator[OpenClient]:
    """Connect to a port by the name of a server, up to where one can sign in."""
    trust = ssl.create_default_context(cafile=servers.ca_file)
    with ExitStack() as opened:

        def open_one(host: str, port_name: str, security: Security = Security.TLS) -> imaplib.IMAP4:
            sock = opened.enter_context(socket.create_connection((LOOPBACK, servers.ports[port_name]), timeout=5))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # imaplib writes in pieces, Nagle would wait
            if security is Security.TLS:
                sock = opened.enter_context(trust.wrap_socket(sock, server_hostname=host))
            client = Client(sock, host)
            opened.callback(client.shutdown)
            if security is Security.STARTTLS:
                client.starttls(trust)
            return client

        yield open_one


@pytest.fixture
def connect(open_client: OpenClient) -> Connect:
    """Connect the way a scenario says."""
    return lambda scenario: open_client(scenario.host, scenario.port_name, scenario.security)


@pytest.fixture
def elsewhere(servers: PracticeServers) -> Mapping[str, Elsewhere]:
    """Return the providers of the practice servers, which have forgotten everything before."""
    providers = {key: Elsewhere.at(key, servers.ports) for key in PROFILES}
    for provider in providers.values():
        provider.hook("reset")
    return providers


@pytest.fixture(scope="session")
def running_google() -> Iterator[ProviderServer]:
    with ProviderServer.start("google") as authority:
        yield authority


@pytest.fixture(scope="session")
def running_microsoft() -> Iterator[ProviderServer]:
    with ProviderServer.start("microsoft") as authority:
        yield authority


@pytest.fixture
def google(running_google: ProviderServer) -> HereClient:
    """Return a client of the Google-like provider, which has forgotten everything before."""
    running_google.reset()
    return PortalClient(running_google)


@pytest.fixture
def microsoft(running_microsoft: ProviderServer) -> HereClient:
    """Return a client of the Microsoft-like provider, which has forgotten everything before."""
    running_microsoft.reset()
    return PortalClient(running_microsoft)


@pytest.fixture(params=["google", "microsoft"])
def either(request: pytest.FixtureRequest) -> HereClient:
    """Return a client of each in turn."""
    client: HereClient = request.getfixturevalue(request.param)
    return client


@pytest.fixture
def somebody(either: HereClient) -> str:
    """Return the name of a person with whom everything works."""
    return WORKING[either.authority.profile.key]
