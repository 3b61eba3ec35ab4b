"""Signing in: what is sent reaches the server as it was typed, and nothing of it reaches a report or a log."""

import base64
import logging
from collections.abc import Callable

import pytest

from tests.core.imap.servers import SECRET, Peer, imap, read_astring, serving
from webapp.core.imap import AccessToken, Password, Report, Security, ServerSettings
from webapp.core.imap.protocol.credentials import Sasl

Check = Callable[..., Report]


@pytest.mark.parametrize("at_once", [True, False], ids=["SASL-IR", "no SASL-IR"])
def test_plain_carries_user_and_password_as_utf_8(check: Check, at_once: bool) -> None:
    heard: list[bytes] = []

    def authenticate(peer: Peer, tag: str, rest: bytes) -> None:
        mechanism, *response = rest.split()
        if not response:
            peer.say("+ ")
            response = [peer.hear()]
        heard.extend([mechanism, base64.b64decode(response[0])])
        peer.say(f"{tag} OK [CAPABILITY IMAP4rev1] Done")

    greeting = f"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN{' SASL-IR' * at_once}] Ready"
    with serving(imap(greeting, AUTHENTICATE=authenticate)) as port:
        report = check(port, user="ånn", credential=Password("grün 密"))

    assert report.passed
    assert heard == [b"PLAIN", "\0ånn\0grün 密".encode()]


@pytest.mark.parametrize("user", ["ann@example.com", 'a"n\\n', "ann with blanks", "ånn", ""])
@pytest.mark.parametrize(
    "password", ["sec", 'quo"te', "back\\slash", "\\", "grün 密", " blank ", "", "x" * 5000, "{3}"]
)
def test_login_arrives_as_it_was_typed(check: Check, user: str, password: str) -> None:
    heard: list[str] = []

    def login(peer: Peer, tag: str, rest: bytes) -> None:
        first, rest = read_astring(peer, rest)
        second, rest = read_astring(peer, rest.removeprefix(b" "))
        heard.extend([first.decode(), second.decode(), rest.decode()])
        peer.say(f"{tag} OK [CAPABILITY IMAP4rev1] Done")

    with serving(imap("* OK [CAPABILITY IMAP4rev1] Ready", LOGIN=login)) as port:
        report = check(port, user=user, credential=Password(password))

    assert report.passed
    assert report.steps[4].detail == "LOGIN"
    assert heard == [user, password, ""]


@pytest.mark.parametrize("value", ["a\r\nA1 LOGOUT", "a\nb", "a\0b"])
def test_password_with_a_line_break_or_nul_is_refused_before_anything_is_sent(value: str) -> None:
    with pytest.raises(ValueError, match="not allowed"):
        Password(value)


@pytest.mark.parametrize("user", ["ann\r\nA1 LOGOUT", "ann\0", "ann\x7f"])
def test_user_with_control_characters_is_refused_before_anything_is_sent(user: str) -> None:
    with pytest.raises(ValueError, match="not allowed"):
        ServerSettings(host="imap.example.com", port=993, security=Security.TLS, user=user)


def test_secret_that_the_server_repeats_is_masked(check: Check, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    encoded = base64.b64encode(f"\0ann@example.com\0{SECRET}".encode()).decode()

    with serving(imap(AUTHENTICATE=f'TAG NO Bad password "{SECRET}" in {encoded}')) as port:
        report = check(port)

    assert report.failure
    assert report.failure.text.startswith("AUTHENTICATE PLAIN: NO Bad password")
    for hidden in (SECRET, encoded):
        assert hidden not in repr(report)
        assert hidden not in caplog.text


def test_our_own_words_are_not_masked_as_that_would_tell_the_password(check: Check) -> None:
    with serving(imap()) as port:
        report = check(port, credential=Password("messages"))

    assert report.steps[5].detail == "3 messages"


def test_fault_nobody_foresaw_is_a_failure_and_is_logged_without_secrets(
    check: Check, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(AccessToken):
        def sasl(self, user: str, host: str = "", port: int = 0) -> tuple[Sasl, ...]:
            raise RuntimeError(f"cannot use {self.value}")

    with serving(imap()) as port:
        report = check(port, credential=Broken(SECRET))

    assert report.failure
    assert report.failure.text.startswith("RuntimeError: cannot use ")
    assert "RuntimeError" in caplog.text
    assert SECRET not in repr(report) + caplog.text
