"""What the portal's own observations mean. Their names: `webapp.imap.errors.Sign` and `OAuthSign`, as tests hold."""

from collections.abc import Mapping

from webapp.diagnosis.problem import UNKNOWN, Who
from webapp.diagnosis.rules.rule import Finding


def _finding(slug: str, *alternatives: str, who: Who | None = None, verdict: str = "") -> Finding:
    return Finding(slug=slug, alternatives=alternatives, who=who, verdict=verdict)


_SESSION: Mapping[str, Finding] = {
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

_SIGN_IN: Mapping[str, Finding] = {
    "clock-differs": _finding("clock-skew"),
    "attempt-unknown": _finding("sign-in-restart"),
    "attempt-expired": _finding("sign-in-restart", verdict="The sign-in took too long: start it once more"),
    "nonce-differs": _finding("sign-in-restart"),
    "sign-in-interrupted": _finding("sign-in-restart"),
    "no-refresh-token": _finding("oauth-client-misconfigured", "consent-not-given"),
    "issuer-differs": _finding("oauth-client-misconfigured", "wrong-tenant"),
    "audience-differs": _finding("oauth-client-misconfigured"),
    "tenant-differs": _finding("wrong-tenant", "wrong-account"),
    "signature-wrong": _finding("oauth-client-misconfigured"),
    "access-token-differs": _finding("sign-in-restart"),
    "id-token-unusable": _finding("oauth-client-misconfigured", "server-unavailable"),
    "personal-google-account": _finding(
        "personal-account-unsupported",
        "wrong-account",
        who=Who.USER,
        verdict="Personal Google accounts cannot be connected this way",
    ),
    "mail-scope-not-granted": _finding(
        "scope-missing",
        "consent-not-given",
        who=Who.USER,
        verdict="The box that allows reading mail was left unticked",
    ),
    "other-account": _finding("wrong-account", "mailbox-access-denied"),
    "not-connected-yet": _finding(
        "reconnect-required", verdict="Nobody has signed in for this mailbox yet: sign in once"
    ),
    "client-not-set-up": _finding(
        "client-unknown", verdict="The portal is not yet set up for signing in at this provider"
    ),
    "client-changed": _finding(
        "reconnect-required",
        "client-unknown",
        verdict="The portal has a new registration with the provider: sign in again",
    ),
}

# Observed beyond doubt: no wording says more.
CERTAIN: Mapping[str, Finding] = {**_SESSION, **_SIGN_IN}

# Who signs in has met an IMAP server, so there the same observation means another thing.
AFTER_SIGN_IN: Mapping[str, Finding] = {"too-much-data": _finding(UNKNOWN)}

# How it ended, not why: what was said before that comes first.
WEAK: Mapping[str, Finding] = {
    "dropped": _finding("connection-dropped", "too-many-connections"),
    "silent": _finding("connection-timeout", "tls-wrong-port", "not-an-imap-server"),
    "out-of-time": _finding("connection-timeout"),
    "grant-ended": _finding("reconnect-required", "sign-in-restart", "session-policy-expiry"),
}

# What the grant tells of a refusal that names no cause; a server that names one is believed.
LIKELY: Mapping[str, Finding] = {
    "scope-not-in-grant": _finding("scope-missing", "oauth-token-rejected", "consent-not-given"),
    "token-for-another-service": _finding("scope-missing", "oauth-client-misconfigured", "oauth-token-rejected"),
    "another-signed-in": _finding("wrong-account", "mailbox-access-denied", "oauth-token-rejected"),
    "mailbox-of-another": _finding("mailbox-access-denied", "wrong-account", "imap-disabled"),
    "own-mailbox-not-connected": _finding("imap-disabled", "license-or-mailbox-missing", "mailbox-access-denied"),
    "grant-in-order": _finding(
        "oauth-token-rejected",
        "imap-disabled",
        "reconnect-required",
        "app-blocked-by-admin",
        "license-or-mailbox-missing",
    ),
}

# The conclusions from a text that weigh less than a weak or a likely sign: they only say that it ended, or that the
# server refused. "Authenticated but not connected" is among the latter: alone, it points to the wrong account.
ENDINGS = frozenset({"connection-dropped", "connection-timeout"})
REFUSALS = frozenset(
    {"oauth-token-rejected", "wrong-account", "wrong-password", "app-password-required", "basic-auth-disabled"}
)
