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
from enum import StrEnum

from webapp.core.diagnosis.failure import Failure, Stage

NONEXISTENT_PATTERN = re.compile(
    r"NONEXISTENT|TRYCREATE|n[o']t exist|doesnt exist|(no such|unknown) (mailbox|folder)|not (be )?found",
    re.IGNORECASE,
)
"""How servers say that there is no such mailbox."""


class Sign(StrEnum):
    """A fact the check established itself, by observation and not from wording."""

    ADDRESS_NOT_ALLOWED = "address-not-allowed"
    NO_SUCH_NAME = "no-such-name"
    NAME_LOOKUP_BROKEN = "name-lookup-broken"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    CONNECT_TIMED_OUT = "connect-timed-out"
    DROPPED = "dropped"
    SILENT = "silent"
    SPEAKS_TLS = "speaks-tls"
    SPEAKS_PLAIN_IMAP = "speaks-plain-imap"
    SPEAKS_OTHER = "speaks-other"
    STARTTLS_MISSING = "starttls-missing"
    CERTIFICATE_UNTRUSTED = "certificate-untrusted"
    CERTIFICATE_EXPIRED = "certificate-expired"
    CERTIFICATE_NOT_YET_VALID = "certificate-not-yet-valid"
    CERTIFICATE_OTHER_NAME = "certificate-other-name"
    TLS_TOO_OLD = "tls-too-old"
    LOGIN_DISABLED_WITHOUT_TLS = "login-disabled-without-tls"
    NO_COMMON_MECHANISM = "no-common-mechanism"
    TOO_MUCH_DATA = "too-much-data"
    OUT_OF_TIME = "out-of-time"
    # What a grant tells of a refusal, see `webapp.core.imap.check.token_refusal`.
    SCOPE_NOT_IN_GRANT = "scope-not-in-grant"
    TOKEN_FOR_ANOTHER_SERVICE = "token-for-another-service"  # noqa: S105  (a sign, no secret)
    ANOTHER_SIGNED_IN = "another-signed-in"
    MAILBOX_OF_ANOTHER = "mailbox-of-another"
    OWN_MAILBOX_NOT_CONNECTED = "own-mailbox-not-connected"
    GRANT_IN_ORDER = "grant-in-order"


class ImapError(Exception):
    """Any failure of a check; `text` quotes the other side, `sign` is what was observed."""

    stage = Stage.NETWORK

    def __init__(self, text: str, *, sign: str | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.sign = sign

    def failure(self, provider: str | None) -> Failure:
        """Turn the error into the input of a diagnosis."""
        return Failure(text=self.text, stage=self.stage, provider=provider, sign=self.sign)


class TokenError(ImapError):
    """There is no access token; `sign` may be an `OAuthSign` of `webapp.core.diagnosis.failure`."""

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
        Sign.DROPPED,
        Sign.SILENT,
        Sign.OUT_OF_TIME,
        Sign.REFUSED,
        Sign.UNREACHABLE,
        Sign.CONNECT_TIMED_OUT,
        Sign.NAME_LOOKUP_BROKEN,
    }
)


def is_transient(error: ImapError) -> bool:
    """Say whether the network failed, so that the next try may go through."""
    return isinstance(error, ConnectError) or error.sign in _TRANSIENT
