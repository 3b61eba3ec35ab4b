"""The mbox format (RFC 4155), in the kind called mboxrd: what it does to a message can be undone exactly."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

_NO_SENDER = "MAILER-DAEMON"
_ADDRESS = re.compile(r"[!-;=?-~]{1,200}@[!-;=?-~]{1,200}+(?![^\x00-\x7f])")
_FROM = re.compile(rb"^(>*)From ", re.MULTILINE)
_PERHAPS = re.compile(rb">*(F|Fr|Fro|From)?\Z")


def entry(pieces: Iterable[bytes], *, sender: str, arrived: datetime | None) -> Iterator[bytes]:
    """Yield a message as an mbox holds it: a line that begins with "From ", quoted wherever else one does."""
    found = _ADDRESS.search(sender)
    moment = (arrived or datetime(1970, 1, 1, tzinfo=UTC)).astimezone(UTC)
    yield f"From {found[0] if found else _NO_SENDER} {moment.ctime()}\n".encode()
    quoting = _FromQuoter()
    for piece in pieces:
        yield quoting.take(piece)
    yield quoting.finish()


class _FromQuoter:
    """Turns CRLF into LF and quotes lines piece by piece; of a line of any length no more than five bytes are kept."""

    def __init__(self) -> None:
        self._kept = b""
        self._in_line = False
        self._ends_line = True

    def take(self, piece: bytes) -> bytes:
        """Return what can be given of a piece."""
        data = self._kept + piece
        data, self._kept = (data[:-1], b"\r") if data.endswith(b"\r") else (data, b"")
        return self._quoted(data.replace(b"\r\n", b"\n"))

    def finish(self) -> bytes:
        """Return what is left, the end of the last line, and the empty line between messages."""
        rest = self._kept
        return rest + (b"\n" if self._ends_line and not rest else b"\n\n")

    def _quoted(self, data: bytes) -> bytes:
        # In the midst of a line, its rest comes before the first that may be quoted.
        head, newline, lines = data.partition(b"\n") if self._in_line else (b"", b"", data)
        if self._in_line and not newline:
            return data
        begun = lines.rpartition(b"\n")[2]
        perhaps = _PERHAPS.fullmatch(begun)
        kept = (perhaps[1] or b"") if perhaps else b""
        self._kept = kept + self._kept
        self._in_line = perhaps is None
        lines = lines[: len(lines) - len(kept)]
        self._ends_line = not begun
        return head + newline + _FROM.sub(rb">\1From ", lines)
