"""Names are looked up with the addresses first that every network can reach."""

import socket

import pytest

from webapp.core.net.dns import resolve_with_timeout


def test_ipv4_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = ("192.0.2.1", 443), ("2001:db8::1", 443, 0, 0)
    found = [(socket.AF_INET6, 0, 0, "", new), (socket.AF_INET, 0, 0, "", old)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    assert resolve_with_timeout("provider.example", 443, 5) == [(socket.AF_INET, old), (socket.AF_INET6, new)]


def test_an_address_needs_no_lookup() -> None:
    assert resolve_with_timeout("127.0.0.1", 443, 5) == [(socket.AF_INET, ("127.0.0.1", 443))]
