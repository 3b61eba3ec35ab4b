"""The mail servers beside the providers: whose token they take for which mailbox, and how they refuse."""

import base64
import imaplib
import json
import socket
import ssl
from collections.abc import Callable, Mapping

import pytest

from tests.practice.clients import Elsewhere
from tests.practice.conftest import WORKING, OpenClient
from webapp.practice.oauth_server.sample_users import OFFICE, SHARED_MAILBOX, WORKSPACE
from webapp.practice.ports import LOOPBACK
from webapp.practice.process import PracticeServers
from webapp.practice.provider_overrides import imap_host

KEYS = ("google", "microsoft")
REFUSED = {"google": r"\[AUTHENTICATIONFAILED\] Invalid credentials \(Failure\)", "microsoft": r"AUTHENTICATE failed\."}
NOT_CONNECTED = "User is authenticated but not connected."


class Talk:
    """An XOAUTH2 sign-in that notes the challenges it is given."""

    def __init__(self, client: imaplib.IMAP4) -> None:
        self.client = client
        self.challenges: list[bytes] = []

    def sign_in(self, user: str, token: str) -> str:
        def respond(challenge: bytes) -> bytes:
            self.challenges.append(challenge)
            return b"" if challenge else f"user={user}\x01auth=Bearer {token}\x01\x01".encode()

        return self.client.authenticate("XOAUTH2", respond)[0]


MakeTalk = Callable[[str], Talk]


@pytest.fixture
def talk_to(open_client: OpenClient) -> MakeTalk:
    return lambda key: Talk(open_client(imap_host(key), f"{key}_mail"))


@pytest.mark.parametrize("key", KEYS)
def test_a_good_token_opens_the_mailbox_with_the_usual_letters(
    elsewhere: Mapping[str, Elsewhere], talk_to: MakeTalk, key: str
) -> None:
    talk = talk_to(key)

    signed_in = talk.sign_in(WORKING[key], elsewhere[key].issue(WORKING[key]))

    assert signed_in == "OK"
    assert talk.client.select("INBOX", readonly=True) == ("OK", [b"12"])
    assert len(talk.client.list()[1]) == 6


@pytest.mark.parametrize("key", KEYS)
def test_the_case_of_the_address_makes_no_difference(
    elsewhere: Mapping[str, Elsewhere], talk_to: MakeTalk, key: str
) -> None:
    assert talk_to(key).sign_in(WORKING[key].title(), elsewhere[key].issue(WORKING[key])) == "OK"


@pytest.mark.parametrize("key", KEYS)
def test_password_and_xoauth2_are_offered_as_by_the_real_servers(talk_to: MakeTalk, key: str) -> None:
    assert {"AUTH=PLAIN", "AUTH=XOAUTH2"} <= set(talk_to(key).client.capabilities)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("fault", ["bogus", "expired", "revoked", "scope-less", "refresh-token", "of-the-other"])
def test_a_token_that_is_not_good_is_refused_in_the_words_of_the_house(
    elsewhere: Mapping[str, Elsewhere], talk_to: MakeTalk, key: str, fault: str
) -> None:
    provider, person, other = elsewhere[key], WORKING[key], KEYS[1 - KEYS.index(key)]
    if fault == "expired":
        provider.hook(f"accounts/{person}/lifetime", seconds=0)
    made: dict[str, Callable[[], str]] = {
        "bogus": lambda: "made-up",
        "expired": lambda: provider.issue(person),
        "revoked": lambda: provider.issue(person),
        "scope-less": lambda: provider.issue(person, scope="openid email"),
        "refresh-token": lambda: str(provider.hook(f"accounts/{person}/tokens").json()["refresh_token"]),
        "of-the-other": lambda: elsewhere[other].issue(WORKING[other]),
    }
    token = made[fault]()
    if fault == "revoked":
        provider.hook(f"accounts/{person}/revoke")
    talk = talk_to(key)

    with pytest.raises(imaplib.IMAP4.error, match=REFUSED[key]):
        talk.sign_in(person, token)

    challenged = [json.loads(challenge) for challenge in talk.challenges[1:]]
    google = [{"status": "400", "schemes": "Bearer", "scope": "https://mail.google.com/"}]
    assert challenged == (google if key == "google" else [])


def test_a_token_for_microsoft_graph_opens_no_mailbox(elsewhere: Mapping[str, Elsewhere], talk_to: MakeTalk) -> None:
    token = elsewhere["microsoft"].issue(WORKING["microsoft"], scope="openid IMAP.AccessAsUser.All")

    with pytest.raises(imaplib.IMAP4.error, match=REFUSED["microsoft"]):
        talk_to("microsoft").sign_in(WORKING["microsoft"], token)


def test_google_refuses_a_token_of_somebody_else(elsewhere: Mapping[str, Elsewhere], talk_to: MakeTalk) -> None:
    token = elsewhere["google"].issue(f"otto@{WORKSPACE}")

    with pytest.raises(imaplib.IMAP4.error, match=REFUSED["google"]):
        talk_to("google").sign_in(WORKING["google"], token)


def test_who_has_the_right_opens_a_shared_mailbox(elsewhere: Mapping[str, Elsewhere], talk_to: MakeTalk) -> None:
    talk = talk_to("microsoft")

    signed_in = talk.sign_in(SHARED_MAILBOX, elsewhere["microsoft"].issue(f"tom@{OFFICE}"))

    assert signed_in == "OK"
    assert talk.client.select("INBOX", readonly=True) == ("OK", [b"12"])


@pytest.mark.parametrize(
    ("person", "mailbox"),
    [("anton", SHARED_MAILBOX), ("tom", f"anton@{OFFICE}"), ("tom", f"nobody@{OFFICE}"), ("lena", f"lena@{OFFICE}")],
)
@pytest.mark.parametrize("command", ["EXAMINE", "LIST", "STATUS"])
def test_without_right_or_mailbox_microsoft_lets_in_and_connects_nobody(
    elsewhere: Mapping[str, Elsewhere], talk_to: MakeTalk, person: str, mailbox: str, command: str
) -> None:
    talk = talk_to("microsoft")
    commands: dict[str, Callable[[], object]] = {
        "EXAMINE": lambda: talk.client.select("INBOX", readonly=True),
        "LIST": talk.client.list,
        "STATUS": lambda: talk.client.status("INBOX", "(MESSAGES)"),
    }

    signed_in = talk.sign_in(mailbox, elsewhere["microsoft"].issue(f"{person}@{OFFICE}"))

    assert signed_in == "OK"
    with pytest.raises(imaplib.IMAP4.error, match=NOT_CONNECTED):
        commands[command]()


def converse(servers: PracticeServers, key: str, *lines: bytes) -> bytes:
    """Send lines one after another, each after an answer, and give all that the server says until it hangs up."""
    trust = ssl.create_default_context(cafile=servers.ca_file)
    heard = b""
    with (
        socket.create_connection((LOOPBACK, servers.ports[f"{key}_mail"]), timeout=5) as plain,
        trust.wrap_socket(plain, server_hostname=imap_host(key)) as sock,
    ):
        heard += sock.recv(4096)
        for line in lines:
            sock.sendall(line + b"\r\n")
            heard += sock.recv(4096)
        while more := sock.recv(4096):
            heard += more
    return heard


def test_the_server_takes_its_leave_after_its_answer(
    servers: PracticeServers, elsewhere: Mapping[str, Elsewhere]
) -> None:
    lena = f"lena@{OFFICE}"
    response = f"user={lena}\x01auth=Bearer {elsewhere['microsoft'].issue(lena)}\x01\x01".encode()

    heard = converse(servers, "microsoft", b"a AUTHENTICATE XOAUTH2", base64.b64encode(response), b"b EXAMINE INBOX")

    assert heard.endswith(f"b BAD {NOT_CONNECTED}\r\n* BYE Connection closed. 14\r\n".encode())


def test_no_password_is_taken_at_microsoft(servers: PracticeServers) -> None:
    heard = converse(servers, "microsoft", f'a LOGIN {WORKING["microsoft"]} "open-sesame"'.encode())

    assert heard.endswith(
        b"a NO Basic authentication is disabled.\r\n* BYE Microsoft Exchange Server IMAP4 server signing off.\r\n"
    )


@pytest.mark.parametrize("command", ["LOGIN", "AUTHENTICATE"])
def test_no_password_is_taken_at_google(talk_to: MakeTalk, command: str) -> None:
    client = talk_to("google").client
    sign_in: dict[str, Callable[[], object]] = {
        "LOGIN": lambda: client.login(WORKING["google"], "open-sesame"),
        "AUTHENTICATE": lambda: client.authenticate("PLAIN", lambda _: f"\0{WORKING['google']}\0open-sesame".encode()),
    }

    with pytest.raises(imaplib.IMAP4.error, match=REFUSED["google"]):
        sign_in[command]()


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "response", [b"", b"nonsense", b"user=a\x01\x01", b"\xff\xfe", b"user=\xff\x01auth=Bearer x\x01\x01"]
)
def test_nonsense_is_refused_and_the_server_lives_on(
    elsewhere: Mapping[str, Elsewhere], talk_to: MakeTalk, key: str, response: bytes
) -> None:
    with pytest.raises(imaplib.IMAP4.error):
        talk_to(key).client.authenticate("XOAUTH2", lambda _: response)

    assert talk_to(key).sign_in(WORKING[key], elsewhere[key].issue(WORKING[key])) == "OK"
