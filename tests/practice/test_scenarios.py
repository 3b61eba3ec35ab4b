"""Each scenario, over real sockets: it shows what it promises."""

import imaplib
import socket
import ssl
from collections.abc import Callable

import pytest

from tests.practice.conftest import Connect
from webapp.practice.imap_server.scenarios import GROUPS, SCENARIOS, Scenario
from webapp.practice.ports import LOOPBACK, PORT_NAMES
from webapp.practice.process import PracticeServers

BY_KEY = {scenario.key: scenario for scenario in SCENARIOS}
WORKING = ["works", "works-starttls", "works-non-ascii", "works-user-name"]
REFUSED_AT_SIGN_IN = {
    "wrong-password": "[AUTHENTICATIONFAILED] Invalid authentication credentials.",
    "app-password-required": "[ALERT] Application-specific password required",
    "app-password-required-yahoo": "[AUTHENTICATIONFAILED] {command} Invalid credentials",
    "imap-disabled": "[ALERT] Your account is not enabled for IMAP use.",
    "basic-auth-disabled": "Basic authentication is disabled.",
    "web-login-required": "[ALERT] Please log in via your web browser",
    "account-locked": "{command} Intrusion prevention active for",
    "account-disabled": "[CONTACTADMIN] Login disabled for this user",
    "unknown": "Not today",
    "too-many-connections": "[LIMIT] Maximum number of connections from user+IP exceeded",
    "server-unavailable": "[UNAVAILABLE] Temporary authentication failure.",
}
REFUSED_AT_INBOX = {
    "rate-limited": "BAD [b'Request is throttled. Suggested Backoff Time: 89117 milliseconds'",
    "imap-id-required": "EXAMINE Unsafe Login. Please contact kefu@188.com for help",
    "mailbox-not-found": "[NONEXISTENT] Unknown Mailbox: INBOX",
    "mailbox-access-denied": "[NOPERM] Permission denied",
}
BAD_CERTIFICATES = {
    "tls-untrusted-cert": "self-signed certificate",
    "tls-expired": "certificate has expired",
    "tls-hostname-mismatch": "certificate is not valid for 'alias.practice.test'",
}
OTHERS = {
    "login-disabled-use-tls", "tls-wrong-port", "tls-wrong-port-plain", "dns-not-found", "connection-refused",
    "connection-timeout", "connection-dropped", "not-an-imap-server",
}  # fmt: skip
SIGN_IN_PORTS = {"google", "microsoft", "google_mail", "microsoft_mail"}


def plain(scenario: Scenario, password: str | None = None) -> bytes:
    return f"\0{scenario.login}\0{scenario.password if password is None else password}".encode()


def test_every_scenario_is_proved_here_and_can_be_listed() -> None:
    proved = {*WORKING, *REFUSED_AT_SIGN_IN, *REFUSED_AT_INBOX, *BAD_CERTIFICATES, *OTHERS}

    assert set(BY_KEY) == proved
    assert len(BY_KEY) == len(SCENARIOS)
    assert {scenario.group for scenario in SCENARIOS} == set(GROUPS)
    assert {scenario.port_name for scenario in SCENARIOS} == set(PORT_NAMES) - SIGN_IN_PORTS
    assert [scenario.key for scenario in SCENARIOS if scenario.expected_slug is None] == WORKING


@pytest.mark.parametrize("key", WORKING)
def test_a_mailbox_that_works_opens_inbox_and_lists_what_people_have(connect: Connect, key: str) -> None:
    scenario = BY_KEY[key]
    client = connect(scenario)

    client.authenticate("PLAIN", lambda _: plain(scenario))
    inbox = client.select("INBOX", readonly=True)
    mailboxes = client.list()[1]

    assert inbox == ("OK", [b"12"])
    assert [str(line).split()[-1].rstrip("'") for line in mailboxes] == [
        "INBOX", "Archive", "Entw&APw-rfe", "Invoices", "Sent", "Trash",
    ]  # fmt: skip


@pytest.mark.parametrize("command", ["LOGIN", "AUTHENTICATE"])
@pytest.mark.parametrize("key", REFUSED_AT_SIGN_IN)
def test_a_refused_sign_in_quotes_the_real_server(connect: Connect, key: str, command: str) -> None:
    scenario = BY_KEY[key]
    client = connect(scenario)
    sign_in: dict[str, Callable[[], object]] = {
        "LOGIN": lambda: client.login(scenario.login, scenario.password),
        "AUTHENTICATE": lambda: client.authenticate("PLAIN", lambda _: plain(scenario)),
    }

    with pytest.raises(imaplib.IMAP4.error) as refusal:
        sign_in[command]()

    assert REFUSED_AT_SIGN_IN[key].format(command=command) in str(refusal.value)


@pytest.mark.parametrize("key", REFUSED_AT_INBOX)
def test_a_refused_inbox_lets_the_person_in_first(connect: Connect, key: str) -> None:
    scenario = BY_KEY[key]
    client = connect(scenario)

    signed_in = client.login(scenario.login, scenario.password)[0]
    try:
        answer = str(client.select("INBOX", readonly=True))
    except imaplib.IMAP4.error as error:
        answer = str(error)

    assert signed_in == "OK"
    assert REFUSED_AT_INBOX[key] in answer


@pytest.mark.parametrize("key", BAD_CERTIFICATES)
def test_a_bad_certificate_has_the_one_fault_it_is_there_for(connect: Connect, key: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError) as fault:
        connect(BY_KEY[key])

    assert BAD_CERTIFICATES[key] in fault.value.verify_message


def test_without_tls_no_password_is_taken(connect: Connect) -> None:
    scenario = BY_KEY["login-disabled-use-tls"]
    client = connect(scenario)

    with pytest.raises(imaplib.IMAP4.error, match="LOGIN is disabled"):
        client.login(scenario.login, scenario.password)

    assert "LOGINDISABLED" in client.capabilities


def test_the_starttls_port_answers_tls_with_a_greeting_in_the_clear(connect: Connect) -> None:
    with pytest.raises(ssl.SSLError, match="WRONG_VERSION_NUMBER"):
        connect(BY_KEY["tls-wrong-port"])


@pytest.mark.parametrize("key", ["tls-wrong-port-plain", "connection-timeout"])
def test_a_server_that_waits_for_something_else_says_nothing(servers: PracticeServers, key: str) -> None:
    port = servers.ports[BY_KEY[key].port_name]

    with socket.create_connection((LOOPBACK, port), timeout=0.3) as sock, pytest.raises(TimeoutError):
        sock.recv(1)


def test_a_silent_server_does_not_answer_tls_either(servers: PracticeServers) -> None:
    context = ssl.create_default_context()

    with (
        socket.create_connection((LOOPBACK, servers.ports["silent"]), timeout=0.3) as sock,
        pytest.raises(TimeoutError),
    ):
        context.wrap_socket(sock, server_hostname="silent.practice.test")


def test_nothing_listens_on_the_closed_port(connect: Connect) -> None:
    with pytest.raises(ConnectionRefusedError):
        connect(BY_KEY["connection-refused"])


def test_the_dropped_connection_is_reset(connect: Connect) -> None:
    with pytest.raises(ConnectionResetError):
        connect(BY_KEY["connection-dropped"])


def test_the_outgoing_mail_server_speaks_smtp(connect: Connect) -> None:
    with pytest.raises(imaplib.IMAP4.abort, match=r"220 smtp\.practice\.test ESMTP"):
        connect(BY_KEY["not-an-imap-server"])


def test_the_name_nobody_has_can_never_exist() -> None:
    assert BY_KEY["dns-not-found"].host.endswith(".invalid")  # RFC 2606 section 2
