"""How long the parts of a conversation with an IMAP server may take, and how much the server may send."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long each part of a check may take, in seconds, and how many bytes the server may send.

    `read` is for one whole line, literal or handshake, so that a server which drips bytes gains nothing by it. `least`
    is what a session gets even where obtaining its credential took long, unless `total` is shorter than that.
    """

    total: float = 18.0
    least: float = 6.0
    lookup: float = 5.0
    connect: float = 6.0
    greeting: float = 6.0
    read: float = 8.0
    probe: float = 2.0
    logout: float = 1.0
    bytes: int = 2 * 1024 * 1024

    def after(self, seconds: float) -> "Limits":
        """Return the limits for a session that begins when so much of the total has been used."""
        return replace(self, total=max(self.total - seconds, min(self.least, self.total)))
