"""imaplib on our own transport: its parsing is kept; opening, TLS, signing in and what counts as an error are ours.

Relies on the methods that imaplib sets apart as "Overridable methods" and on few others, which the tests exercise.
"""

import imaplib
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, repeat
from typing import NamedTuple

from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap.protocol.credentials import Sasl
from webapp.core.imap.protocol.errors import ProtocolError, TlsError
from webapp.core.imap.protocol.sasl_challenge import read_challenge
from webapp.core.imap.protocol.trace import current_trace
from webapp.core.net.server_text import single_line
from webapp.core.net.transport import Transport

# A search answers in one line where the server knows no ESEARCH: 250,000 UIDs of seven digits.
_LONGEST_LINE = 2 * 1024 * 1024
_BARE_RESPONSE = re.compile(rb"(\S+ (?:OK|NO|BAD))\r\n")
_QUOTABLE = re.compile(rb"[\x20-\x7e]{0,1000}")  # RFC 9051 section 9: a quoted string holds no 8-bit characters
_SASL_CANCEL = b"*"
_OVERSIZED_LITERAL = re.compile(rb"\{\d{16,}\}\r\n")  # Python refuses to read numbers of thousands of digits

# imaplib takes a response code to end at the last "]" of the line; but there may be some in the words after it.
_CODE_ENDS = {"UIDVALIDITY": b"]", "COPYUID": b"]", "PERMANENTFLAGS": b")"}

# RFC 2971. NetEase opens no mailbox without it, and wants "(" directly followed by the first name.
_ID = b'("name" "Postroom" "version" "0.1.0" "vendor" "Postroom")'

_NUMBERS = {"EXISTS", "RECENT", "UIDNEXT", "UIDVALIDITY", "HIGHESTMODSEQ"}
_LONGEST_NUMBER = 15


class ByeError(Exception):
    """The server said BYE; no error of imaplib, as imapclient would replace it by another while it signs in."""


Completion = tuple[str, list[bytes]]
"""How imaplib gives the end of a command: OK, NO or BAD, and the server's words."""

Untagged = bytes | tuple[bytes, bytes]
"""A line of an untagged response, or the part of it before a literal, with the literal."""


class CommandString(bytes):
    """A string in a command: quoted, or sent as a literal where it cannot be (RFC 9051 section 4.3)."""


class TaggedResponse(NamedTuple):
    """How a command ended: OK, NO or BAD, and the server's words."""

    kind: str
    text: str


class ImapProtocol(imaplib.IMAP4):
    """Speaks IMAP; `alerts` is what the server wants people to see, `challenge` what it said while authenticating.

    `count` is the number of messages in the open mailbox, kept by what the server tells at any time.
    `error` is what it said to a question whose answer the check can do without; it may tell why the server goes next.
    """

    # imaplib draws a prefix for its tags and compiles a pattern of it, for each connection again; one does for all.
    tagpre = property(lambda self: b"PR", lambda self, drawn: None)

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._trace = current_trace.get()
        self.alerts: list[str] = []
        self.challenge = ""
        self.last_optional_error = ""
        self.count = 0
        super().__init__()

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:
        """Take the transport, which is connected already."""
        self.host = host
        self.port = port

    def read(self, size: int) -> bytes:
        """Read a literal."""
        if self._trace:
            self._trace.received_literal(size)
        return self._transport.read(size)

    def readline(self) -> bytes:
        """Read a line; a bare "A1 OK", which some servers send and imaplib rejects, gets its missing blank."""
        if self.state != "LOGOUT":  # after BYE nothing worth waiting for will come
            self._check_bye()
        line = self._transport.read_line(_LONGEST_LINE)
        if self._trace:
            self._trace.received(line)
        if _OVERSIZED_LITERAL.search(line):
            raise ProtocolError("The server announces more bytes than there are", symptom=Symptom.TOO_MUCH_DATA)
        bare = _BARE_RESPONSE.fullmatch(line)
        return bare[1] + b" \r\n" if bare else line

    def send(self, data: bytes) -> None:  # type: ignore[override]
        """Send bytes."""
        if self._trace:
            self._trace.sent(data)
        self._transport.sendall(data)

    def shutdown(self) -> None:
        """Close the transport."""
        self._transport.close()

    def send_command(self, name: str, *args: bytes) -> TaggedResponse:
        """Send a command and return its completion: OK, NO or BAD, and the text."""
        return tagged_response(*self._simple_command(name, *args))

    def send_command_with_literals(self, name: str, *words: bytes) -> TaggedResponse:
        """Send a command as `uid` does, and return its completion."""
        return tagged_response(*self._send_words(name, words))

    def uid(self, command: str, *args: bytes | str) -> Completion:
        """Send a UID command for imapclient."""
        return self._send_words("UID", (command.upper(), *args))

    def select(self, mailbox: bytes | str = b"INBOX", readonly: bool = False) -> Completion:  # type: ignore[override]
        """Open a mailbox for imapclient, whatever bytes its name is made of."""
        self.is_readonly = True  # imaplib would raise where the server says READ-ONLY, which is for the session to tell
        self.count = 0
        kind, data = self._send_words("EXAMINE" if readonly else "SELECT", (mailbox,))
        self.state = "SELECTED" if kind == "OK" else "AUTH"  # RFC 9051 section 6.3.3: a refusal closes the other
        self.untagged_responses.pop("OK", None)  # imapclient would read the server's words as response codes
        return kind, data

    def pipeline(self, name: str, lines: Iterable[Sequence[bytes]]) -> None:
        """Send a command several times without waiting in between, and wait for all; refusals are passed over.

        Only for commands that may stand together (RFC 9051 section 5.5). One that needs a literal is not sent, as the
        server would have to be waited for in its middle.
        """
        written = map(_command_lines, lines)
        tags = [self._command(name, line) for line, *literals in written if not literals]
        for tag in tags:
            self._get_tagged_response(tag)

    def begin_fetch(self, *words: bytes) -> bytes:
        """Send UID FETCH and return its tag; others may be under way, as items tell their responses apart."""
        self._check_bye()
        if not self.tagged_commands:
            self.untagged_responses.clear()
        tag: bytes = self._command("UID", b"FETCH", *words)
        return tag

    def end_fetch(self, tag: bytes) -> tuple[TaggedResponse, Sequence[Untagged]]:
        """Wait for the end of a FETCH; return it with what has been fetched since the last one ended."""
        answer = tagged_response(*self._get_tagged_response(tag))
        return answer, self.untagged_responses.pop("FETCH", [])

    @property
    def is_synchronized(self) -> bool:
        """Return whether every command has its answer, and the server has not said logout."""
        return not self.tagged_commands and self.state != "LOGOUT" and "BYE" not in self.untagged_responses

    def start_tls(self, shake_hands: Callable[[], None]) -> None:
        """Turn to TLS; nothing heard before it counts any more (RFC 9051 section 6.2.1)."""
        if "STARTTLS" not in self.capabilities:
            raise TlsError("The server does not offer STARTTLS", symptom=Symptom.STARTTLS_MISSING)
        kind, text = self.send_command("STARTTLS")
        if kind != "OK":
            raise TlsError(text, symptom=Symptom.STARTTLS_MISSING)
        shake_hands()
        self.untagged_responses.clear()
        self.refresh_capabilities()

    def authenticate_with(self, sasl: Sasl) -> TaggedResponse:
        """Send AUTHENTICATE, with the first response in the same line where the server knows SASL-IR (RFC 4959)."""
        first, *more = map(b64encode, (sasl.response, *sasl.more))
        mechanism, then = sasl.mechanism.encode(), sasl.response_to_challenge
        if "SASL-IR" in self.capabilities and not sasl.needs_challenge_first:
            return self._authenticate_command("AUTHENTICATE", more, then, mechanism, first)
        return self._authenticate_command("AUTHENTICATE", [first, *more], then, mechanism)

    def log_in(self, user: str, password: str) -> TaggedResponse:
        """Send LOGIN; what cannot be quoted goes as a literal."""
        first, *literals = _command_lines((CommandString(user.encode()), CommandString(password.encode())))
        return self._authenticate_command("LOGIN", literals, _SASL_CANCEL, first)

    def refresh_capabilities(self) -> None:
        """Take the capabilities that came unasked, or ask."""
        if "CAPABILITY" not in self.untagged_responses:
            self._try_command("CAPABILITY")
        *_, last = self.untagged_responses.pop("CAPABILITY", [b""])
        self.capabilities = tuple(single_line(last).upper().split())

    _get_capabilities = refresh_capabilities

    def send_id(self) -> None:
        """Say who we are where the server wants to know (RFC 2971); it need not like it."""
        if "ID" in self.capabilities:
            self._try_command("ID", _ID)

    @property
    def permanent_flags(self) -> frozenset[str] | None:
        """Return the flags that can be changed for good, in lower case; None where the server told nothing."""
        *_, last = self.untagged_responses.get("PERMANENTFLAGS", [None])
        return frozenset(single_line(last).lower().strip("()").split()) if isinstance(last, bytes) else None

    def _send_words(self, name: str, words: Iterable[bytes | str]) -> Completion:
        # Older responses are dropped.
        self._check_bye()
        self.untagged_responses.clear()
        return self._simple_command(name, *words)

    def _simple_command(self, name: str, *args: bytes | str) -> Completion:
        # Each `CommandString` among the words goes quoted or as a literal.
        first, *literals = _command_lines(word.encode() if isinstance(word, str) else word for word in args)
        if literals:
            # imaplib sends what a bound method returns whenever the server says "+".
            self.literal = _ContinuationResponder(self, literals, _SASL_CANCEL).answer  # type: ignore[assignment]
        completion: Completion = super()._simple_command(name, first or None)  # type: ignore[misc]
        return completion

    def _authenticate_command(self, name: str, lines: Iterable[bytes], then: bytes, *args: bytes) -> TaggedResponse:
        # imaplib sends what a bound method returns whenever the server says "+".
        self.literal = _ContinuationResponder(self, lines, then).answer  # type: ignore[assignment]
        answer = self.send_command(name, *args)
        if answer.kind == "OK":
            self.state = "AUTH"
        return answer

    def _try_command(self, name: str, *args: bytes) -> None:
        kind, text = self.send_command(name, *args)
        self.last_optional_error = "" if kind == "OK" else text

    def _check_bye(self) -> None:
        if bye := self.untagged_responses.get("BYE"):
            raise ByeError(f"{self.last_optional_error} {single_line(bye[-1])}".strip())

    def _append_untagged(self, typ: str, dat: bytes | tuple[bytes, bytes] | None) -> None:
        if typ in {"OK", "NO", "BAD", "BYE"} and isinstance(dat, bytes) and dat.upper().startswith(b"[ALERT]"):
            self.alerts.append(single_line(dat[len("[ALERT]") :]))
        if typ in _CODE_ENDS and isinstance(dat, bytes):
            dat = dat.partition(_CODE_ENDS[typ])[0]
        if (typ in _NUMBERS and not _is_number(dat)) or (typ == "FLAGS" and not isinstance(dat, bytes)):
            return  # imapclient takes these as they are, and raises where they make no sense
        if typ == "EXISTS" and isinstance(dat, bytes):
            self.count = int(dat)
        elif typ == "EXPUNGE" and isinstance(dat, bytes):
            self.count = max(0, self.count - 1)
            # Numbers told before it are others than those told after it: only in order can FETCH responses be read.
            super()._append_untagged("FETCH", b"%s EXPUNGE" % dat)  # type: ignore[misc]
        super()._append_untagged(typ, dat)  # type: ignore[misc]

    def _command_complete(self, name: str, tag: bytes) -> Completion:
        # imaplib turns BAD into an exception with the repr of bytes in it; here it is an answer like NO.
        answer: Completion = self._get_tagged_response(tag, expect_bye=name == "LOGOUT")
        return answer


class _ContinuationResponder:
    """What to say at each "+" of the server: first some lines, then always the same."""

    def __init__(self, protocol: ImapProtocol, lines: Iterable[bytes], then: bytes) -> None:
        self._protocol = protocol
        self._lines = chain(lines, repeat(then))

    def answer(self, challenge: bytes | None) -> bytes:
        """Keep the challenge and return the next line."""
        self._protocol.challenge = read_challenge(challenge or b"") or self._protocol.challenge
        return next(self._lines)


def tagged_response(kind: str, data: Sequence[bytes | None]) -> TaggedResponse:
    """Return the completion of a command from what imaplib gives of it."""
    text = single_line(data[-1] or b"")
    return TaggedResponse(kind, f"BAD {text}" if kind == "BAD" else text)


def _is_number(dat: bytes | tuple[bytes, bytes] | None) -> bool:
    return isinstance(dat, bytes) and dat.isdigit() and len(dat) <= _LONGEST_NUMBER


def _command_lines(words: Iterable[bytes]) -> list[bytes]:
    """Write words as they are and texts as quoted strings, or as literals after a line of their own."""
    lines, line = [], b""
    for word in words:
        if not isinstance(word, CommandString):
            line += b" " + word
        elif _QUOTABLE.fullmatch(word):
            line += b' "' + word.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
        else:
            lines.append(line + b" {%d}" % len(word))
            line = word
    first, *rest = [*lines, line]
    return [first.removeprefix(b" "), *rest]
