"""The ports of practice mode: always the same ones, unless another person has them. Knows no protocol."""

import errno
import socket
from collections.abc import Mapping

LOOPBACK = "127.0.0.1"
CLOSED = "closed"

PREFERRED: Mapping[str, int] = {
    "mail_tls": 10993,
    "mail_starttls": 10143,
    "moods": 11001,
    "self_signed": 11002,
    "expired": 11003,
    "other_name": 11004,
    "silent": 11005,
    "smtp": 11006,
    "dropped": 11007,
    CLOSED: 11008,
    "google": 11010,
    "microsoft": 11011,
    "google_mail": 11012,
    "microsoft_mail": 11013,
}
PORT_NAMES: tuple[str, ...] = tuple(PREFERRED)


def open_sockets() -> dict[str, socket.socket]:
    """Open one listening socket a name on loopback; the socket named `CLOSED` only reserves its port and refuses."""
    return {name: _open(name, port) for name, port in PREFERRED.items()}


def _open(name: str, preferred: int) -> socket.socket:
    try:
        return _bind(name, preferred)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return _bind(name, 0)


def _bind(name: str, port: int) -> socket.socket:
    # asyncio turns Nagle's algorithm off only where the protocol is spelt out; with it every answer takes 40 ms more.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if name != CLOSED:
            # A port of a process that has just ended is free again at once; that is safe only for sockets that listen.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((LOOPBACK, port))
        if name != CLOSED:
            sock.listen(128)
    except OSError:
        sock.close()
        raise
    sock.setblocking(False)
    return sock
