"""The check: go down one list of steps, time each, stop at the first failure, say goodbye. Knows no diagnosis."""

import logging
import traceback
from datetime import UTC, datetime
from time import monotonic

from webapp.diagnosis.failure import Failure, Stage
from webapp.diagnosis.masking import mask
from webapp.imap.budget import Limits
from webapp.imap.credentials import Credential
from webapp.imap.errors import ImapError, Sign
from webapp.imap.report import Outcome, Report, Step, StepName
from webapp.imap.server import Network, Security, ServerSettings
from webapp.imap.session import Session
from webapp.imap.steps import STEPS
from webapp.imap.texts import quote

_log = logging.getLogger(__name__)

_INSIDE = (StepName.AUTHENTICATE, StepName.INBOX, StepName.MAILBOXES)
_TLS_FIRST = (StepName.LOOKUP, StepName.CONNECT, StepName.TLS, StepName.GREETING, *_INSIDE)
_GREETING_FIRST = (StepName.LOOKUP, StepName.CONNECT, StepName.GREETING, StepName.TLS, *_INSIDE)
_ORDER = {Security.TLS: _TLS_FIRST, Security.STARTTLS: _GREETING_FIRST, Security.NONE: _TLS_FIRST}

_STAGES = {
    StepName.LOOKUP: Stage.NETWORK,
    StepName.CONNECT: Stage.NETWORK,
    StepName.TLS: Stage.TLS,
    StepName.GREETING: Stage.GREETING,
    StepName.AUTHENTICATE: Stage.AUTH,
    StepName.INBOX: Stage.MAILBOX,
    StepName.MAILBOXES: Stage.MAILBOX,
}


def run_check(
    server: ServerSettings,
    credential: Credential,
    *,
    network: Network,
    provider: str | None = None,
    limits: Limits | None = None,
) -> Report:
    """Try a connection from the server's name to the list of its mailboxes; whatever happens is in the report."""
    with Session(server, network, limits) as session:
        check = _Check(session, credential, provider)
        check.go(_ORDER[server.security])
        check.say_goodbye()
    return check.report()


class _Check:
    def __init__(self, session: Session, credential: Credential, provider: str | None) -> None:
        self._session = session
        self._credential = credential
        self._provider = provider
        self._started_at = datetime.now(UTC)
        self._begun = monotonic()
        self._steps: list[Step] = []
        self._counts: dict[StepName, int | None] = {}
        self._failure: Failure | None = None

    def go(self, names: tuple[StepName, ...]) -> None:
        """Take the steps in their order until one fails."""
        for name in names:
            due = self._failure is None
            self._steps.append(self._take(name) if due else Step(name=name, outcome=Outcome.NOT_REACHED))

    def say_goodbye(self) -> None:
        """Log out if there is anybody to say it to; a failure here takes nothing away from the check."""
        begun = monotonic()
        if not self._on_speaking_terms():
            self._steps.append(Step(name=StepName.LOGOUT, outcome=Outcome.NOT_REACHED))
            return
        outcome, detail = Outcome.PASSED, ""
        try:
            self._session.log_out()
        except Exception as error:
            outcome, detail = Outcome.SKIPPED, quote(error, self._credential.secrets)
        self._steps.append(Step(name=StepName.LOGOUT, outcome=outcome, seconds=monotonic() - begun, detail=detail))

    def _on_speaking_terms(self) -> bool:
        failure = self._failure
        refused = failure is not None and failure.stage in {Stage.AUTH, Stage.MAILBOX} and failure.sign != Sign.DROPPED
        return self._session.greeted and (failure is None or refused)

    def report(self) -> Report:
        """Put everything together."""
        return Report(
            started_at=self._started_at,
            seconds=monotonic() - self._begun,
            steps=tuple(self._steps),
            failure=self._failure,
            messages=self._counts.get(StepName.INBOX),
            mailboxes=self._counts.get(StepName.MAILBOXES),
        )

    def _take(self, name: StepName) -> Step:
        begun = monotonic()
        try:
            found = STEPS[name](self._session, self._credential)
        except Exception as error:
            self._failure = self._failed(name, error)
            return Step(name=name, outcome=Outcome.FAILED, seconds=monotonic() - begun, detail=self._failure.text)
        self._counts[name] = found.count
        return Step(
            name=name,
            outcome=found.outcome,
            seconds=monotonic() - begun,
            detail=found.detail,
            warning=found.warning,
        )

    def _failed(self, name: StepName, error: Exception) -> Failure:
        secrets = self._credential.secrets
        if isinstance(error, ImapError):
            return Failure(text=quote(error.text, secrets), stage=error.stage, provider=self._provider, sign=error.sign)
        # Not foreseen, so worth a look; an exception's text may quote what was sent.
        _log.error("A check failed at %s in a way not foreseen\n%s", name, mask(traceback.format_exc(), *secrets))
        text = quote(f"{type(error).__name__}: {error}", secrets)
        return Failure(text=text, stage=_STAGES[name], provider=self._provider)
