"""One session with an IMAP server, in explicit parts so that each can be timed. Knows no report and no diagnosis."""

import imaplib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap.protocol.client import Client, CommandRefusedError
from webapp.core.imap.protocol.credentials import Credential
from webapp.core.imap.protocol.errors import (
    NONEXISTENT_PATTERN,
    AuthenticationError,
    ConnectError,
    ImapError,
    MailboxError,
    NotFoundError,
    ProtocolError,
    ReadOnlyError,
    TlsError,
    UidValidityChangedError,
)
from webapp.core.imap.protocol.greeting import Greeting, read_greeting
from webapp.core.imap.protocol.imaplib_protocol import ByeError, ImapProtocol, TaggedResponse, Untagged
from webapp.core.imap.protocol.limits import Limits
from webapp.core.imap.protocol.selected_mailbox import Selection
from webapp.core.imap.protocol.server_settings import Network, Security, ServerSettings
from webapp.core.imap.protocol.trace import current_trace
from webapp.core.net.deadline import Budget
from webapp.core.net.dialling import connect_tcp
from webapp.core.net.resolver import ResolvedHost, resolve_public_addresses
from webapp.core.net.server_text import redacted_line
from webapp.core.net.tls import TlsFacts, client_context
from webapp.core.net.transport import Transport


@dataclass(frozen=True)
class MailboxStatus:
    """A mailbox that is open: how many messages it has, and what their UIDs hold for.

    `permanent_flags` are in lower case, and None where the server told nothing: then all can be changed.
    """

    exists: int
    uid_validity: int
    permanent_flags: frozenset[str] | None = None


class Session:
    """A conversation in order: look up, connect, TLS and greeting, authenticate, mailboxes, log out; always closed."""

    def __init__(self, server: ServerSettings, network: Network, limits: Limits | None = None) -> None:
        self.server = server
        self._network = network
        self._limits = limits or Limits()
        self._budget = Budget(self._limits.total, self._limits.bytes)
        self._destination = ResolvedHost(server.host, ())
        self._opened_transport: Transport | None = None
        self._client: Client | None = None
        self._greeting: Greeting | None = None
        self._secrets: tuple[str, ...] = ()
        self._selection = Selection()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def client(self) -> Client:
        """Return imapclient, once the greeting has been heard."""
        if self._client is None:
            raise RuntimeError("no greeting yet")
        return self._client

    @property
    def has_greeting(self) -> bool:
        """Return whether there is anybody to log out to."""
        return self._client is not None

    @property
    def preauthenticated(self) -> bool:
        """Return whether the server has let us in already."""
        return self._greeting is not None and self._greeting.preauthenticated

    @property
    def alerts(self) -> str:
        """Return what the server wants people to see."""
        return redacted_line(" ".join(self._imap.alerts), self._secrets)

    def resolve(self) -> tuple[str, ...]:
        """Find the addresses, all of them vetted."""
        self._destination = resolve_public_addresses(self.server.host, self._network, self._budget, self._limits.lookup)
        return tuple(str(address) for address in self._destination.addresses)

    def connect(self) -> None:
        """Open the connection."""
        sock = connect_tcp(self._destination.addresses, self.server.port, self._budget, self._limits.connect)
        self._opened_transport = Transport(sock, self._budget, self._limits.read)

    def start_tls(self) -> TlsFacts:
        """Turn to TLS: at once, or by STARTTLS when the greeting has been heard."""
        context = client_context(self._network.ca_file)
        if self.server.security is Security.TLS:
            self._transport.start_tls(context, self._destination.name)
        elif self.preauthenticated:  # RFC 9051 section 11.1: without TLS no one can know whom he lets in
            raise TlsError("The server says PREAUTH, which rules STARTTLS out", symptom=Symptom.STARTTLS_MISSING)
        else:
            with self._translated_errors(TlsError):
                self._imap.start_tls(lambda: self._transport.start_tls(context, self._destination.name))
        return self._transport.tls_facts()

    def read_greeting(self) -> str:
        """Read the greeting and the capabilities."""
        self._greeting = read_greeting(self._transport, self._limits)
        with self._translated_errors(ProtocolError):
            self._client = Client(self.server.host, self.server.port, self._transport)
        return self._greeting.text or self._imap.PROTOCOL_VERSION

    def authenticate(self, credential: Credential) -> str:
        """Prove who is there by the best way that both sides know, and return its name."""
        self._secrets = credential.secrets
        if trace := current_trace.get():
            trace.secrets = self._secrets
        user, offered = self.server.user, self._imap.capabilities
        ways = credential.sasl(user, self.server.host, self.server.port)
        sasl = next((way for way in ways if f"AUTH={way.mechanism}" in offered), None)
        way = f"AUTHENTICATE {sasl.mechanism}" if sasl else "LOGIN"
        with self._translated_errors(AuthenticationError):
            if sasl:
                answer = self._imap.authenticate_with(sasl)
            elif credential.password is not None and "LOGINDISABLED" not in offered:
                answer = self._imap.log_in(user, credential.password)
            else:
                raise self._no_mechanism_error()
            # Exchange says "AUTHENTICATE failed." of a password and of a token: what was asked belongs to the answer.
            self._require_ok(
                answer, AuthenticationError, to=f"{way}:" if answer.kind == "BAD" else f"{way}: {answer.kind}"
            )
            self._imap.refresh_capabilities()
            self._imap.send_id()
        return way

    def examine(self, mailbox: str = "INBOX") -> int | None:
        """Open a mailbox read-only and count its messages."""
        with self._translated_errors(MailboxError):
            exists: int | None = self.client.select_folder(mailbox, readonly=True).get(b"EXISTS")
        return exists

    def count_mailboxes(self) -> int:
        """List all mailboxes and count them."""
        with self._translated_errors(MailboxError):
            self._require_ok(self._imap.send_command("LIST", b'""', b'"*"'), MailboxError)
        listed = self._imap.untagged_responses.pop("LIST", [])
        # A name sent as a literal is a pair, and what follows it is an entry of its own.
        return len(listed) - sum(isinstance(entry, tuple) for entry in listed)

    def open_mailbox(self, name: str, uid_validity: int | None = None, *, writable: bool = False) -> MailboxStatus:
        """Open a mailbox, read-only unless it is to be changed.

        Raises `GoneError` where there is none, `ChangedError` where its UIDs are others, and `ReadOnlyError`. One that
        is open for changes must never be left by CLOSE, which expunges what others have marked.
        """
        with self._translated_errors(MailboxError):
            place = self._selection.open(self.client, name, writable=writable)
            if isinstance(place, TaggedResponse):
                raise self._refusal(place, NotFoundError if NONEXISTENT_PATTERN.search(place.text) else MailboxError)
        if uid_validity is not None and uid_validity != place.uid_validity:
            raise UidValidityChangedError(f"UIDVALIDITY was {uid_validity} and is {place.uid_validity}")
        if writable and not place.writable:
            raise ReadOnlyError("The server opens the mailbox for reading only (READ-ONLY)")
        return MailboxStatus(self._imap.count, place.uid_validity, place.permanent_flags)

    def command(self, name: str, *words: bytes) -> Mapping[str, Sequence[Untagged]]:
        """Send a command and return its untagged responses by their kinds; a refusal is a `MailboxError`."""
        with self._translated_errors(MailboxError):
            self._require_ok(self._imap.send_command_with_literals(name, *words), MailboxError)
            return dict(self._imap.untagged_responses)

    def store_flags(self, uids: bytes, flags: Collection[str], *, add: bool) -> None:
        """Add or remove flags of the messages of a sequence set of UIDs; raise `MailboxError` where it is refused."""
        store = self.client.add_flags if add else self.client.remove_flags
        with self._translated_errors(MailboxError):
            store(uids, tuple(flags), silent=True)

    def copy(self, uids: bytes, mailbox: bytes) -> Sequence[Untagged]:
        """Copy messages into a mailbox and return what the server says of the copies (COPYUID, RFC 4315)."""
        return self._transfer(self.client.copy, uids, mailbox)

    def move(self, uids: bytes, mailbox: bytes) -> Sequence[Untagged]:
        """Move messages as `copy` copies them, where the server has MOVE (RFC 6851)."""
        return self._transfer(self.client.move, uids, mailbox)

    def expunge(self, uids: bytes) -> None:
        """Remove messages of a sequence set of UIDs (RFC 4315), where the server has UIDPLUS."""
        with self._translated_errors(MailboxError):
            self.client.uid_expunge(uids)

    def fetch_pipelined(self, *words: bytes) -> Callable[[], Sequence[Untagged]]:
        """Send UID FETCH without waiting, and give what waits for its responses; to be called in the same order."""
        with self._translated_errors(MailboxError):
            tag = self._imap.begin_fetch(*words)

        def wait() -> Sequence[Untagged]:
            with self._translated_errors(MailboxError):
                answer, told = self._imap.end_fetch(tag)
                self._require_ok(answer, MailboxError)
                return told

        return wait

    def pipeline(self, name: str, lines: Sequence[Sequence[bytes]]) -> Mapping[str, Sequence[Untagged]]:
        """Send a command several times at once, and give all untagged responses; refusals are passed over."""
        with self._translated_errors(MailboxError):
            self._imap.untagged_responses.clear()
            self._imap.pipeline(name, lines)
            return dict(self._imap.untagged_responses)

    def has_capability(self, capability: str) -> bool:
        """Return whether the server has a capability."""
        has: bool = self.client.has_capability(capability)
        return has

    def renew_budget(self, *, time: bool = True) -> None:
        """Give the next use its own time and bytes; or more bytes alone, in the time that is left."""
        if time:
            self._budget.renew()
        else:
            self._budget.renew_bytes()

    @contextmanager
    def extended_timeout(self) -> Iterator[None]:
        """Renew the deadline and let one response take all of it: a server needs a while to move many messages."""
        self._budget.renew()
        patience, self._transport.patience = self._transport.patience, self._limits.total
        try:
            yield
        finally:
            self._transport.patience = patience

    @property
    def is_synchronized(self) -> bool:
        """Return whether the conversation can go on: nothing is unanswered, and no one has left."""
        return self.has_greeting and self._imap.is_synchronized

    @property
    def has_no_pending_data(self) -> bool:
        """Return whether nothing has come since the last answer, not even the end; costs no round trip."""
        return self._transport.is_quiet

    def is_alive(self) -> bool:
        """Ask the server whether it is still there, with little patience."""
        patience, self._transport.patience = self._transport.patience, self._limits.probe
        try:
            self.command("NOOP")
        except ImapError:
            return False
        finally:
            self._transport.patience = patience
        return self.is_synchronized

    def log_out(self) -> None:
        """Say logout, without waiting long for the answer."""
        self._transport.patience = self._limits.logout
        with self._translated_errors(ConnectError), suppress(CommandRefusedError):
            self.client.logout()

    def close(self) -> None:
        """Close the connection."""
        if self._opened_transport:
            self._opened_transport.close()

    @property
    def _transport(self) -> Transport:
        if self._opened_transport is None:
            raise RuntimeError("not connected yet")
        return self._opened_transport

    @property
    def _imap(self) -> ImapProtocol:
        return self.client.protocol

    def _transfer(self, send: Callable[[bytes, bytes], object], uids: bytes, mailbox: bytes) -> Sequence[Untagged]:
        with self._translated_errors(MailboxError):
            send(uids, mailbox)
            return self._imap.untagged_responses.get("COPYUID", ())

    def _require_ok(self, answer: TaggedResponse, kind: type[ImapError], *, to: str = "") -> None:
        if answer.kind != "OK":
            raise self._refusal(answer, kind, to=to)

    def _refusal(self, answer: TaggedResponse, kind: type[ImapError], *, to: str = "") -> ImapError:
        said = [to, answer.text, *(f"[ALERT] {alert}" for alert in self._imap.alerts), self._imap.challenge]
        return kind(" ".join(words for words in said if words))

    def _no_mechanism_error(self) -> AuthenticationError:
        offered = [name for name in self._imap.capabilities if name.startswith(("AUTH=", "LOGINDISABLED"))]
        text = "The server offers " + (" ".join(offered) or "no way to authenticate")
        if "LOGINDISABLED" in offered and not self._transport.encrypted:
            return AuthenticationError(f"{text}, without TLS", symptom=Symptom.LOGIN_DISABLED_WITHOUT_TLS)
        return AuthenticationError(text, symptom=Symptom.NO_COMMON_MECHANISM)

    @contextmanager
    def _translated_errors(self, kind: type[ImapError]) -> Iterator[None]:
        # Nothing that imaplib raises leaves the session, and no secret that the server may have repeated.
        try:
            yield
        except ImapError as error:
            told = kind if isinstance(error, ProtocolError) else type(error)
            raise told(redacted_line(error.text, self._secrets), symptom=error.symptom) from None
        except ByeError as error:
            raise kind(redacted_line(error, self._secrets), symptom=Symptom.DROPPED) from None
        except CommandRefusedError as refused:
            refusal = self._refusal(refused.answer, kind)
            raise kind(redacted_line(refusal.text, self._secrets), symptom=refusal.symptom) from None
        except imaplib.IMAP4.error as error:
            raise kind(redacted_line(error, self._secrets)) from None
