"""The server with moods keeps to the protocol, whatever a client does."""

import imaplib
from base64 import b64encode
from contextlib import suppress

import pytest

from tests.practice.conftest import Connect
from tests.practice.test_scenarios import BY_KEY, plain

MOODY = BY_KEY["mailbox-access-denied"]


def talk(client: imaplib.IMAP4, *lines: bytes) -> bytes:
    """Send lines as they are and return the last line that comes back."""
    answer = b""
    for line in lines:
        client.send(line + b"\r\n")
        answer = client.readline()
    return answer


def test_a_person_is_asked_for_the_practice_password_before_inbox_is_refused(connect: Connect) -> None:
    client = connect(MOODY)

    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        client.login(MOODY.login, "another")


def test_a_user_nobody_knows_is_refused_like_a_wrong_password(connect: Connect) -> None:
    client = connect(MOODY)

    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        client.login("nobody@practice.test", MOODY.password)


def test_a_password_may_come_with_the_command_or_as_a_literal(connect: Connect) -> None:
    user = MOODY.login.encode()
    response = b64encode(plain(MOODY))

    at_once = talk(connect(MOODY), b"a AUTHENTICATE PLAIN " + response)
    asked_for = talk(connect(MOODY), b"a LOGIN {%d}" % len(user), user + b" {11}", b"open-sesame")
    not_asked_for = talk(connect(MOODY), b"a LOGIN %b {11+}\r\nopen-sesame" % user)

    assert [at_once, asked_for, not_asked_for] == [b"a OK Signed in.\r\n"] * 3


def test_an_escaped_quote_belongs_to_the_password(connect: Connect) -> None:
    answer = talk(connect(MOODY), rb'a LOGIN %b "\"open-sesame"' % MOODY.login.encode())

    assert answer.startswith(b"a NO [AUTHENTICATIONFAILED]")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b"a EXAMINE INBOX", b"a BAD Please sign in first.\r\n"),
        (b"a XYZZY", b"a BAD Unknown command.\r\n"),
        (b"", b"* BAD Unknown command.\r\n"),
        (b"a LOGIN", b"a NO [AUTHENTICATIONFAILED] Authentication failed.\r\n"),
        (b"a AUTHENTICATE GSSAPI", b"a NO Unsupported authentication mechanism.\r\n"),
        (b"a AUTHENTICATE PLAIN =", b"a BAD Invalid response.\r\n"),
        (b"a AUTHENTICATE PLAIN\r\n*", b"+ \r\n"),
        (b"\xff \xff {3+}\r\n\xff\x00\xff", "\ufffd BAD Unknown command.\r\n".encode()),
    ],
)
def test_an_odd_command_gets_an_answer(connect: Connect, line: bytes, answer: bytes) -> None:
    client = connect(MOODY)

    assert talk(client, line) == answer


def test_a_line_without_end_ends_only_that_connection(connect: Connect) -> None:
    answer = b""

    with suppress(OSError):  # the server closes while the client still writes
        answer = talk(connect(MOODY), b"x" * 1_000_000)

    assert answer == b""
    assert connect(MOODY).noop()[0] == "OK"


def test_basic_authentication_disabled_ends_with_a_bye(connect: Connect) -> None:
    client = connect(BY_KEY["basic-auth-disabled"])

    answer = talk(client, b"a LOGIN basic-auth-disabled@practice.test x")

    assert answer == b"a NO Basic authentication is disabled.\r\n"
    assert client.readline() == b"* BYE Microsoft Exchange Server IMAP4 server signing off.\r\n"
    assert client.readline() == b""


def test_a_web_login_comes_with_its_personal_address(connect: Connect) -> None:
    client = connect(BY_KEY["web-login-required"])

    answer = talk(client, b"a LOGIN web-login-required@practice.test x")

    assert answer.startswith(b"* NO [WEBALERT https://accounts.google.com/signin/continue?")
