"""Recognises Microsoft Entra's error numbers; what each stands for is in the tables (`webapp.core.diagnosis.codes`).

Microsoft may add numbers at any time: one that is missing there is judged by its wording.
"""

from webapp.core.diagnosis.codes import CODES
from webapp.core.diagnosis.rules.rule import CodeTable

_ALTERNATIVES: dict[str, tuple[str, ...]] = {
    "consent-not-given": ("admin-consent-required", "scope-missing"),
    "client-unknown": ("wrong-tenant",),
    "wrong-account": ("personal-account-unsupported", "wrong-tenant"),
    "personal-account-unsupported": ("wrong-account", "wrong-tenant"),
    "wrong-tenant": ("wrong-account",),
    "mfa-required": ("conditional-access-blocked",),
    "conditional-access-blocked": ("mfa-required",),
    "reconnect-required": ("sign-in-restart", "session-policy-expiry"),
    "sign-in-restart": ("oauth-client-misconfigured",),
    "web-login-required": ("wrong-password",),
}

# "Error validating credentials" and "the request is not valid" stand before the number that tells.
_WRAPPERS = frozenset({70002, 50012, 70000, 90023})

AADSTS = CodeTable(
    marks=(" aadsts", " error codes ", " error code "),
    slugs={row.number: row.slug for row in CODES if row.number is not None},
    wrappers=_WRAPPERS,
    alternatives=_ALTERNATIVES,
)
