"""The practice mailboxes hold real mail, and take odd input like any other server."""

import email
import imaplib
from email.message import EmailMessage
from email.policy import default

import pytest

from tests.practice.conftest import Connect
from tests.practice.test_scenarios import BY_KEY, plain

ANNA = BY_KEY["works"]


def fetch(client: imaplib.IMAP4, mailbox: str) -> list[EmailMessage]:
    client.select(mailbox, readonly=True)
    parts = client.fetch("1:*", "(BODY.PEEK[])")[1]
    return [email.message_from_bytes(part[1], policy=default) for part in parts if isinstance(part, tuple)]


@pytest.fixture
def anna(connect: Connect) -> imaplib.IMAP4:
    client = connect(ANNA)
    client.login(ANNA.login, ANNA.password)
    return client


def test_inbox_has_plain_and_html_mail_and_attachments(anna: imaplib.IMAP4) -> None:
    messages = fetch(anna, "INBOX")

    kinds = {part.get_content_type() for message in messages for part in message.walk()}
    names = {part.get_filename() for message in messages for part in message.iter_attachments()}
    assert {"text/plain", "text/html", "text/csv", "application/pdf"} <= kinds
    assert {"Rechnung-2204.pdf", "october.csv"} <= names
    assert "Grüße aus Köln 🌧️" in [message["Subject"] for message in messages]
    assert not any(message.defects for message in messages)


def test_a_pdf_is_one_that_readers_open(anna: imaplib.IMAP4) -> None:
    (attachment,) = fetch(anna, "Invoices")[0].iter_attachments()

    pdf = attachment.get_content()

    table = int(pdf.split(b"startxref\n")[1].split(b"\n")[0])
    offsets = [int(line[:10]) for line in pdf[table:].splitlines() if line.endswith(b" n ")]
    assert pdf.startswith(b"%PDF-1.4")
    assert [pdf[offset : offset + 7] for offset in offsets] == [b"%d 0 obj" % number for number in range(1, 5)]


def test_what_was_sent_comes_from_the_owner(anna: imaplib.IMAP4) -> None:
    assert {message["From"] for message in fetch(anna, "Sent")} == {ANNA.address}


def test_the_newest_message_is_the_last_and_unread(anna: imaplib.IMAP4) -> None:
    anna.select("INBOX", readonly=True)

    unread = anna.search(None, "UNSEEN")[1]

    assert fetch(anna, "INBOX")[-1]["Subject"] == "Lunch on Thursday?"
    assert unread == [b"10 11 12"]


@pytest.mark.parametrize("password", ["", "💥", "سر", "x" * 10_000, "pass\x7fword"])
def test_an_odd_password_is_wrong_and_nothing_more(connect: Connect, password: str) -> None:
    client = connect(ANNA)

    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        client.authenticate("PLAIN", lambda _: plain(ANNA, password))

    assert client.login(ANNA.login, ANNA.password)[0] == "OK"
