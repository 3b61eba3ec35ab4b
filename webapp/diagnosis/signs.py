"""What the check's own observations mean. The names are those of `webapp.imap.errors.Sign`, which a test holds."""

from collections.abc import Mapping

from webapp.diagnosis.problem import UNKNOWN
from webapp.diagnosis.rules.rule import Finding


def _finding(slug: str, *alternatives: str) -> Finding:
    return Finding(slug=slug, alternatives=alternatives)


# Observed beyond doubt: no wording says more.
CERTAIN: Mapping[str, Finding] = {
    "address-not-allowed": _finding("address-not-allowed"),
    "no-such-name": _finding("dns-not-found"),
    "name-lookup-broken": _finding("dns-resolver-failure"),
    "refused": _finding("connection-refused", "account-locked"),
    "unreachable": _finding("connection-timeout"),
    "connect-timed-out": _finding("connection-timeout"),
    "speaks-tls": _finding("tls-wrong-port"),
    "speaks-plain-imap": _finding("tls-wrong-port"),
    "starttls-missing": _finding("tls-wrong-port"),
    "speaks-other": _finding("not-an-imap-server"),
    "certificate-untrusted": _finding("tls-untrusted-cert"),
    "certificate-expired": _finding("tls-expired"),
    "certificate-not-yet-valid": _finding("clock-skew"),
    "certificate-other-name": _finding("tls-hostname-mismatch"),
    "tls-too-old": _finding("tls-too-old"),
    "login-disabled-without-tls": _finding("login-disabled-use-tls"),
    "no-common-mechanism": _finding("auth-mechanism-unsupported"),
    "too-much-data": _finding("not-an-imap-server"),
}

# Who signs in has met an IMAP server, so there the same observation means another thing.
AFTER_SIGN_IN: Mapping[str, Finding] = {"too-much-data": _finding(UNKNOWN)}

# How it ended, not why: what the server said before that comes first.
WEAK: Mapping[str, Finding] = {
    "dropped": _finding("connection-dropped", "too-many-connections"),
    "silent": _finding("connection-timeout", "tls-wrong-port", "not-an-imap-server"),
    "out-of-time": _finding("connection-timeout"),
}
