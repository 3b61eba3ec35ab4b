"""The bytes of a message or of one of its parts: any stretch of them in pieces, and exactly how many there are.

Servers know how long a part is in its transfer encoding, and some do not know even that.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from webapp.core.imap.protocol.errors import NotFoundError, ProtocolError
from webapp.core.imap.protocol.imaplib_protocol import Untagged
from webapp.core.imap.protocol.response_parser import Token, body_section, parse_fetch, parse_number
from webapp.core.imap.protocol.session import Session
from webapp.core.mime.transfer_decoder import is_encoded, make_decoder

_PIECE = 1024 * 1024
_MAX_IN_FLIGHT = 2
_PLACE = re.compile(r"\]<([0-9]{1,15})[.>]")


@dataclass(frozen=True, kw_only=True)
class PartContent:
    """A part of a message in the open mailbox; the section "" is all of it, `told` its size as the server has it."""

    session: Session
    uid: int
    section: str
    encoding: str | None
    announced_size: int

    def stream(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Return the file piece by piece, from byte `start` up to `stop`, which is not included."""
        if not is_encoded(self.encoding):
            return self._raw(start, stop)
        return _cut(self._decoded(), start, stop)

    def known_size(self) -> int | None:
        """Return the size of the file in bytes; None where the whole file would have to be read for it."""
        before = max(0, self.announced_size - 1)
        ends = not is_encoded(self.encoding) and (
            len(fetch_partial(self.session, self.uid, self.section, before, 2)) == self.announced_size - before
        )
        return self.announced_size if ends else None

    def size(self) -> int:
        """Count the bytes of the file; what has to be read for that is not kept."""
        known = self.known_size()
        return sum(map(len, self.stream())) if known is None else known

    def _raw(self, start: int, stop: int | None) -> Iterator[bytes]:
        """Yield pieces as they are stored, each asked for before the last has come: a far server is waited for once."""
        window = _FetchPipeline(self.session, self.uid, self.section)
        at, ends = start, self.announced_size if stop is None else min(stop, self.announced_size)
        while window.in_flight or stop is None or at < stop:
            while not window.in_flight or (window.in_flight < window.width and at < ends):
                size = _PIECE if stop is None else min(_PIECE, stop - at)
                window.send(at, size)
                at += size
            data, is_last = window.receive()
            if data:
                yield data
            if is_last:
                break
        while window.in_flight:  # the server had told of more than there is
            window.receive()

    def _decoded(self) -> Iterator[bytes]:
        undo = make_decoder(self.encoding)
        for data in self._raw(0, None):
            yield undo.feed(data)
        yield undo.finish()


class _FetchPipeline:
    """Pieces that are under way: servers may answer in any order (RFC 9051 section 5.5), so each has to name its place.

    With a server that does not name it, there is never more than one.
    """

    def __init__(self, session: Session, uid: int, section: str) -> None:
        self._session = session
        self._uid = uid
        self._section = section
        self._asked: deque[tuple[int, int, Callable[[], Sequence[Untagged]]]] = deque()
        self._come: dict[int, bytes] = {}
        self.width = 1

    @property
    def in_flight(self) -> int:
        """Count them."""
        return len(self._asked)

    def send(self, start: int, size: int) -> None:
        """Ask for one more."""
        self._session.renew_budget()
        words = b"(UID BODY.PEEK[%s]<%d.%d>)" % (self._section.encode(), start, size)
        self._asked.append((start, size, self._session.fetch_pipelined(b"%d" % self._uid, words)))

    def receive(self) -> tuple[bytes, bool]:
        """Wait for the one that was asked for first, which has its own time; say whether there is nothing after it."""
        start, size, heard = self._asked.popleft()
        self._session.renew_budget()
        is_there = self._note(heard(), start)
        if start not in self._come and not is_there:
            raise NotFoundError("The message is not there any more")
        if start not in self._come and self._come:
            raise ProtocolError("The server left out a part of the message")
        data = self._come.pop(start, b"")[:size]
        return data, len(data) < size

    def _note(self, told: Sequence[Untagged], asked: int) -> bool:
        """Keep what has come, also of others than the one that was asked for; say whether the message is there."""
        messages = [each for each in parse_fetch(told).values() if parse_number(each.get("UID")) == self._uid]
        for key, value in (item for message in messages for item in message.items()):
            if key.startswith(f"BODY[{self._section}]") and isinstance(value, bytes):
                named = _PLACE.search(key)
                self._come[int(named[1]) if named else asked] = value
                self.width = _MAX_IN_FLIGHT if named else 1
        return bool(messages)


def fetch_partial(session: Session, uid: int, section: str, start: int, size: int) -> bytes:
    """Fetch a stretch of a section as it is stored; it has bytes of its own, in the time that is left."""
    session.renew_budget(time=False)
    told = fetch_one(session, uid, b"(UID BODY.PEEK[%s]<%d.%d>)" % (section.encode(), start, size))
    return body_section(told, section) or b""


def fetch_one(session: Session, uid: int, items: bytes) -> dict[str, Token]:
    """Fetch items of one message; raise `GoneError` where it is not there."""
    for message in parse_fetch(session.command("UID", b"FETCH", b"%d" % uid, items).get("FETCH", ())).values():
        if parse_number(message.get("UID")) == uid:
            return dict(message)
    raise NotFoundError("The message is not there any more")


def _cut(pieces: Iterator[bytes], start: int, stop: int | None) -> Iterator[bytes]:
    at = 0
    for data in pieces:
        end = at + len(data)
        wanted = data[max(0, start - at) : None if stop is None else max(0, stop - at)]
        if wanted:
            yield wanted
        at = end
        if stop is not None and at >= stop:
            return
