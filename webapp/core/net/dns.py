"""Look up the addresses of a host name within a time limit, which `getaddrinfo` does not have."""

import socket
from queue import Empty, SimpleQueue
from threading import Thread

from webapp.core.net.address_policy import Address, parse

_Answer = tuple[Address, ...] | OSError | UnicodeError


class LookupTimeoutError(OSError):
    """The resolver did not answer in time."""


def look_up_addresses(name: str, seconds: float) -> tuple[Address, ...]:
    """Return the addresses of a host, IPv4 first; raise what `getaddrinfo` raises, or `LookupTimeoutError`."""
    answers: SimpleQueue[_Answer] = SimpleQueue()
    # getaddrinfo is used despite its missing time limit: it alone knows the hosts file and the search list.
    Thread(target=_getaddrinfo, args=(name, answers), name=f"look up {name}", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise LookupTimeoutError(f"dns timeout: no answer about {name}") from None
    if isinstance(answer, Exception):
        raise answer
    return ipv4_first(answer)


def ipv4_first(addresses: tuple[Address, ...]) -> tuple[Address, ...]:
    """Sort addresses: few servers live on IPv6 alone, and a network without it may drop an attempt silently."""
    return tuple(sorted(addresses, key=lambda address: address.version))


def _getaddrinfo(name: str, answers: SimpleQueue[_Answer]) -> None:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
        addresses = (parse(str(sockaddr[0])) for *_, sockaddr in found)
        answers.put(tuple(dict.fromkeys(address for address in addresses if address)))
    except (OSError, UnicodeError) as error:
        answers.put(error)
