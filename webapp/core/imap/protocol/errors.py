"""What can go wrong between the portal and an IMAP server.

ImapError
├── TokenError               there is no access token to go there with
├── NameResolutionError      the host name has no address, or none that may be reached
├── ConnectError             refused, unreachable, timed out, dropped
├── TlsError                 handshake, certificate, wrong connection security
├── ProtocolError            the other side does not speak IMAP, or says too much
├── AuthenticationError      the server's refusal, or no way to authenticate
└── MailboxError             a mailbox cannot be examined, or the mailboxes not listed
    ├── GoneError            the mailbox or the message is not there
    ├── ReadOnlyError        the mailbox, or a flag in it, cannot be changed
    └── ChangedError         UIDVALIDITY is another, so a UID names another message or none
"""

import re

from webapp.core.diagnosis.failure import Failure, Stage
from webapp.core.diagnosis.symptom import Symptom

NONEXISTENT_PATTERN = re.compile(
    r"NONEXISTENT|TRYCREATE|n[o']t exist|doesnt exist|(no such|unknown) (mailbox|folder)|not (be )?found",
    re.IGNORECASE,
)
"""How servers say that there is no such mailbox."""


class ImapError(Exception):
    """Any failure of a check; `text` quotes the other side, `symptom` is what was observed."""

    stage = Stage.NETWORK

    def __init__(self, text: str, *, symptom: Symptom | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.symptom = symptom

    def failure(self, provider: str | None) -> Failure:
        """Turn the error into the input of a diagnosis."""
        return Failure(text=self.text, stage=self.stage, provider=provider, symptom=self.symptom)


class TokenError(ImapError):
    """There is no access token; `symptom` may be one of a sign-in."""

    stage = Stage.TOKEN


class NameResolutionError(ImapError):
    """The host name has no address, or none that may be reached."""


class ConnectError(ImapError):
    """Refused, unreachable, timed out or dropped."""


class TlsError(ImapError):
    """Handshake, certificate or connection security."""

    stage = Stage.TLS


class ProtocolError(ImapError):
    """The other side does not speak IMAP, or says too much."""

    stage = Stage.GREETING


class AuthenticationError(ImapError):
    """The server refused, or offers no way to authenticate."""

    stage = Stage.AUTH


class MailboxError(ImapError):
    """A mailbox cannot be examined, or the mailboxes not listed."""

    stage = Stage.MAILBOX


class NotFoundError(MailboxError):
    """The mailbox, the message or the part is not there."""


class UidValidityChangedError(MailboxError):
    """The mailbox has another UIDVALIDITY, and what was known of its messages holds no more (RFC 9051, 2.3.1.1)."""


class ReadOnlyError(MailboxError):
    """The server opens the mailbox for reading only, or keeps a flag that is wanted for no longer than the session."""


_TRANSIENT = frozenset(
    {
        Symptom.DROPPED,
        Symptom.SILENT,
        Symptom.OUT_OF_TIME,
        Symptom.REFUSED,
        Symptom.UNREACHABLE,
        Symptom.CONNECT_TIMED_OUT,
        Symptom.NAME_LOOKUP_BROKEN,
    }
)


def is_transient(error: ImapError) -> bool:
    """Say whether the network failed, so that the next try may go through."""
    return isinstance(error, ConnectError) or error.symptom in _TRANSIENT
