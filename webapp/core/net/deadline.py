"""The time and the bytes that one exchange, check or use of a session may take. Knows nothing of sockets."""

from time import monotonic

from webapp.core.diagnosis.symptom import Symptom
from webapp.core.net.errors import ConnectError, LimitError


class Budget:
    """Time left until a real deadline, and bytes that may still be received."""

    def __init__(self, seconds: float, size: int) -> None:
        self._seconds = seconds
        self._size = size
        self.renew()

    def renew(self) -> None:
        """Start over, for the next use of the same session."""
        self._ends = monotonic() + self._seconds
        self.renew_bytes()

    def renew_bytes(self) -> None:
        """Allow as many bytes again, in the time that is left."""
        self._bytes_left = self._size

    def deadline(self, at_most: float) -> float:
        """Return the moment, by the monotonic clock, at which something starting now must be done."""
        return min(self._ends, monotonic() + at_most)

    def timeout(self, at_most: float) -> float:
        """Return the seconds something may take from now on."""
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
    """Return the seconds until a deadline, which must not have passed."""
    left = deadline - monotonic()
    if left <= 0:
        raise ConnectError("The server took too long to answer", symptom=Symptom.OUT_OF_TIME)
    return left
