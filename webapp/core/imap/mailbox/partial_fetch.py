"""The bytes of a message or of one of its parts: any stretch of them in pieces, and exactly how many there are.

Servers know how long a part is in its transfer encoding, and some do not know even that.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from webapp.core.imap.protocol.errors import GoneError, ProtocolError
from webapp.core.imap.protocol.imaplib_protocol import Untagged
from webapp.core.imap.protocol.response_parser import Token, fetched, number, section_of
from webapp.core.imap.protocol.session import Session
from webapp.core.mime.transfer_decoder import decoder, is_encoded

_PIECE = 1024 * 1024
_UNDER_WAY = 2
_PLACE = re.compile(r"\]<([0-9]{1,15})[.>]")


@dataclass(frozen=True, kw_only=True)
class Content:
    """A part of a message in the open mailbox; the section "" is all of it, `told` its size as the server has it."""

    session: Session
    uid: int
    section: str
    encoding: str | None
    told: int

    def stream(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Give the file piece by piece, from byte `start` up to `stop`, which is not included."""
        if not is_encoded(self.encoding):
            return self._raw(start, stop)
        return _cut(self._decoded(), start, stop)

    def known_size(self) -> int | None:
        """Give how many bytes the file has, where one look at its end can tell; None where it would have to be read."""
        before = max(0, self.told - 1)
        ends = not is_encoded(self.encoding) and (
            len(piece(self.session, self.uid, self.section, before, 2)) == self.told - before
        )
        return self.told if ends else None

    def size(self) -> int:
        """Count the bytes of the file; what has to be read for that is not kept."""
        known = self.known_size()
        return sum(map(len, self.stream())) if known is None else known

    def _raw(self, start: int, stop: int | None) -> Iterator[bytes]:
        """Give pieces as they are stored, each asked for before the last has come: a far server is waited for once."""
        window = _Window(self.session, self.uid, self.section)
        at, ends = start, self.told if stop is None else min(stop, self.told)
        while window.under_way or stop is None or at < stop:
            while not window.under_way or (window.under_way < window.width and at < ends):
                size = _PIECE if stop is None else min(_PIECE, stop - at)
                window.ask(at, size)
                at += size
            data, is_last = window.take()
            if data:
                yield data
            if is_last:
                break
        while window.under_way:  # the server had told of more than there is
            window.take()

    def _decoded(self) -> Iterator[bytes]:
        undo = decoder(self.encoding)
        for data in self._raw(0, None):
            yield undo.take(data)
        yield undo.finish()


class _Window:
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
    def under_way(self) -> int:
        """Count them."""
        return len(self._asked)

    def ask(self, start: int, size: int) -> None:
        """Ask for one more."""
        self._session.renew_budget()
        words = b"(UID BODY.PEEK[%s]<%d.%d>)" % (self._section.encode(), start, size)
        self._asked.append((start, size, self._session.fetch_ahead(b"%d" % self._uid, words)))

    def take(self) -> tuple[bytes, bool]:
        """Wait for the one that was asked for first, which has its own time; say whether there is nothing after it."""
        start, size, heard = self._asked.popleft()
        self._session.renew_budget()
        is_there = self._note(heard(), start)
        if start not in self._come and not is_there:
            raise GoneError("The message is not there any more")
        if start not in self._come and self._come:
            raise ProtocolError("The server left out a part of the message")
        data = self._come.pop(start, b"")[:size]
        return data, len(data) < size

    def _note(self, told: Sequence[Untagged], asked: int) -> bool:
        """Keep what has come, also of others than the one that was asked for; say whether the message is there."""
        messages = [each for each in fetched(told).values() if number(each.get("UID")) == self._uid]
        for key, value in (item for message in messages for item in message.items()):
            if key.startswith(f"BODY[{self._section}]") and isinstance(value, bytes):
                named = _PLACE.search(key)
                self._come[int(named[1]) if named else asked] = value
                self.width = _UNDER_WAY if named else 1
        return bool(messages)


def piece(session: Session, uid: int, section: str, start: int, size: int) -> bytes:
    """Fetch a stretch of a section as it is stored; it has bytes of its own, in the time that is left."""
    session.renew_budget(time=False)
    told = fetch_one(session, uid, b"(UID BODY.PEEK[%s]<%d.%d>)" % (section.encode(), start, size))
    return section_of(told, section) or b""


def fetch_one(session: Session, uid: int, items: bytes) -> dict[str, Token]:
    """Fetch items of one message; raise `GoneError` where it is not there."""
    for message in fetched(session.ask("UID", b"FETCH", b"%d" % uid, items).get("FETCH", ())).values():
        if number(message.get("UID")) == uid:
            return dict(message)
    raise GoneError("The message is not there any more")


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
