"""What the portal's own observations mean. Every `Symptom` has one meaning here, as tests hold."""

from collections.abc import Mapping

from webapp.core.diagnosis.problem import UNKNOWN, Actor
from webapp.core.diagnosis.rules.rule import RuleFinding
from webapp.core.diagnosis.symptom import Symptom


def _finding(slug: str, *alternatives: str, who: Actor | None = None, verdict: str = "") -> RuleFinding:
    return RuleFinding(slug=slug, alternatives=alternatives, who=who, verdict=verdict)


_SESSION: Mapping[Symptom, RuleFinding] = {
    Symptom.ADDRESS_NOT_ALLOWED: _finding("address-not-allowed"),
    Symptom.NO_SUCH_NAME: _finding("dns-not-found"),
    Symptom.NAME_LOOKUP_BROKEN: _finding("dns-resolver-failure"),
    Symptom.REFUSED: _finding("connection-refused", "account-locked"),
    Symptom.UNREACHABLE: _finding("connection-timeout"),
    Symptom.CONNECT_TIMED_OUT: _finding("connection-timeout"),
    Symptom.SPEAKS_TLS: _finding("tls-wrong-port"),
    Symptom.SPEAKS_PLAIN_IMAP: _finding("tls-wrong-port"),
    Symptom.STARTTLS_MISSING: _finding("tls-wrong-port"),
    Symptom.SPEAKS_OTHER: _finding("not-an-imap-server"),
    Symptom.CERTIFICATE_UNTRUSTED: _finding("tls-untrusted-cert"),
    Symptom.CERTIFICATE_EXPIRED: _finding("tls-expired"),
    Symptom.CERTIFICATE_NOT_YET_VALID: _finding("clock-skew"),
    Symptom.CERTIFICATE_OTHER_NAME: _finding("tls-hostname-mismatch"),
    Symptom.TLS_TOO_OLD: _finding("tls-too-old"),
    Symptom.LOGIN_DISABLED_WITHOUT_TLS: _finding("login-disabled-use-tls"),
    Symptom.NO_COMMON_MECHANISM: _finding("auth-mechanism-unsupported"),
    Symptom.TOO_MUCH_DATA: _finding("not-an-imap-server"),
}

_SIGN_IN: Mapping[Symptom, RuleFinding] = {
    Symptom.CLOCK_DIFFERS: _finding("clock-skew"),
    Symptom.ATTEMPT_UNKNOWN: _finding("sign-in-restart"),
    Symptom.ATTEMPT_EXPIRED: _finding("sign-in-restart", verdict="The sign-in took too long: start it once more"),
    Symptom.NONCE_DIFFERS: _finding("sign-in-restart"),
    Symptom.SIGN_IN_INTERRUPTED: _finding("sign-in-restart"),
    Symptom.NO_REFRESH_TOKEN: _finding("oauth-client-misconfigured", "consent-not-given"),
    Symptom.ISSUER_DIFFERS: _finding("oauth-client-misconfigured", "wrong-tenant"),
    Symptom.AUDIENCE_DIFFERS: _finding("oauth-client-misconfigured"),
    Symptom.TENANT_DIFFERS: _finding("wrong-tenant", "wrong-account"),
    Symptom.SIGNATURE_WRONG: _finding("oauth-client-misconfigured"),
    Symptom.ACCESS_TOKEN_DIFFERS: _finding("sign-in-restart"),
    Symptom.ID_TOKEN_UNUSABLE: _finding("oauth-client-misconfigured", "server-unavailable"),
    Symptom.PERSONAL_GOOGLE_ACCOUNT: _finding(
        "personal-account-unsupported",
        "wrong-account",
        who=Actor.USER,
        verdict="Personal Google accounts cannot be connected this way",
    ),
    Symptom.MAIL_SCOPE_NOT_GRANTED: _finding(
        "scope-missing",
        "consent-not-given",
        who=Actor.USER,
        verdict="The box that allows reading mail was left unticked",
    ),
    Symptom.OTHER_ACCOUNT: _finding("wrong-account", "mailbox-access-denied"),
    Symptom.NOT_CONNECTED_YET: _finding(
        "reconnect-required", verdict="Nobody has signed in for this mailbox yet: sign in once"
    ),
    Symptom.CLIENT_NOT_SET_UP: _finding(
        "client-unknown", verdict="The portal is not yet set up for signing in at this provider"
    ),
    Symptom.CLIENT_CHANGED: _finding(
        "reconnect-required",
        "client-unknown",
        verdict="The portal has a new registration with the provider: sign in again",
    ),
}

# Observed beyond doubt: no wording says more.
CERTAIN_OBSERVATIONS: Mapping[Symptom, RuleFinding] = {**_SESSION, **_SIGN_IN}

# Who signs in has met an IMAP server, so there the same observation means another thing.
AFTER_SIGN_IN: Mapping[Symptom, RuleFinding] = {Symptom.TOO_MUCH_DATA: _finding(UNKNOWN)}

# How it ended, not why: what was said before that comes first.
WEAK_OBSERVATIONS: Mapping[Symptom, RuleFinding] = {
    Symptom.DROPPED: _finding("connection-dropped", "too-many-connections"),
    Symptom.SILENT: _finding("connection-timeout", "tls-wrong-port", "not-an-imap-server"),
    Symptom.OUT_OF_TIME: _finding("connection-timeout"),
    Symptom.GRANT_ENDED: _finding("reconnect-required", "sign-in-restart", "session-policy-expiry"),
}

# What the grant shows about a refusal that names no cause; a server that names one is believed.
LIKELY_OBSERVATIONS: Mapping[Symptom, RuleFinding] = {
    Symptom.SCOPE_NOT_IN_GRANT: _finding("scope-missing", "oauth-token-rejected", "consent-not-given"),
    Symptom.TOKEN_FOR_ANOTHER_SERVICE: _finding("scope-missing", "oauth-client-misconfigured", "oauth-token-rejected"),
    Symptom.ANOTHER_SIGNED_IN: _finding("wrong-account", "mailbox-access-denied", "oauth-token-rejected"),
    Symptom.MAILBOX_OF_ANOTHER: _finding("mailbox-access-denied", "wrong-account", "imap-disabled"),
    Symptom.OWN_MAILBOX_NOT_CONNECTED: _finding("imap-disabled", "license-or-mailbox-missing", "mailbox-access-denied"),
    Symptom.GRANT_IN_ORDER: _finding(
        "oauth-token-rejected",
        "imap-disabled",
        "reconnect-required",
        "app-blocked-by-admin",
        "license-or-mailbox-missing",
    ),
}

# The conclusions from a text that weigh less than a weak or a likely symptom: they only say that it ended, or that the
# server refused. "Authenticated but not connected" is among the latter: alone, it points to the wrong account.
GENERIC_DISCONNECTS = frozenset({"connection-dropped", "connection-timeout"})
GENERIC_REFUSALS = frozenset(
    {"oauth-token-rejected", "wrong-account", "wrong-password", "app-password-required", "basic-auth-disabled"}
)

# What the portal itself saw, shown to the person.
OBSERVED: Mapping[Symptom, str] = {
    Symptom.ADDRESS_NOT_ALLOWED: "The server name leads to an address that the portal may not connect to.",
    Symptom.NO_SUCH_NAME: "The lookup answered that there is no server of this name.",
    Symptom.NAME_LOOKUP_BROKEN: "The portal asked for the server's address and got no answer.",
    Symptom.REFUSED: "The server's machine answered at once that nothing listens on this port.",
    Symptom.UNREACHABLE: "There was no way through the network to the server.",
    Symptom.CONNECT_TIMED_OUT: "The portal knocked at this server and port, and nobody answered.",
    Symptom.DROPPED: "The server closed the connection before the test was over.",
    Symptom.SILENT: "The connection was made, but the server said nothing.",
    Symptom.SPEAKS_TLS: "The server answered with encryption where the settings say to begin without.",
    Symptom.SPEAKS_PLAIN_IMAP: "The server answered without encryption where the settings say TLS from the start.",
    Symptom.SPEAKS_OTHER: "Something answered, but it does not speak IMAP.",
    Symptom.STARTTLS_MISSING: "The server does not offer STARTTLS on this port.",
    Symptom.CERTIFICATE_UNTRUSTED: "Nobody whom the portal trusts vouches for the server's certificate.",
    Symptom.CERTIFICATE_EXPIRED: "The server's certificate has passed its last day.",
    Symptom.CERTIFICATE_NOT_YET_VALID: "The server's certificate begins in the future by the portal's clock.",
    Symptom.CERTIFICATE_OTHER_NAME: "The server's certificate names another server than the one in the settings.",
    Symptom.TLS_TOO_OLD: "The server and the portal found no version of encryption that both accept.",
    Symptom.LOGIN_DISABLED_WITHOUT_TLS: "The server said that it takes no password on an unencrypted connection.",
    Symptom.NO_COMMON_MECHANISM: "The server's list of ways to log in has none that the portal can use.",
    Symptom.TOO_MUCH_DATA: "The server sent far more than an answer ever needs, so the portal stopped listening.",
    Symptom.OUT_OF_TIME: "All of it together took longer than the portal waits.",
    Symptom.CLOCK_DIFFERS: "The time in the provider's answer and the portal's clock are too far apart.",
    Symptom.ATTEMPT_UNKNOWN: "The answer of the provider belongs to no sign-in that this browser began here.",
    Symptom.ATTEMPT_EXPIRED: "More than ten minutes passed between the button and the provider's answer.",
    Symptom.NONCE_DIFFERS: "The provider's answer belongs to another sign-in than the one that began here.",
    Symptom.SIGN_IN_INTERRUPTED: "The portal stopped before the sign-in was finished.",
    Symptom.NO_REFRESH_TOKEN: "The provider gave a permission for one hour only, without the part that renews it.",
    Symptom.ISSUER_DIFFERS: "The answer was signed in the name of another provider than the one asked.",
    Symptom.AUDIENCE_DIFFERS: "The provider's answer was made out to another program than this portal.",
    Symptom.TENANT_DIFFERS: "The account belongs to another organisation than the one that the portal asks.",
    Symptom.SIGNATURE_WRONG: "The signature on the provider's answer does not fit the provider's keys.",
    Symptom.ACCESS_TOKEN_DIFFERS: "The two parts of the provider's answer do not belong together.",
    Symptom.ID_TOKEN_UNUSABLE: "The provider did not say in a readable form who signed in.",
    Symptom.PERSONAL_GOOGLE_ACCOUNT: (
        "The account that signed in is a personal Google account, not one of an organisation."
    ),
    Symptom.MAIL_SCOPE_NOT_GRANTED: (
        "The provider's answer lists what was allowed, and reading mail is not on the list."
    ),
    Symptom.OTHER_ACCOUNT: "The address of the account that signed in is not the address of this mailbox.",
    Symptom.NOT_CONNECTED_YET: "The portal holds no permission for this mailbox yet.",
    Symptom.GRANT_ENDED: "The provider refused to renew the permission that the portal holds.",
    Symptom.CLIENT_NOT_SET_UP: "The portal has no client ID for this provider.",
    Symptom.CLIENT_CHANGED: "The permission was given to another client ID than the one that the portal has now.",
    Symptom.SCOPE_NOT_IN_GRANT: "The permission that the portal holds does not cover mail.",
    Symptom.TOKEN_FOR_ANOTHER_SERVICE: "The access token was made out to another service than the mail server.",
    Symptom.ANOTHER_SIGNED_IN: "The account that signed in is not the one that this mailbox belongs to.",
    Symptom.MAILBOX_OF_ANOTHER: (
        "The access token is in order, and the mailbox belongs to somebody else than who signed in."
    ),
    Symptom.OWN_MAILBOX_NOT_CONNECTED: "The access token covers mail and belongs to this mailbox's own account.",
    Symptom.GRANT_IN_ORDER: "The access token is fresh, covers mail and belongs to this mailbox's own account.",
}
