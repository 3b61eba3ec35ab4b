"""Knows the IMAP servers of well-known providers and what each wants, so that an address alone fills in the form.

The table is in `known_servers.toml`. Asks no one: no DNS, no network.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from webapp.core.imap import Security


@dataclass(frozen=True, kw_only=True)
class KnownServer:
    """One well-known IMAP server; `key` names it in a diagnosis, `oauth` is a credential type that suits it better."""

    key: str
    label: str
    host: str
    port: int = 993
    security: Security = Security.TLS
    user: Literal["address", "local"] = "address"
    wants: str
    app_password_url: str = ""
    imap_hint: str = ""
    oauth: Literal["", "gmail_oauth2", "outlook_oauth2"] = ""
    domains: tuple[str, ...]
    hosts: tuple[str, ...]

    def user_for(self, address: str) -> str:
        """Return the user name by which this server knows an address; one at an own domain is always whole."""
        local, _, domain = address.rpartition("@")
        return local if self.user == "local" and _plain(domain) in self.domains else address


def find_by_address(address: str) -> KnownServer | None:
    """Find the server of an address by its domain."""
    _, at, domain = address.rpartition("@")
    name = _plain(domain) if at else ""
    spellings = (name, *(f".{parent}" for parent in _endings(name.partition(".")[2])))
    return _first(_BY_DOMAIN, spellings)


def find_by_host(host: str) -> KnownServer | None:
    """Recognise a server by its name, or a provider by the name in its MX record; the longest ending decides."""
    return _first(_BY_HOST, _endings(_plain(host)))


def _first(table: Mapping[str, KnownServer], names: Iterable[str]) -> KnownServer | None:
    return next((table[name] for name in names if name in table), None)


def _plain(name: str) -> str:
    return name.strip().lower().removesuffix(".")


def _endings(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.partition(".")[2]


def _read() -> tuple[KnownServer, ...]:
    with Path(__file__).with_suffix(".toml").open("rb") as file:
        return tuple(_server(row) for row in tomllib.load(file)["server"])


def _server(row: dict[str, Any]) -> KnownServer:
    lists = {name: tuple(row[name]) for name in ("domains", "hosts")}
    return KnownServer(**{**row, **lists, "security": Security(row.get("security", "tls"))})


KNOWN_SERVERS: tuple[KnownServer, ...] = _read()
_BY_DOMAIN: Mapping[str, KnownServer] = {domain: server for server in KNOWN_SERVERS for domain in server.domains}
_BY_HOST: Mapping[str, KnownServer] = {host: server for server in KNOWN_SERVERS for host in server.hosts}
