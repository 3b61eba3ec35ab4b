"""A mailbox at a real Dovecot for tests of acts: filled and looked at on the disk, where no command stands between."""

import itertools
import re
from collections import Counter
from dataclasses import dataclass

from imapclient import imap_utf7

from tests.servers.dovecot import USERS, Dovecot
from tests.servers.services import hand_over
from webapp.imap.acts import Chosen
from webapp.imap.messages import Listing, list_messages
from webapp.mailboxes.opening import opened
from webapp.models import Connection, CredentialType, db
from webapp.vault import secret_box

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
        folder = self.server.create_mailbox(USER, mailbox)
        for number, letters in enumerate(flags):
            head = f"Message-ID: <{message_id(mailbox, number)}>\r\n".encode() if ids else b""
            path = folder / "cur" / f"{1_700_000_000 + number}.M{number:06}.example:2,{letters}"
            path.write_bytes(head + b"From: ben@example.com\r\nSubject: Letter %d\r\n\r\nHello %d\r\n" % (number, number))
        hand_over(folder)

    def state(self) -> State:
        root = self.server.mail(USER)
        found: State = {}
        for folder in (path.parent for path in root.rglob("cur")):
            name = imap_utf7.decode(folder.relative_to(root).as_posix().encode())
            found["INBOX" if name == "." else name] = Counter(
                (_message_id(path.read_bytes()), path.name.partition(":2,")[2]) for path in folder.glob("[cn]*/*")
            )
        return found

    def listed(self, mailbox: str) -> Listing:
        with opened(self.connection) as session:
            return list_messages(session, mailbox, limit=200)

    def chosen(self, mailbox: str, *numbers: int) -> Chosen:
        """Choose messages by their place, the oldest first; all of them where none is named."""
        listing = self.listed(mailbox)
        messages = sorted(listing.messages, key=lambda message: message.uid)
        picked = [messages[number] for number in numbers] if numbers else messages
        return Chosen(
            mailbox=mailbox,
            uid_validity=listing.uid_validity,
            messages={message.uid: message.fingerprint for message in picked},
        )


def connect(server: Dovecot, owner_id: int, *, port: int = 0) -> Connection:
    """Save a connection, over TLS or over a plain wire."""
    connection = Connection(
        name="Acts",
        name_key="acts",
        address=USER,
        credential_type=CredentialType.CREDENTIALS,
        host="127.0.0.1" if port else server.address,
        port=port or server.tls_port,
        security="none" if port else "tls",
        user=USER,
        owner_id=owner_id,
    )
    db.session.add(connection)
    db.session.flush()
    connection.sealed_password = secret_box().seal(USERS[USER], "connection", connection.id, "sealed_password")
    db.session.commit()
    return connection


def message_id(mailbox: str, number: int) -> str:
    """Give the Message-ID of a message that `Post.fill` has put into a mailbox."""
    return f"{number}@{imap_utf7.encode(mailbox).decode()}"


def _message_id(raw: bytes) -> str:
    found = re.search(rb"(?im)^message-id: *<(.+?)>\r|^subject: *(.+?)\r", raw)
    return (found[1] or found[2]).decode() if found else ""
