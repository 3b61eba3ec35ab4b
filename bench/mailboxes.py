"""A Dovecot with large mailboxes made of hard links: a hundred letters on the disk stand for any number of messages."""

import os
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from itertools import cycle, islice

from imapclient import IMAPClient

from bench.portal import Portal
from tests.servers.dovecot import USERS, Dovecot, running_dovecot
from tests.servers.services import hand_over

USER = "ann@example.com"
_LETTERS = 100
_OLD = 1_600_000_000
_PATIENCE = 300


@contextmanager
def running_mail_server() -> Iterator[Dovecot]:
    """Start a Dovecot that does not look through a mailbox again whose folder has not changed for a while."""
    with running_dovecot(maildir_very_dirty_syncs="yes") as server:
        yield server


def fill(server: Dovecot, mailbox: str, count: int) -> None:
    """Put so many messages into a mailbox, and let Dovecot make its index of it."""
    folder = server.create_mailbox(USER, mailbox)
    letters = server.folder / "letters"
    letters.mkdir(exist_ok=True)
    for number in range(_LETTERS):
        (letters / str(number)).write_bytes(_letter(number))
    for number, letter in enumerate(islice(cycle(sorted(letters.iterdir())), count)):
        os.link(letter, folder / "cur" / f"{_OLD + number}.M{number:06}.example:2,S")
    hand_over(folder)
    os.utime(folder / "cur", (time.time() - 3600, time.time() - 3600))
    with bare_client(server, timeout=_PATIENCE) as client:
        client.select_folder(mailbox, readonly=True)


def bare_client(server: Dovecot, timeout: float = 30) -> IMAPClient:
    """Return imapclient, logged in as anybody would."""
    trusted = ssl.create_default_context(cafile=str(server.ca_file))
    client = IMAPClient(server.address, port=server.tls_port, ssl_context=trusted, timeout=timeout)
    client.login(USER, USERS[USER])
    return client


def connect(portal: Portal, server: Dovecot, name: str) -> int:
    """Add a connection to the mail server, and return its id."""
    address = f"{server.address}:{server.tls_port}:tls"
    return portal.add_connection(name, server=address, user=USER, password=USERS[USER])


def _letter(number: int) -> bytes:
    letter = EmailMessage()
    letter["From"] = f"Person {number} <person{number}@example.com>"
    letter["To"] = "Ann <ann@example.com>"
    letter["Subject"] = f"Letter {number} about something that takes a line of its own, as subjects do"
    letter["Date"] = f"Tue, 01 Sep 2026 10:{number % 60:02}:00 +0200"
    letter["Message-ID"] = f"<letter-{number}@example.com>"
    letter.set_content("Hello Ann,\n" + "some words of a letter that nobody will ever read.\n" * 10)
    return letter.as_bytes()
