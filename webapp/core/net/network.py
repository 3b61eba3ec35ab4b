"""Which servers may be reached, and which certificates are trusted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Network:
    """Addresses that may be reached, authorities to trust, and names that are known without a DNS query.

    `allowed` lists the private ranges in which servers may live; public addresses are always allowed.
    """

    allowed: tuple[IPv4Network | IPv6Network, ...] = ()
    ca_file: Path | None = None
    hosts: Mapping[str, str] = field(default_factory=dict)
