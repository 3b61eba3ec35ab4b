"""A mailbox at a real Dovecot for tests of acts: filled and looked at on the disk, where no command stands between."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from imapclient import imap_utf7

from tests.servers.cutting import Wire, wire_to
from tests.servers.dovecot import PATIENCE, USERS, Dovecot
from tests.servers.plugin import DovecotWith
from tests.servers.services import hand_over
from webapp.config.app_state import secret_box
from webapp.core.imap.mailbox.message_commands import MessageSet
from webapp.core.imap.mailbox.messages import MessageListing, list_messages
from webapp.models import Connection, User, db
from webapp.services.connections.mail_session import open_mail_session
from webapp.services.providers.credentials import CREDENTIALS

USER = "acts@example.com"

_numbers = itertools.count(1)

State = dict[str, Counter[tuple[str, str]]]


@dataclass
class Post:
    """The mail of one person; `state` is every message of every mailbox by its Message-ID and its flags."""

    server: Dovecot
    connection: Connection

    def new(self, *flags: str, name: str = "Räume & {}", ids: bool = True) -> str:
        """Make a mailbox of this test alone, and put a message into it for each of these flags (Maildir's letters)."""
        mailbox = name.format(next(_numbers))
        self.fill(mailbox, *flags, ids=ids)
        return mailbox

    def fill(self, mailbox: str, *flags: str, ids: bool = True) -> None:
        """Put messages into a mailbox, which is made where there is none."""
        folder = self.server.mail(USER, mailbox)
        for part in ("cur", "new", "tmp"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        for number, letters in enumerate(flags):
            head = f"Message-ID: <{message_id(mailbox, number)}>\r\n".encode() if ids else b""
            path = folder / "cur" / f"{1_700_000_000 + number}.M{number:06}.example:2,{letters}"
            path.write_bytes(
                head + b"From: ben@example.com\r\nSubject: Letter %d\r\n\r\nHello %d\r\n" % (number, number)
            )
        root = self.server.mail(USER)
        hand_over(root / folder.relative_to(root).parts[0])

    def state(self, *mailboxes: str) -> State:
        """Look at some mailboxes, or at all that there are."""
        root = self.server.mail(USER)
        folders = [self.server.mail(USER, each) for each in mailboxes] or [each.parent for each in root.rglob("cur")]
        return {_name(folder.relative_to(root)): Counter(_messages(folder)) for folder in folders}

    def listed(self, mailbox: str) -> MessageListing:
        with open_mail_session(self.connection) as session:
            return list_messages(session, mailbox, limit=200)

    def chosen(self, mailbox: str, *numbers: int) -> MessageSet:
        """Choose messages by their place, the oldest first; all of them where none is named."""
        listing = self.listed(mailbox)
        messages = sorted(listing.messages, key=lambda message: message.uid)
        picked = [messages[number] for number in numbers] if numbers else messages
        return MessageSet(
            mailbox=mailbox,
            uid_validity=listing.uid_validity,
            messages={message.uid: message.fingerprint for message in picked},
        )


BARE = "IMAP4rev1 SASL-IR LITERAL+ ESEARCH LIST-EXTENDED SPECIAL-USE"
SERVERS = {
    "both": f"{BARE} MOVE UIDPLUS",
    "MOVE": f"{BARE} MOVE",
    "UIDPLUS": f"{BARE} UIDPLUS",
    "neither": BARE,
    "Gmail": f"{BARE} MOVE UIDPLUS X-GM-EXT-1",
}


def at_each(*names: str) -> pytest.MarkDecorator:
    """Run a test at servers that have these of the extensions by which messages are moved."""
    return pytest.mark.parametrize("capabilities", [SERVERS[name] for name in names], ids=names, indirect=True)


@pytest.fixture
def capabilities(request: pytest.FixtureRequest) -> str:
    return str(getattr(request, "param", SERVERS["both"]))


@pytest.fixture
def server(dovecot_with: DovecotWith, capabilities: str) -> Dovecot:
    return dovecot_with(imap_capability=capabilities)


@pytest.fixture
def wire(server: Dovecot, capabilities: str) -> Iterator[Wire]:
    with wire_to(server.address, server.port, tells_copies="UIDPLUS" in capabilities) as laid:
        yield laid


@pytest.fixture
def post(app: Flask, server: Dovecot, wire: Wire, member: User) -> Iterator[Post]:
    """Return the mail of a connection that goes over the wire; the portal's application context is open."""
    app.extensions["postroom.network"] = server.network
    app.extensions["postroom.limits"] = PATIENCE
    with app.app_context():
        yield Post(server, connect(member.id, port=wire.port))


def connect(owner_id: int, *, port: int, name: str = "Acts") -> Connection:
    """Save a connection over a plain wire."""
    connection = Connection(
        name=name,
        name_key=name,
        address=USER,
        credential_type=CREDENTIALS,
        host="127.0.0.1",
        port=port,
        security="none",
        user=USER,
        owner_id=owner_id,
    )
    db.session.add(connection)
    db.session.flush()
    connection.sealed_password = secret_box().encrypt(USERS[USER], "connection", connection.id, "sealed_password")
    db.session.commit()
    return connection


def ids(state: State, mailbox: str) -> Counter[str]:
    """Return the Message-IDs in a mailbox, without those marked as deleted."""
    return Counter(name for name, flags in state[mailbox].elements() if "T" not in flags)


def message_id(mailbox: str, number: int) -> str:
    """Return the Message-ID of a message that `Post.fill` has put into a mailbox."""
    return f"{number}@{imap_utf7.encode(mailbox).decode()}"


def _name(path: Path) -> str:
    return imap_utf7.decode(path.as_posix().encode()) if path.parts else "INBOX"


def _messages(folder: Path) -> Iterator[tuple[str, str]]:
    for path in (*folder.glob("cur/*"), *folder.glob("new/*")):
        found = re.search(rb"(?im)^message-id: *<(.+?)>\r|^subject: *(.+?)\r", path.read_bytes())
        yield (found[1] or found[2]).decode() if found else "", path.name.partition(":2,")[2]
