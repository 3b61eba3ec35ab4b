"""What proves to a server who is there. A new kind of credential is one more class here; none ever shows itself."""

import re
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Sasl:
    """One way through AUTHENTICATE: its responses, and what answers a challenge after them ("*" gives up, RFC 9051).

    With XOAUTH2 and OAUTHBEARER that challenge is the error in JSON, which wants an answer before the refusal comes.
    `asked_first` says that the server speaks first, so that no response fits into the command's own line.
    """

    mechanism: str
    response: bytes = field(repr=False)
    answer_to_challenge: bytes = b"*"
    more: tuple[bytes, ...] = field(default=(), repr=False)
    asked_first: bool = False


class Credential(Protocol):
    """Anything a session can authenticate with."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """List what must never be shown."""

    @property
    def password(self) -> str | None:
        """Give what the LOGIN command may send, if anything."""

    def sasl(self, user: str) -> tuple[Sasl, ...]:
        """List the ways through AUTHENTICATE, the best first."""


@dataclass(frozen=True)
class Password:
    """A password, which never shows itself."""

    value: str = field(repr=False)

    def __post_init__(self) -> None:
        if re.search(r"[\x00\r\n]", self.value):
            raise ValueError("NUL, CR and LF are not allowed in a password")

    @property
    def secrets(self) -> tuple[str, ...]:
        """List what must never be shown."""
        return (self.value,)

    @property
    def password(self) -> str | None:
        """Give what the LOGIN command may send."""
        return self.value

    def sasl(self, user: str) -> tuple[Sasl, ...]:
        """Offer PLAIN (RFC 4616), which is UTF-8 by definition, then LOGIN, which some old servers know alone.

        LOGIN asks for the user name, then for the password (draft-murchison-sasl-login).
        """
        plain = Sasl("PLAIN", f"\0{user}\0{self.value}".encode())
        return plain, Sasl("LOGIN", user.encode(), more=(self.value.encode(),), asked_first=True)
