"""Names are looked up with the addresses first that every network can reach, and within a time limit."""

import socket
from ipaddress import ip_address
from threading import Event

import pytest

from webapp.core.net.dns import LookupTimeoutError, look_up_addresses


def test_ipv4_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = ("192.0.2.1", 0), ("2001:db8::1", 0, 0, 0)
    found = [(socket.AF_INET6, 0, 0, "", new), (socket.AF_INET, 0, 0, "", old)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    assert look_up_addresses("provider.example", 5) == (ip_address("192.0.2.1"), ip_address("2001:db8::1"))


def test_an_address_needs_no_lookup() -> None:
    assert look_up_addresses("127.0.0.1", 5) == (ip_address("127.0.0.1"),)


def test_an_error_of_the_resolver_is_raised_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", fail)

    with pytest.raises(socket.gaierror, match="Temporary failure"):
        look_up_addresses("provider.example", 5)


def test_a_lookup_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    over = Event()

    def answer(*_: object, **__: object) -> list[object]:
        over.wait(5)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", answer)

    with pytest.raises(LookupTimeoutError, match=r"no answer about provider\.example"):
        look_up_addresses("provider.example", 0.05)
    over.set()
