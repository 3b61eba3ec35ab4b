"""Where a mailbox is and how to get in: the input of a check."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from webapp.core.imap.protocol.credentials import Password

__all__ = ["Network", "Password", "Security", "ServerSettings"]


class Security(StrEnum):
    """Connection security (RFC 8314)."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"

    @property
    def label(self) -> str:
        """Name it as the pages do."""
        return {"tls": "TLS", "starttls": "STARTTLS", "none": "None"}[self]

    @property
    def port(self) -> int:
        """Give the usual port."""
        return 993 if self is Security.TLS else 143


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """An IMAP server and the user name it knows the mailbox by."""

    host: str
    port: int
    security: Security
    user: str

    def __post_init__(self) -> None:
        # imaplib puts these into commands as they are: a CR LF would be a second command (RFC 9051 section 9).
        for value in (self.host, self.user):
            if re.search(r"[\x00-\x1f\x7f]", value):
                raise ValueError("control characters are not allowed in a host or user name")


@dataclass(frozen=True, kw_only=True)
class Network:
    """Which addresses may be reached, whom to trust, and names that are known without asking DNS.

    `allowed` lists the private ranges in which IMAP servers may live; public addresses are always allowed.
    """

    allowed: tuple[IPv4Network | IPv6Network, ...] = ()
    ca_file: Path | None = None
    hosts: Mapping[str, str] = field(default_factory=dict)
