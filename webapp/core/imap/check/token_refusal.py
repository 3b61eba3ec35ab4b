"""Compare a refusal with what is known of the grant, and say what that makes of it. Knows no network and no page.

Servers refuse a token for five reasons in the same few words. Only what is beyond doubt is said here; whether it
outweighs the server's words is the diagnosis's to decide.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime

from webapp.core.diagnosis.failure import Failure, Stage
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap.check.credential_source import GrantFacts
from webapp.core.net.server_text import single_line

# A NO is about the token or the mailbox; a BAD is about the command, whatever was granted.
_REFUSED = re.compile(r"AUTHENTICATE \S+: NO\b")
# Exchange lets everybody in who has a good token, and says only then that there is no mailbox for them.
_NOT_CONNECTED = re.compile(r"authenticated but not connected", re.IGNORECASE)
_HOST = re.compile(r"https?://([^/:?#]+)")

# Names of one and the same: a service by which a scope may be spelt, a domain of one and the same mailboxes.
_SAME_SERVICE = {
    "outlook.office365.com": "outlook.office.com",
    "00000002-0000-0ff1-ce00-000000000000": "outlook.office.com",
    "00000003-0000-0000-c000-000000000000": "graph.microsoft.com",
}
_SAME_DOMAIN = {"googlemail.com": "gmail.com"}


def explain_token_refusal(failure: Failure, user: str, evidence: GrantFacts, *, now: datetime | None = None) -> Failure:
    """Return the failure with the symptom that the grant adds to it and the comparison in words, or as it is."""
    symptom = _symptom(failure, user, evidence, now or datetime.now(UTC))
    if symptom is None:
        return failure
    return replace(failure, symptom=symptom, text=f"{failure.text} ({_compared(user, evidence)})")


def _symptom(failure: Failure, user: str, evidence: GrantFacts, now: datetime) -> Symptom | None:
    not_connected = bool(_NOT_CONNECTED.search(failure.text))
    # Exchange hangs up after these words. Any other symptom says that the refusal is not about the token.
    if failure.symptom not in ((None, Symptom.DROPPED) if not_connected else (None,)):
        return None
    refused = failure.stage is Stage.AUTH and _REFUSED.match(failure.text) is not None
    if not (refused or not_connected or failure.stage is Stage.MAILBOX):
        return None
    if _is_for_another_service(evidence):
        return Symptom.TOKEN_FOR_ANOTHER_SERVICE
    if evidence.scopes is not None and _plain(evidence.mail_scope) not in map(_plain, evidence.scopes):
        return Symptom.SCOPE_NOT_IN_GRANT
    if evidence.account and not _same_account(user, evidence.account):
        return Symptom.ANOTHER_SIGNED_IN if refused and not not_connected else Symptom.MAILBOX_OF_ANOTHER
    if not_connected and evidence.account:
        return Symptom.OWN_MAILBOX_NOT_CONNECTED
    return Symptom.GRANT_IN_ORDER if refused and _is_acceptable(evidence, now) else None


def _is_acceptable(evidence: GrantFacts, now: datetime) -> bool:
    fresh = evidence.expires_at is not None and evidence.expires_at > now
    return fresh and bool(evidence.account) and evidence.scopes is not None


def _is_for_another_service(evidence: GrantFacts) -> bool:
    audience, wanted = _service(evidence.audience), _service(evidence.mail_scope)
    # An audience that is neither an address nor a number known here proves nothing.
    return bool(audience and wanted) and audience != wanted


def _service(name: str) -> str:
    """Return the service of a scope or an audience: its host, or what its number stands for; empty if neither."""
    found = _HOST.match(name.casefold())
    host = found[1] if found else name.casefold()
    return _SAME_SERVICE.get(host, host if found else "")


def _plain(scope: str) -> str:
    found = _HOST.match(scope.casefold())
    return (_service(scope) + scope.casefold()[found.end() :] if found else scope.casefold()).rstrip("/")


def _same_account(one: str, other: str) -> bool:
    return _plain_address(one) == _plain_address(other)


def _plain_address(address: str) -> str:
    local, _, domain = address.strip().casefold().rpartition("@")
    return f"{local}@{_SAME_DOMAIN.get(domain, domain)}"


def _compared(user: str, evidence: GrantFacts) -> str:
    granted = None if evidence.scopes is None else " ".join(sorted(evidence.scopes)) or "nothing"
    known = {
        "mailbox": user,
        "signed in": evidence.account,
        "granted": granted,
        "needed": evidence.mail_scope,
        "token for": evidence.audience,
    }
    return "; ".join(f"{name}: {single_line(value)[:300]}" for name, value in known.items() if value)
