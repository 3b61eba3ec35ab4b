"""Open a TCP connection to the first vetted address that answers. Knows no names and no TLS."""

import socket
from collections.abc import Iterable
from contextlib import suppress

from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap.protocol.errors import ConnectError
from webapp.core.net.address_policy import Address
from webapp.core.net.deadline import Budget

# When several addresses fail, the failure told is the one that comes first here: it says most.
_SYMPTOMS: tuple[tuple[type[OSError], Symptom], ...] = (
    (ConnectionRefusedError, Symptom.REFUSED),
    (TimeoutError, Symptom.CONNECT_TIMED_OUT),
    (ConnectionError, Symptom.DROPPED),
    (OSError, Symptom.UNREACHABLE),
)


def connect_tcp(addresses: Iterable[Address], port: int, budget: Budget, at_most: float) -> socket.socket:
    """Connect, giving each address its share of time."""
    if not 0 < port < 65536:
        raise ConnectError(f"There is no port {port}", symptom=Symptom.REFUSED)
    errors: list[OSError] = []
    for address in addresses:
        try:
            return _connect(address, port, budget.timeout(at_most))
        except OSError as error:
            errors.append(error)
    telling = min(errors, key=_rank)
    raise ConnectError(str(telling), symptom=_SYMPTOMS[_rank(telling)][1])


def _connect(address: Address, port: int, seconds: float) -> socket.socket:
    sock = socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
    try:
        sock.settimeout(seconds)
        # These come only after the connection was made: before, a reset is a refusal. Whoever speaks next meets it, and
        # the check stops at the step that the other side reached.
        with suppress(ConnectionResetError, BrokenPipeError):
            sock.connect((str(address), port))
        # imaplib sends a literal and the end of its line apart: with Nagle's algorithm each would cost 40 ms.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError:
        sock.close()
        raise
    return sock


def _rank(error: OSError) -> int:
    return next(rank for rank, (kind, _) in enumerate(_SYMPTOMS) if isinstance(error, kind))
