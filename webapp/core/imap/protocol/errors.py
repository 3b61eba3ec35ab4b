"""What can go wrong between the portal and an IMAP server: the errors of the network, and those of IMAP.

ImapError (NetworkError of `core.net.errors`, under the name by which IMAP knows it)
├── NameResolutionError, ConnectError, TlsError, ProtocolError: see `core.net.errors`
├── TokenError                       there is no access token to sign in with
├── AuthenticationError              the server's refusal, or no way to authenticate
└── MailboxError                     a mailbox cannot be examined, or the mailboxes not listed
    ├── NotFoundError                the mailbox or the message is not there
    ├── ReadOnlyError                the mailbox, or a flag in it, cannot be changed
    └── UidValidityChangedError      UIDVALIDITY is another, so a UID names another message or none
"""

import re

from webapp.core.diagnosis.failure import Stage
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.net.errors import ConnectError, NameResolutionError, NetworkError, ProtocolError, TlsError

__all__ = [
    "NONEXISTENT_PATTERN",
    "AuthenticationError",
    "ConnectError",
    "ImapError",
    "MailboxError",
    "NameResolutionError",
    "NotFoundError",
    "ProtocolError",
    "ReadOnlyError",
    "TlsError",
    "TokenError",
    "UidValidityChangedError",
    "is_transient",
]

NONEXISTENT_PATTERN = re.compile(
    r"NONEXISTENT|TRYCREATE|n[o']t exist|doesnt exist|(no such|unknown) (mailbox|folder)|not (be )?found",
    re.IGNORECASE,
)
"""How servers say that there is no such mailbox."""


ImapError = NetworkError
"""The base of all of them: catching it catches the network's errors as well."""


class TokenError(ImapError):
    """There is no access token; `symptom` may be one of a sign-in."""

    stage = Stage.TOKEN


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
    """Return whether the network failed, so that the next try may go through."""
    return isinstance(error, ConnectError) or error.symptom in _TRANSIENT
