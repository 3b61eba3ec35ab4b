"""The steps of a session: what each does with it, and what it found in plain words. Knows no order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from webapp.core.imap.check.report import Outcome, StepName
from webapp.core.imap.protocol.credentials import Credential
from webapp.core.imap.protocol.server_settings import Security
from webapp.core.imap.protocol.session import Session
from webapp.core.phrases import plural

_SOON = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class StepResult:
    """What a step that did not fail has found."""

    detail: str
    warning: str = ""
    outcome: Outcome = Outcome.PASSED
    count: int | None = None


def _resolve(session: Session, _: Credential) -> StepResult:
    return StepResult(detail=", ".join(session.resolve()))


def _connect(session: Session, _: Credential) -> StepResult:
    session.connect()
    return StepResult(detail=f"port {session.server.port}")


def _start_tls(session: Session, credential: Credential) -> StepResult:
    if session.server.security is Security.NONE:
        shown = "access token" if credential.password is None else "password"
        return StepResult(
            detail="not encrypted",
            warning=f"Everybody on the way can read the {shown} and the mail",
            outcome=Outcome.SKIPPED,
        )
    tls = session.start_tls()
    left, day = tls.expires - datetime.now(UTC), f"{tls.expires.day} {tls.expires:%b %Y}"
    return StepResult(
        detail=f"{tls.protocol}, {tls.issuer}, certificate until {day}",
        warning=f"The certificate expires on {day}, in {plural(left.days, 'day')}" if left < _SOON else "",
    )


def _read_greeting(session: Session, _: Credential) -> StepResult:
    return StepResult(detail=session.read_greeting()[:200])


def _authenticate(session: Session, credential: Credential) -> StepResult:
    if session.preauthenticated:
        return StepResult(detail="the server lets this address in without a password", outcome=Outcome.SKIPPED)
    how = session.authenticate(credential)
    return StepResult(detail=how, warning=session.alerts)


def _open_inbox(session: Session, _: Credential) -> StepResult:
    count = session.examine()
    return StepResult(detail="opened read-only" if count is None else plural(count, "message"), count=count)


def _list_mailboxes(session: Session, _: Credential) -> StepResult:
    count = session.count_mailboxes()
    return StepResult(detail=plural(count, "mailbox", "mailboxes"), count=count)


STEPS: Mapping[StepName, Callable[[Session, Credential], StepResult]] = {
    StepName.LOOKUP: _resolve,
    StepName.CONNECT: _connect,
    StepName.TLS: _start_tls,
    StepName.GREETING: _read_greeting,
    StepName.AUTHENTICATE: _authenticate,
    StepName.INBOX: _open_inbox,
    StepName.MAILBOXES: _list_mailboxes,
}
