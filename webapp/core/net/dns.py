"""Look a host name up within a time limit, which `getaddrinfo` does not have."""

import socket
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

# As `socket.connect` takes it: the family decides what an address is.
Address = tuple[socket.AddressFamily, Any]


def resolve_with_timeout(host: str, port: int, seconds: float) -> list[Address]:
    """Give the addresses of a host, IPv4 first: a network without IPv6 may swallow an attempt in silence."""
    answers: SimpleQueue[list[Address] | OSError | UnicodeError] = SimpleQueue()
    Thread(target=_query, args=(host, port, answers), name=f"look up {host}", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise OSError(f"dns timeout: no answer about {host}") from None
    if isinstance(answer, Exception):
        raise answer
    return sorted(answer, key=lambda address: address[0] != socket.AF_INET)


def _query(host: str, port: int, answers: "SimpleQueue[list[Address] | OSError | UnicodeError]") -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        answers.put([(family, address) for family, _, _, _, address in found])
    except (OSError, UnicodeError) as error:
        answers.put(error)
