"""Where a mailbox is and how to get in: the input of a check."""

import re
from dataclasses import dataclass
from enum import StrEnum

from webapp.core.imap.protocol.credentials import Password
from webapp.core.net.network import Network

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
        """Return the usual port."""
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
