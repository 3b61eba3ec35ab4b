"""The time and the bytes that a whole check, or one use of a session, may take. Knows nothing of sockets or IMAP."""

from dataclasses import dataclass, replace
from time import monotonic

from webapp.core.diagnosis.symptom import Symptom
from webapp.core.net.errors import ConnectError, LimitError


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long each part of a check may take, in seconds, and how much the server may say.

    `read` is for one whole line, literal or handshake, so that a server which drips bytes gains nothing by it. `least`
    is what a session gets even where obtaining its credential took long, unless `total` is shorter than that.
    """

    total: float = 18.0
    least: float = 6.0
    lookup: float = 5.0
    connect: float = 6.0
    greeting: float = 6.0
    read: float = 8.0
    probe: float = 2.0
    logout: float = 1.0
    bytes: int = 2 * 1024 * 1024

    def after(self, seconds: float) -> "Limits":
        """Give the limits for a session that begins when so much of the total has been used."""
        return replace(self, total=max(self.total - seconds, min(self.least, self.total)))


class Budget:
    """Time left until a real deadline, and bytes that may still be received."""

    def __init__(self, seconds: float, size: int) -> None:
        self._seconds = seconds
        self._size = size
        self.renew()

    def renew(self) -> None:
        """Begin anew, for the next use of the same session."""
        self._ends = monotonic() + self._seconds
        self.renew_bytes()

    def renew_bytes(self) -> None:
        """Let the server say as much again, in the time that is left."""
        self._bytes_left = self._size

    def deadline(self, at_most: float) -> float:
        """Give the moment, by the monotonic clock, at which something starting now must be done."""
        return min(self._ends, monotonic() + at_most)

    def timeout(self, at_most: float) -> float:
        """Give the seconds something may take from now on."""
        return time_left(self.deadline(at_most))

    def has_bytes(self, size: int) -> None:
        """Refuse what would not fit, before any memory is set aside for it."""
        if size > self._bytes_left:
            raise LimitError(f"The server sends more than the {self._size} bytes accepted")

    def spend_bytes(self, size: int) -> None:
        """Count bytes received."""
        self.has_bytes(size)
        self._bytes_left -= size


def time_left(deadline: float) -> float:
    """Give the seconds until a deadline, which must not have passed."""
    left = deadline - monotonic()
    if left <= 0:
        raise ConnectError("The server took too long to answer", symptom=Symptom.OUT_OF_TIME)
    return left
