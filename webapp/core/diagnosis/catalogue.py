"""Every problem a connection can have: the sentence it is told in, who acts first, which fields to mark.

Knows nothing of how a problem is recognised (see `rules`), nor of the pages that explain it (`templates/help/`).
"""

from collections.abc import Mapping
from types import MappingProxyType

from webapp.core.diagnosis.problem import UNKNOWN, Actor, Problem


def _problem(slug: str, who: Actor, verdict: str, fields: str = "", hint: str = "") -> Problem:
    return Problem(slug=slug, verdict=verdict, who=who, fields=tuple(fields.split()), hint=hint)


_USER, _ADMIN, _OPERATOR, _WAIT = Actor.USER, Actor.ADMIN, Actor.OPERATOR, Actor.WAIT

_SIGN_IN_AND_CONSENT = (
    _problem("consent-not-given", _USER, "The permission was not given"),
    _problem("admin-consent-required", _ADMIN, "An administrator has to approve the portal first"),
    _problem("app-blocked-by-admin", _ADMIN, "The organisation does not let this portal in"),
    _problem("oauth-app-audience", _OPERATOR, "Google does not let this account use the portal"),
    _problem("embedded-browser-blocked", _USER, "The provider refuses to sign anybody in from this browser"),
    _problem("redirect-uri-mismatch", _OPERATOR, "The portal's return address is not registered with the provider"),
    _problem("client-unknown", _OPERATOR, "The provider does not know the portal's client ID"),
    _problem("client-secret-wrong", _OPERATOR, "The portal's client secret is wrong"),
    _problem("client-secret-expired", _OPERATOR, "The portal's client secret has expired"),
    _problem(
        "oauth-client-misconfigured", _OPERATOR, "The portal's registration with the provider is not set up right"
    ),
    _problem("scope-missing", _OPERATOR, "The permission to read mail is missing"),
    _problem("wrong-tenant", _OPERATOR, "The sign-in went to the wrong organisation"),
    _problem(
        "wrong-account",
        _USER,
        "Another account signed in than the one this mailbox belongs to",
        "address",
        "Is this the address of the account that signed in?",
    ),
    _problem(
        "personal-account-unsupported",
        _OPERATOR,
        "This kind of account cannot be connected this way",
        "address",
        "Personal or work account?",
    ),
    _problem("mfa-required", _USER, "A second step of the sign-in is needed"),
    _problem("conditional-access-blocked", _ADMIN, "A rule of the organisation blocks this sign-in"),
)

_TOKENS = (
    _problem("reconnect-required", _USER, "The permission has ended: sign in again"),
    _problem("sign-in-restart", _USER, "The sign-in was interrupted: start it once more"),
    _problem("session-policy-expiry", _ADMIN, "The organisation ends sign-ins after a fixed time"),
    _problem(
        "delegation-not-configured", _ADMIN, "The portal has not been authorised for the organisation's mailboxes"
    ),
    _problem("clock-skew", _OPERATOR, "The clock of the portal's machine is wrong"),
    _problem("oauth-token-rejected", _USER, "The mail server does not accept the sign-in"),
)

_LOGIN = (
    _problem(
        "wrong-password",
        _USER,
        "The user name or password is wrong",
        "password user",
        "Type it again; is the user name right?",
    ),
    _problem(
        "app-password-required",
        _USER,
        "The server wants an app password",
        "password",
        "Enter an app password here, not your usual one",
    ),
    _problem(
        "imap-disabled", _USER, "IMAP is switched off for this mailbox", "address", "Switch IMAP on for this mailbox"
    ),
    _problem(
        "basic-auth-disabled",
        _USER,
        "The provider no longer takes passwords here",
        "password",
        "Passwords are not accepted: use the provider's sign-in",
    ),
    _problem(
        "web-login-required",
        _USER,
        "The provider wants you to sign in on its website first",
        "address",
        "Sign in on the provider's website first",
    ),
    _problem(
        "account-locked",
        _WAIT,
        "The account is locked for a while after failed attempts",
        "password",
        "Make sure that this is right before you try again",
    ),
    _problem("account-disabled", _ADMIN, "The account is disabled", "address", "This account is disabled"),
    _problem(
        "license-or-mailbox-missing", _ADMIN, "The account has no mailbox", "address", "This account has no mailbox"
    ),
    _problem(
        "auth-mechanism-unsupported",
        _OPERATOR,
        "The server offers no way to log in that the portal can use",
        "host",
        "Is this the right server?",
    ),
    _problem("imap-id-required", _OPERATOR, "The server wants to know which program is connecting"),
)

_NETWORK = (
    _problem("dns-not-found", _USER, "There is no server of this name", "host", "Check the spelling"),
    _problem("dns-resolver-failure", _OPERATOR, "The portal could not look up server names"),
    _problem(
        "address-not-allowed",
        _OPERATOR,
        "The portal may not connect to this address",
        "host",
        "An address inside a private network",
    ),
    _problem(
        "connection-refused", _USER, "Nothing answers at this server and port", "port host", "Check server and port"
    ),
    _problem("connection-timeout", _OPERATOR, "The server did not answer", "host port", "Check server and port"),
    _problem(
        "connection-dropped",
        _WAIT,
        "The server closed the connection",
        "port security",
        "If it stays: do port and security go together?",
    ),
    _problem("proxy-blocked", _OPERATOR, "A proxy did not let the connection through"),
)

_TLS = (
    _problem(
        "tls-wrong-port",
        _USER,
        "Port and connection security do not go together",
        "port security",
        "993 goes with TLS, 143 with STARTTLS",
    ),
    _problem(
        "tls-untrusted-cert",
        _OPERATOR,
        "The server's certificate is not from an issuer the portal trusts",
        "host",
        "Certificate not trusted",
    ),
    _problem(
        "tls-hostname-mismatch",
        _USER,
        "The server's certificate is for another name",
        "host",
        "Enter the name in the certificate",
    ),
    _problem("tls-expired", _ADMIN, "The server's certificate has expired", "host", "Certificate expired"),
    _problem("tls-too-old", _ADMIN, "The server only offers encryption that is too old", "host", "Encryption too old"),
)

_GREETING_AND_LIMITS = (
    _problem(
        "not-an-imap-server",
        _USER,
        "What answers there is not a mail server for IMAP",
        "host port",
        "Enter the IMAP server and port (993 or 143)",
    ),
    _problem(
        "login-disabled-use-tls",
        _USER,
        "The server takes no login without encryption",
        "security port",
        "Choose TLS or STARTTLS",
    ),
    _problem("too-many-connections", _WAIT, "Too many programs are connected to this mailbox"),
    _problem("rate-limited", _WAIT, "The provider asks to slow down"),
    _problem("server-unavailable", _WAIT, "The mail server has a passing problem"),
)

_AFTER_LOGIN = (
    _problem("mailbox-not-found", _USER, "The mailbox does not exist or cannot be opened", "address"),
    _problem(
        "mailbox-access-denied",
        _ADMIN,
        "The account may not open this mailbox",
        "address user",
        "Has this account access to the mailbox?",
    ),
    _problem("mailbox-full", _USER, "The mailbox is full"),
)

_NOT_KNOWN = (_problem(UNKNOWN, _USER, "The connection failed for a reason the portal does not know"),)

PROBLEMS: Mapping[str, Problem] = MappingProxyType(
    {
        problem.slug: problem
        for group in (
            _SIGN_IN_AND_CONSENT,
            _TOKENS,
            _LOGIN,
            _NETWORK,
            _TLS,
            _GREETING_AND_LIMITS,
            _AFTER_LOGIN,
            _NOT_KNOWN,
        )
        for problem in group
    }
)
