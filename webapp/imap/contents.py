"""The bytes of a message or of one of its parts: any stretch of them in pieces, and exactly how many there are.

Servers know how long a part is in its transfer encoding, and some do not know even that.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from webapp.imap.errors import GoneError, ProtocolError
from webapp.imap.protocol import Untagged
from webapp.imap.responses import Token, fetched, number, section_of
from webapp.imap.session import Session
from webapp.imap.transfer import decoder, is_encoded

_PIECE = 1024 * 1024
_UNDER_WAY = 2


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
        under_way: deque[tuple[int, Callable[[], bytes]]] = deque()
        at, ends = start, self.told if stop is None else min(stop, self.told)
        while under_way or stop is None or at < stop:
            while not under_way or (len(under_way) < _UNDER_WAY and at < ends):
                size = _PIECE if stop is None else min(_PIECE, stop - at)
                under_way.append((size, self._ask(at, size)))
                at += size
            size, wait = under_way.popleft()
            data = wait()
            if data:
                yield data
            if len(data) < size:
                break
        for _, wait in under_way:  # the server had told of more than there is
            wait()

    def _ask(self, start: int, size: int) -> Callable[[], bytes]:
        """Ask for a piece, and give what waits for it; it has time and bytes of its own."""
        self.session.renew_budget()
        words = b"(UID BODY.PEEK[%s]<%d.%d>)" % (self.section.encode(), start, size)
        heard = self.session.fetch_ahead(b"%d" % self.uid, words)
        here, elsewhere = f"BODY[{self.section}]<{start}>", f"BODY[{self.section}]<"

        def wait() -> bytes:
            self.session.renew_budget()
            told = _told_of(self.uid, heard())
            if any(key.startswith(elsewhere) and key != here for key in told):
                raise ProtocolError("The server does not answer in the order in which it was asked")
            return (section_of(told, self.section) or b"")[:size]

        return wait

    def _decoded(self) -> Iterator[bytes]:
        undo = decoder(self.encoding)
        for data in self._raw(0, None):
            yield undo.take(data)
        yield undo.finish()


def piece(session: Session, uid: int, section: str, start: int, size: int) -> bytes:
    """Fetch a stretch of a section as it is stored; it has bytes of its own, in the time that is left."""
    session.renew_budget(time=False)
    told = fetch_one(session, uid, b"(UID BODY.PEEK[%s]<%d.%d>)" % (section.encode(), start, size))
    return section_of(told, section) or b""


def fetch_one(session: Session, uid: int, items: bytes) -> dict[str, Token]:
    """Fetch items of one message; raise `GoneError` where it is not there."""
    return _told_of(uid, session.ask("UID", b"FETCH", b"%d" % uid, items).get("FETCH", ()))


def _told_of(uid: int, pieces: Sequence[Untagged]) -> dict[str, Token]:
    for message in fetched(pieces).values():
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
