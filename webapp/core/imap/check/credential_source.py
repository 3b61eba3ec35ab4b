"""Where a credential comes from that has to be obtained first, and what is known of it. Knows no provider."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from webapp.core.imap.protocol.credentials import Credential


@dataclass(frozen=True, kw_only=True)
class GrantFacts:
    """What is known of the grant behind an access token; empty or None where it is not known.

    `account` is who signed in, `scopes` what was granted, `mail_scope` the one among them that opens a mailbox over
    IMAP, `audience` the service the token is for.
    """

    account: str
    scopes: frozenset[str] | None
    mail_scope: str
    audience: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ObtainedCredential:
    """A credential with where it came from in plain words, what will bite later, and what is known of its grant."""

    credential: Credential
    detail: str
    warning: str = ""
    evidence: GrantFacts | None = None


class CredentialSource(Protocol):
    """Anything that obtains a credential; it bounds itself in time, and raises `TokenError` where there is none."""

    def __call__(self) -> ObtainedCredential:
        """Obtain the credential."""
