"""What went wrong, in the words of whoever said it: the input of a diagnosis. Knows no network and no web page."""

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """How far a connection had come when it failed."""

    AUTHORIZE = "authorize"
    TOKEN = "token"  # noqa: S105  (a stage, no secret)
    NETWORK = "network"
    TLS = "tls"
    GREETING = "greeting"
    AUTH = "auth"
    MAILBOX = "mailbox"


class OAuthSign(StrEnum):
    """A fact that the portal itself established while somebody signed in at a provider, or while it renewed a token."""

    CLOCK_DIFFERS = "clock-differs"
    ATTEMPT_UNKNOWN = "attempt-unknown"
    ATTEMPT_EXPIRED = "attempt-expired"
    NONCE_DIFFERS = "nonce-differs"
    SIGN_IN_INTERRUPTED = "sign-in-interrupted"
    NO_REFRESH_TOKEN = "no-refresh-token"  # noqa: S105  (a sign, no secret)
    ISSUER_DIFFERS = "issuer-differs"
    AUDIENCE_DIFFERS = "audience-differs"
    TENANT_DIFFERS = "tenant-differs"
    SIGNATURE_WRONG = "signature-wrong"
    ACCESS_TOKEN_DIFFERS = "access-token-differs"  # noqa: S105
    ID_TOKEN_UNUSABLE = "id-token-unusable"  # noqa: S105
    PERSONAL_GOOGLE_ACCOUNT = "personal-google-account"
    MAIL_SCOPE_NOT_GRANTED = "mail-scope-not-granted"
    OTHER_ACCOUNT = "other-account"
    NOT_CONNECTED_YET = "not-connected-yet"
    GRANT_ENDED = "grant-ended"
    CLIENT_NOT_SET_UP = "client-not-set-up"
    CLIENT_CHANGED = "client-changed"


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One failure: the quoted text and the circumstances in which it was seen.

    `text` holds the server's or the library's own words with secrets masked. `sign` is a fact that the portal itself
    established (see `OAuthSign` and `Sign` of `core.imap`); what it weighs against any wording is decided in
    `observation_rules`. A text pasted by a person has none.
    """

    text: str
    stage: Stage | None = None
    provider: str | None = None
    sign: str | None = None
