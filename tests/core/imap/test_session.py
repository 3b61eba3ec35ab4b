"""A session keeps its connection, its budget and its words in order."""

import re
import ssl
import tomllib
from ipaddress import ip_address
from pathlib import Path

import pytest

from tests.core.imap.certificates import Authority
from tests.core.imap.servers import HASTY, Peer, imap, says, serving
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap import ConnectError, ImapError, Network, Password, Security, ServerSettings
from webapp.core.imap.protocol import imaplib_protocol as imap_protocol
from webapp.core.imap.protocol.session import Session
from webapp.core.net.deadline import Budget
from webapp.core.net.dialling import connect_tcp
from webapp.core.net.tls import client_context
from webapp.core.net.transport import Transport

HERE = ip_address("127.0.0.1")


def transport(port: int, size: int = 100_000) -> Transport:
    budget = Budget(HASTY.total, size)
    return Transport(connect_tcp([HERE], port, budget, 1), budget, HASTY.read)


def drain(wire: Transport) -> None:
    while True:
        wire.read(1000)


def test_next_address_is_tried_when_one_refuses() -> None:
    with serving(says(b"hello\r\n")) as port:
        budget = Budget(2, 1000)
        sock = connect_tcp([ip_address("127.0.0.99"), ip_address("::1"), HERE], port, budget, 1)

        assert sock.recv(5) == b"hello"
        sock.close()


def test_address_without_a_route_is_unreachable() -> None:
    with pytest.raises(ConnectError) as raised:
        connect_tcp([ip_address("255.255.255.255")], 993, Budget(2, 1000), 1)

    assert raised.value.symptom is Symptom.UNREACHABLE


def test_literal_that_does_not_fit_is_refused_before_it_is_read() -> None:
    with serving(says(b"x" * 10)) as port:
        wire = transport(port)

        with pytest.raises(ImapError) as raised:
            wire.read(3_000_000_000)
        wire.close()

    assert raised.value.symptom is Symptom.TOO_MUCH_DATA


def test_bytes_under_tls_count_too(authority: Authority) -> None:
    with serving(says(b"x" * 50_000), authority.server()) as port:
        wire = transport(port, size=40_000)
        wire.start_tls(client_context(authority.ca_file), "localhost")

        with pytest.raises(ImapError) as raised:
            drain(wire)
        wire.close()

    assert raised.value.symptom is Symptom.TOO_MUCH_DATA


def test_peeked_line_is_read_again() -> None:
    with serving(says(b"one\r\ntwo\r\n")) as port:
        wire = transport(port)

        assert wire.peek_line(100) == b"one\r\n"
        assert wire.read_line(100) == b"one\r\n"
        assert wire.read(5) == b"two\r\n"
        wire.close()


def test_last_words_are_heard_although_sending_failed() -> None:
    def leave(peer: Peer) -> None:
        peer.say("* BYE Too many connections")
        peer.close()

    with serving(leave) as port:
        wire = transport(port)
        wire.wait()
        for _ in range(3):
            wire.sendall(b"A1 CAPABILITY\r\n")

        assert wire.read_line(100) == b"* BYE Too many connections\r\n"
        wire.close()


def test_trust_is_loaded_once_and_again_when_the_file_changes(authority: Authority, tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(authority.ca_file.read_bytes())
    first = client_context(ca_file)

    assert client_context(ca_file) is first
    assert first.minimum_version is ssl.TLSVersion.TLSv1_2
    ca_file.write_bytes(authority.stranger().ca_file.read_bytes())
    assert client_context(ca_file) is not first


def test_session_serves_imapclient_once_it_is_authenticated(network: Network) -> None:
    with serving(imap(EXAMINE="* 7 EXISTS\nTAG OK Done")) as port:
        server = ServerSettings(host="127.0.0.1", port=port, security=Security.NONE, user="ann")
        with Session(server, network, HASTY) as session:
            session.resolve()
            session.connect()
            session.read_greeting()
            session.authenticate(Password("secret"))

            assert session.client.has_capability("IMAP4rev1")
            assert session.client.select_folder("INBOX", readonly=True)[b"EXISTS"] == 7
            assert [name for _, _, name in session.client.list_folders()] == [b"INBOX", b"Sent"]


def test_closed_session_leaves_no_socket_open(network: Network) -> None:
    with serving(imap()) as port:
        server = ServerSettings(host="127.0.0.1", port=port, security=Security.NONE, user="ann")
        with Session(server, network, HASTY) as session:
            session.resolve()
            session.connect()
            wire = session._transport

    assert wire._sock.fileno() == -1


def test_version_told_to_servers_is_ours() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]

    assert re.search(rb'"version" "([^"]+)"', imap_protocol._ID)[1].decode() == project["version"]  # type: ignore[index]
