"""What the portal established itself, by observation or comparison and not from wording: the one vocabulary for it."""

from enum import StrEnum
from typing import Self


class Symptom(StrEnum):
    """A fact that the portal established itself.

    The values are stored with reports and failures, so they never change. What each weighs against any wording is
    decided in `observation_rules`.
    """

    # The way to the server.
    ADDRESS_NOT_ALLOWED = "address-not-allowed"
    NO_SUCH_NAME = "no-such-name"
    NAME_LOOKUP_BROKEN = "name-lookup-broken"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    CONNECT_TIMED_OUT = "connect-timed-out"
    DROPPED = "dropped"
    SILENT = "silent"
    TOO_MUCH_DATA = "too-much-data"
    OUT_OF_TIME = "out-of-time"
    # Protocol and encryption.
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
    # What a grant shows about a refusal, see `webapp.core.imap.check.token_refusal`.
    SCOPE_NOT_IN_GRANT = "scope-not-in-grant"
    TOKEN_FOR_ANOTHER_SERVICE = "token-for-another-service"  # noqa: S105  (a symptom, no secret)
    ANOTHER_SIGNED_IN = "another-signed-in"
    MAILBOX_OF_ANOTHER = "mailbox-of-another"
    OWN_MAILBOX_NOT_CONNECTED = "own-mailbox-not-connected"
    GRANT_IN_ORDER = "grant-in-order"
    # A sign-in at a provider, and the renewal of a token.
    CLOCK_DIFFERS = "clock-differs"
    ATTEMPT_UNKNOWN = "attempt-unknown"
    ATTEMPT_EXPIRED = "attempt-expired"
    NONCE_DIFFERS = "nonce-differs"
    SIGN_IN_INTERRUPTED = "sign-in-interrupted"
    NO_REFRESH_TOKEN = "no-refresh-token"  # noqa: S105
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

    @classmethod
    def from_stored(cls, value: str | None) -> Self | None:
        """Return the symptom that was stored, or None where there was none or another version named it."""
        return next((symptom for symptom in cls if symptom == value), None)
