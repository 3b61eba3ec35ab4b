"""What the portal's own observations mean. Their names are those of `Sign` and `OAuthSign`, as tests hold."""

from collections.abc import Mapping

from webapp.core.diagnosis.problem import UNKNOWN, Actor
from webapp.core.diagnosis.rules.rule import RuleFinding


def _finding(slug: str, *alternatives: str, who: Actor | None = None, verdict: str = "") -> RuleFinding:
    return RuleFinding(slug=slug, alternatives=alternatives, who=who, verdict=verdict)


_SESSION: Mapping[str, RuleFinding] = {
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

_SIGN_IN: Mapping[str, RuleFinding] = {
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
        who=Actor.USER,
        verdict="Personal Google accounts cannot be connected this way",
    ),
    "mail-scope-not-granted": _finding(
        "scope-missing",
        "consent-not-given",
        who=Actor.USER,
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
CERTAIN_OBSERVATIONS: Mapping[str, RuleFinding] = {**_SESSION, **_SIGN_IN}

# Who signs in has met an IMAP server, so there the same observation means another thing.
AFTER_SIGN_IN: Mapping[str, RuleFinding] = {"too-much-data": _finding(UNKNOWN)}

# How it ended, not why: what was said before that comes first.
WEAK_OBSERVATIONS: Mapping[str, RuleFinding] = {
    "dropped": _finding("connection-dropped", "too-many-connections"),
    "silent": _finding("connection-timeout", "tls-wrong-port", "not-an-imap-server"),
    "out-of-time": _finding("connection-timeout"),
    "grant-ended": _finding("reconnect-required", "sign-in-restart", "session-policy-expiry"),
}

# What the grant tells of a refusal that names no cause; a server that names one is believed.
LIKELY_OBSERVATIONS: Mapping[str, RuleFinding] = {
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
GENERIC_DISCONNECTS = frozenset({"connection-dropped", "connection-timeout"})
GENERIC_REFUSALS = frozenset(
    {"oauth-token-rejected", "wrong-account", "wrong-password", "app-password-required", "basic-auth-disabled"}
)

# What the portal itself saw, told to the person.
OBSERVED: Mapping[str, str] = {
    "address-not-allowed": "The server name leads to an address that the portal may not connect to.",
    "no-such-name": "The lookup answered that there is no server of this name.",
    "name-lookup-broken": "The portal asked for the server's address and got no answer.",
    "refused": "The server's machine answered at once that nothing listens on this port.",
    "unreachable": "There was no way through the network to the server.",
    "connect-timed-out": "The portal knocked at this server and port, and nobody answered.",
    "dropped": "The server closed the connection before the test was over.",
    "silent": "The connection was made, but the server said nothing.",
    "speaks-tls": "The server answered with encryption where the settings say to begin without.",
    "speaks-plain-imap": "The server answered without encryption where the settings say TLS from the start.",
    "speaks-other": "Something answered, but it does not speak IMAP.",
    "starttls-missing": "The server does not offer STARTTLS on this port.",
    "certificate-untrusted": "Nobody whom the portal trusts vouches for the server's certificate.",
    "certificate-expired": "The server's certificate has passed its last day.",
    "certificate-not-yet-valid": "The server's certificate begins in the future by the portal's clock.",
    "certificate-other-name": "The server's certificate names another server than the one in the settings.",
    "tls-too-old": "The server and the portal found no version of encryption that both accept.",
    "login-disabled-without-tls": "The server said that it takes no password on an unencrypted connection.",
    "no-common-mechanism": "The server's list of ways to log in has none that the portal can use.",
    "too-much-data": "The server sent far more than an answer ever needs, so the portal stopped listening.",
    "out-of-time": "All of it together took longer than the portal waits.",
    "clock-differs": "The time in the provider's answer and the portal's clock are too far apart.",
    "attempt-unknown": "The answer of the provider belongs to no sign-in that this browser began here.",
    "attempt-expired": "More than ten minutes passed between the button and the provider's answer.",
    "nonce-differs": "The provider's answer belongs to another sign-in than the one that began here.",
    "sign-in-interrupted": "The portal stopped before the sign-in was finished.",
    "no-refresh-token": "The provider gave a permission for one hour only, without the part that renews it.",
    "issuer-differs": "The answer was signed in the name of another provider than the one asked.",
    "audience-differs": "The provider's answer was made out to another program than this portal.",
    "tenant-differs": "The account belongs to another organisation than the one that the portal asks.",
    "signature-wrong": "The signature on the provider's answer does not fit the provider's keys.",
    "access-token-differs": "The two parts of the provider's answer do not belong together.",
    "id-token-unusable": "The provider did not say in a readable form who signed in.",
    "personal-google-account": "The account that signed in is a personal Google account, not one of an organisation.",
    "mail-scope-not-granted": "The provider's answer lists what was allowed, and reading mail is not on the list.",
    "other-account": "The address of the account that signed in is not the address of this mailbox.",
    "not-connected-yet": "The portal holds no permission for this mailbox yet.",
    "grant-ended": "The provider refused to renew the permission that the portal holds.",
    "client-not-set-up": "The portal has no client ID for this provider.",
    "client-changed": "The permission was given to another client ID than the one that the portal has now.",
    "scope-not-in-grant": "The permission that the portal holds does not cover mail.",
    "token-for-another-service": "The access token was made out to another service than the mail server.",
    "another-signed-in": "The account that signed in is not the one that this mailbox belongs to.",
    "mailbox-of-another": "The access token is in order, and the mailbox belongs to somebody else than who signed in.",
    "own-mailbox-not-connected": "The access token covers mail and belongs to this mailbox's own account.",
    "grant-in-order": "The access token is fresh, covers mail and belongs to this mailbox's own account.",
}
