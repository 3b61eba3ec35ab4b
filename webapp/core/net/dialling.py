"""Open a TCP connection to the first address that answers, both IP families raced (RFC 8305, Happy Eyeballs)."""

import errno
import os
import socket
from collections import deque
from collections.abc import Iterable
from itertools import chain, zip_longest
from selectors import EVENT_WRITE, DefaultSelector
from time import monotonic
from types import TracebackType
from typing import Self

from webapp.core.diagnosis.symptom import Symptom
from webapp.core.net.address_policy import Address
from webapp.core.net.deadline import Budget
from webapp.core.net.errors import ConnectError

ATTEMPT_DELAY = 0.25
"""Seconds after which the next attempt starts beside those that are pending (RFC 8305 section 5)."""

# When several addresses fail, the failure reported is the one that comes first here: it says most.
_SYMPTOMS: tuple[tuple[type[OSError], Symptom], ...] = (
    (ConnectionRefusedError, Symptom.REFUSED),
    (TimeoutError, Symptom.CONNECT_TIMED_OUT),
    (ConnectionError, Symptom.DROPPED),
    (OSError, Symptom.UNREACHABLE),
)

# These come only after the connection was made: before, a reset is a refusal. The next read or write meets them again,
# so that a check stops at the step that the other side reached.
_CONNECTED = frozenset({0, errno.ECONNRESET, errno.EPIPE})
_PENDING = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK})


def connect_tcp(addresses: Iterable[Address], port: int, budget: Budget, at_most: float) -> socket.socket:
    """Connect to one of the addresses; no attempt takes longer than `at_most`, and all of them no more than is left."""
    if not 0 < port < 65536:
        raise ConnectError(f"There is no port {port}", symptom=Symptom.REFUSED)
    with _Race(interleave_families(addresses), port, budget, at_most) as race:
        if winner := race.run():
            return winner
    error = min(race.errors, key=_rank, default=OSError("no address to connect to"))
    raise ConnectError(str(error), symptom=_SYMPTOMS[_rank(error)][1])


def interleave_families(addresses: Iterable[Address]) -> tuple[Address, ...]:
    """Order addresses so that the families take turns, beginning with that of the first (RFC 8305 section 4)."""
    families: dict[int, list[Address]] = {}
    for address in addresses:
        families.setdefault(address.version, []).append(address)
    return tuple(address for address in chain.from_iterable(zip_longest(*families.values())) if address)


class _Race:
    """Attempts to connect, started one after the other and pending at the same time; all but the winner are closed."""

    def __init__(self, addresses: Iterable[Address], port: int, budget: Budget, at_most: float) -> None:
        self.errors: list[OSError] = []
        self._waiting = deque(addresses)
        self._port = port
        self._budget = budget
        self._at_most = at_most
        self._next_start = monotonic()
        self._deadlines: dict[socket.socket, float] = {}
        self._selector = DefaultSelector()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._selector.close()
        for sock in self._deadlines:
            sock.close()

    def run(self) -> socket.socket | None:
        """Return the first connection that is made, or None when every attempt has failed."""
        while self._waiting or self._deadlines:
            if self._waiting and (not self._deadlines or monotonic() >= self._next_start):
                self._start(self._waiting.popleft())
            for key, _ in self._selector.select(self._seconds_to_wait()):
                if winner := self._conclude(key.fileobj):  # type: ignore[arg-type]
                    return winner
            self._give_up_overdue()
        return None

    def _start(self, address: Address) -> None:
        deadline = monotonic() + self._budget.timeout(self._at_most)
        self._next_start = monotonic() + ATTEMPT_DELAY
        try:
            sock = socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
        except OSError as error:  # this machine has no such family
            self._note_failure(error)
            return
        self._deadlines[sock] = deadline
        sock.setblocking(False)
        code = sock.connect_ex((str(address), self._port))
        if code in _PENDING | _CONNECTED:
            self._selector.register(sock, EVENT_WRITE)
        else:
            self._abandon(sock, OSError(code, os.strerror(code)))

    def _seconds_to_wait(self) -> float:
        until = [*self._deadlines.values(), *([self._next_start] if self._waiting else [])]
        return max(0.0, min(until, default=0.0) - monotonic())

    def _conclude(self, sock: socket.socket) -> socket.socket | None:
        """Return a connection that has been made, ready for use; else note the failure."""
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code not in _CONNECTED:
            self._unregister(sock, OSError(code, os.strerror(code)))
            return None
        try:
            sock.setblocking(True)
            # imaplib sends a literal and the end of its line apart: with Nagle's algorithm each would cost 40 ms.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            self._unregister(sock, error)
            return None
        del self._deadlines[sock]
        return sock

    def _give_up_overdue(self) -> None:
        now = monotonic()
        for sock in [sock for sock, deadline in self._deadlines.items() if deadline <= now]:
            self._unregister(sock, TimeoutError("timed out"))

    def _unregister(self, sock: socket.socket, error: OSError) -> None:
        self._selector.unregister(sock)
        self._abandon(sock, error)

    def _abandon(self, sock: socket.socket, error: OSError) -> None:
        del self._deadlines[sock]
        sock.close()
        self._note_failure(error)

    def _note_failure(self, error: OSError) -> None:
        """Keep the failure, and let the next attempt start at once."""
        self.errors.append(error)
        self._next_start = monotonic()


def _rank(error: OSError) -> int:
    return next(rank for rank, (kind, _) in enumerate(_SYMPTOMS) if isinstance(error, kind))
