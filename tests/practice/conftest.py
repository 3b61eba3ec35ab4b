"""The practice servers, started once, and a plain client for their scenarios."""

import imaplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from webapp.imap.server import Security
from webapp.practice.ports import LOOPBACK
from webapp.practice.scenarios import Scenario
from webapp.practice.server import PracticeServers

Connect = Callable[[Scenario], imaplib.IMAP4]


class Client(imaplib.IMAP4):
    """imaplib over a socket that is ready: what the name stands for is no business of DNS here."""

    def __init__(self, sock: socket.socket, host: str) -> None:
        self._ready = sock
        super().__init__(host)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return self._ready


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeServers]:
    running = PracticeServers.start(tmp_path_factory.mktemp("practice"))
    yield running
    running.stop()


@pytest.fixture
def connect(servers: PracticeServers) -> Iterator[Connect]:
    """Connect the way a scenario says, up to where one can sign in."""
    trust = ssl.create_default_context(cafile=servers.ca_file)
    with ExitStack() as opened:

        def open_client(scenario: Scenario) -> imaplib.IMAP4:
            address = (LOOPBACK, servers.ports[scenario.port_name])
            sock = opened.enter_context(socket.create_connection(address, timeout=5))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # imaplib writes in pieces, Nagle would wait
            if scenario.security is Security.TLS:
                sock = opened.enter_context(trust.wrap_socket(sock, server_hostname=scenario.host))
            client = Client(sock, scenario.host)
            opened.callback(client.shutdown)
            if scenario.security is Security.STARTTLS:
                client.starttls(trust)
            return client

        yield open_client
