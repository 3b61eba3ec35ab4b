"""A trace of the lines of an IMAP session, for debugging: secrets are left out or masked, sizes are bounded."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic

from webapp.core.net.server_text import redacted_line

_LONGEST = 200
_MAX_LINES = 2000
_SECRET_COMMANDS = (b"LOGIN", b"AUTHENTICATE")


class ProtocolTrace:
    """Writes each line with its direction (`C:` sent, `S:` received) and the seconds since the start.

    What LOGIN and AUTHENTICATE send, and every continuation of a command, is left out: it may be a password or a token.
    """

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._start = monotonic()
        self._lines = 0
        self.secrets: tuple[str, ...] = ()

    def sent(self, data: bytes) -> None:
        """Write what was sent."""
        for line in data.splitlines():
            tag, _, command = line.partition(b" ")
            name, _, rest = command.partition(b" ")
            if not tag.startswith(b"PR") or not command:
                self._line("C", "(continuation, left out)")
            elif name.upper() in _SECRET_COMMANDS:
                self._line("C", f"{redacted_line(tag, ())} {redacted_line(name, ())}{' (left out)' if rest else ''}")
            else:
                self._line("C", redacted_line(line, self.secrets))

    def received(self, line: bytes) -> None:
        """Write a line that was received."""
        self._line("S", redacted_line(line, self.secrets))

    def received_literal(self, size: int) -> None:
        """Write that a literal was received, not what is in it."""
        self._line("S", f"{{{size} bytes}}")

    def _line(self, direction: str, text: str) -> None:
        self._lines += 1
        if self._lines <= _MAX_LINES:
            cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
            self._write(f"{monotonic() - self._start:8.3f} {direction}: {cut}")


current_trace: ContextVar[ProtocolTrace | None] = ContextVar("imap_protocol_trace", default=None)


@contextmanager
def tracing(write: Callable[[str], object]) -> Iterator[None]:
    """Trace the IMAP sessions that are opened inside the block, line by line, to `write`."""
    token = current_trace.set(ProtocolTrace(write))
    try:
        yield
    finally:
        current_trace.reset(token)
