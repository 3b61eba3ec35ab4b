"""The IMAP server behind the practice mailboxes that work: pymap, its mail in memory. Knows no faults."""

import asyncio
import ssl
from argparse import Namespace
from contextlib import suppress
from datetime import UTC, datetime
from typing import Self

from proxyprotocol.sock import SocketInfoLocal
from pymap.backend.dict import Config, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxSet
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials.flag import Seen
from pymap.user import Passwords, UserMetadata
from pysasl import SASLAuth
from pysasl.hashing import BuiltinHash
from pysasl.prep import Preparation, noprep

from webapp.practice.imap_server.message_builder import arrival_time, write_message
from webapp.practice.imap_server.sample_messages import MAILBOXES, SAMPLE_MESSAGES
from webapp.practice.imap_server.scenarios import SCENARIOS


class MailServer:
    """One set of mailboxes, served by two kinds of listeners."""

    def __init__(self, login: Login, *, tls: Config, starttls: Config) -> None:
        self._tls = IMAPServer(login, tls)
        self._starttls = IMAPServer(login, starttls)

    async def serve_tls(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection that is encrypted already."""
        await serve_imap(self._tls, reader, writer)

    async def serve_starttls(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection in the clear, which takes no password before STARTTLS."""
        await serve_imap(self._starttls, reader, writer)


async def prepare_mail_server(certificate: ssl.SSLContext) -> MailServer:
    """Make the mailboxes of every scenario that works, and fill them."""
    tls, starttls = MailConfig.make(certificate, tls_enabled=False), MailConfig.make(certificate, tls_enabled=True)
    login = Login(tls)
    now = datetime.now(UTC)
    for scenario in SCENARIOS:
        if scenario.expected_slug is None:
            password = await Passwords(tls).hash_password(scenario.password)
            login.users_dict[scenario.login] = UserMetadata(tls, scenario.login, password=password)
            tls.set_cache[scenario.login] = (await fill_mailboxes(scenario.address, now), FilterSet())
    return MailServer(login, tls=tls, starttls=starttls)


async def fill_mailboxes(owner: str, now: datetime) -> MailboxSet:
    """Make the mailboxes of one person, with the usual letters."""
    mailboxes = MailboxSet()
    for name in MAILBOXES:
        await mailboxes.add_mailbox(name)
    for letter in reversed(SAMPLE_MESSAGES):  # oldest first, as they arrived
        mailbox = await mailboxes.get_mailbox(letter.mailbox)
        flags = frozenset({Seen} if letter.seen else ())
        content = write_message(letter, owner=owner, now=now)
        await mailbox.append(AppendMessage(content, arrival_time(letter, now=now), flags), recent=not letter.seen)
    return mailboxes


async def serve_imap(server: IMAPServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve one connection until either side ends it."""
    with suppress(OSError, EOFError, ValueError):  # gone, or a line longer than the reader takes
        await server(reader, writer, _RemoteClient(writer))
    writer.close()  # without waiting: a client that never ends its side of TLS would hold up the end of the process


class _RemoteClient(SocketInfoLocal):
    """A client of which pymap does not know that it is on the same machine: those it lets in without TLS."""

    @property
    def from_localhost(self) -> bool:
        return False


class MailConfig(Config):
    """pymap's settings: passwords only, and little effort to hide them, since they stand on a page for everybody."""

    @classmethod
    def make(cls, certificate: ssl.SSLContext, *, tls_enabled: bool) -> Self:
        """Put the settings together."""
        return cls(
            Namespace(passlib_cfg=None, proxy_protocol=None),
            host=None,
            port=0,
            demo_data=False,
            demo_user="",
            demo_password="",
            ssl_context=certificate,
            tls_enabled=tls_enabled,
            hash_context=BuiltinHash(rounds=1),
            cpu_subsystem=Subsystem.for_asyncio(),
            invalid_user_sleep=0,
        )

    @property
    def tls_auth(self) -> SASLAuth:
        """Take passwords once the connection is encrypted."""
        return SASLAuth.named([b"PLAIN", b"LOGIN"])

    @property
    def password_prep(self) -> Preparation:
        """Leave passwords as they are."""
        return noprep  # SASLprep raises on an emoji, and pymap takes that for a fault of its own

    @property
    def greeting(self) -> bytes:
        """Say hello."""
        return b"Practice server ready."
