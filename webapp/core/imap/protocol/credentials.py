"""What proves to a server who is there. A new kind of credential is one more class here; none ever shows itself."""

import re
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Sasl:
    """One way through AUTHENTICATE: its responses, and the line that answers a challenge after them.

    That line is sent as it is; "*" gives up (RFC 9051 section 6.2.2). With XOAUTH2 and OAUTHBEARER the challenge is the
    error in JSON, which wants an answer before the refusal comes.
    `asked_first` says that the server speaks first, so that no response fits into the command's own line.
    """

    mechanism: str
    response: bytes = field(repr=False)
    response_to_challenge: bytes = b"*"
    more: tuple[bytes, ...] = field(default=(), repr=False)
    needs_challenge_first: bool = False


class Credential(Protocol):
    """Anything a session can authenticate with."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """List what must never be shown."""

    @property
    def password(self) -> str | None:
        """Return what the LOGIN command may send, if anything."""

    def sasl(self, user: str, host: str = "", port: int = 0) -> tuple[Sasl, ...]:
        """List the ways through AUTHENTICATE to a server, the best first."""


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
        """Return what the LOGIN command may send."""
        return self.value

    def sasl(self, user: str, host: str = "", port: int = 0) -> tuple[Sasl, ...]:
        """Offer PLAIN (RFC 4616), which is UTF-8 by definition, then LOGIN, which some old servers know alone.

        LOGIN asks for the user name, then for the password (draft-murchison-sasl-login).
        """
        plain = Sasl("PLAIN", f"\0{user}\0{self.value}".encode())
        return plain, Sasl("LOGIN", user.encode(), more=(self.value.encode(),), needs_challenge_first=True)


@dataclass(frozen=True)
class AccessToken:
    """An OAuth 2.0 access token (RFC 6750), the person who issued it; it never shows itself."""

    value: str = field(repr=False)

    def __post_init__(self) -> None:
        # Both mechanisms part their fields by \x01: a token with one in it could add fields of its own.
        if not self.value or re.search(r"[\x00-\x1f\x7f]", self.value):
            raise ValueError("control characters are not allowed in an access token, and it cannot be empty")

    @property
    def secrets(self) -> tuple[str, ...]:
        """List what must never be shown."""
        return (self.value,)

    @property
    def password(self) -> None:
        """Give nothing: a token never goes into the LOGIN command."""
        return None

    def sasl(self, user: str, host: str = "", port: int = 0) -> tuple[Sasl, ...]:
        """Offer XOAUTH2, which Google and Microsoft both know, then OAUTHBEARER (RFC 7628 section 3.1).

        A refusal is explained in a challenge first: XOAUTH2 wants an empty line for it, OAUTHBEARER a single ^A.
        """
        bearer = f"auth=Bearer {self.value}\1\1"
        # A GS2 header (RFC 5801 section 4) has "," as its separator and "=" as its escape.
        header = f"n,a={user.replace('=', '=3D').replace(',', '=2C')},\1"
        where = f"host={host}\1port={port}\1" if host else ""
        return (
            Sasl("XOAUTH2", f"user={user}\1{bearer}".encode(), b""),
            Sasl("OAUTHBEARER", f"{header}{where}{bearer}".encode(), b64encode(b"\1")),
        )
