"""The check: go down one list of steps, time each, stop at the first failure, log out. Knows no diagnosis."""

import logging
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from time import monotonic

from webapp.core.diagnosis.failure import Failure, Stage
from webapp.core.diagnosis.secret_masking import redact
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap.check.credential_source import CredentialSource, GrantFacts
from webapp.core.imap.check.report import Outcome, Report, Step, StepName
from webapp.core.imap.check.steps import STEPS, StepResult
from webapp.core.imap.check.token_refusal import explain_token_refusal
from webapp.core.imap.protocol.credentials import Credential
from webapp.core.imap.protocol.errors import ImapError
from webapp.core.imap.protocol.limits import Limits
from webapp.core.imap.protocol.server_settings import Network, Security, ServerSettings
from webapp.core.imap.protocol.session import Session
from webapp.core.net.server_text import redacted_line

_log = logging.getLogger(__name__)

_AUTHENTICATED_STEPS = (StepName.AUTHENTICATE, StepName.INBOX, StepName.MAILBOXES)
_IMPLICIT_TLS_ORDER = (StepName.LOOKUP, StepName.CONNECT, StepName.TLS, StepName.GREETING, *_AUTHENTICATED_STEPS)
_STARTTLS_ORDER = (StepName.LOOKUP, StepName.CONNECT, StepName.GREETING, StepName.TLS, *_AUTHENTICATED_STEPS)
_ORDER = {Security.TLS: _IMPLICIT_TLS_ORDER, Security.STARTTLS: _STARTTLS_ORDER, Security.NONE: _IMPLICIT_TLS_ORDER}

_STAGES = {
    StepName.ACCESS_TOKEN: Stage.TOKEN,
    StepName.LOOKUP: Stage.NETWORK,
    StepName.CONNECT: Stage.NETWORK,
    StepName.TLS: Stage.TLS,
    StepName.GREETING: Stage.GREETING,
    StepName.AUTHENTICATE: Stage.AUTH,
    StepName.INBOX: Stage.MAILBOX,
    StepName.MAILBOXES: Stage.MAILBOX,
}

# Where a server says what it thinks of a token.
_STEPS_THAT_MAY_REFUSE_A_TOKEN = (StepName.AUTHENTICATE, StepName.INBOX)


def run_check(
    server: ServerSettings,
    credential: Credential | CredentialSource,
    *,
    network: Network,
    provider: str | None = None,
    limits: Limits | None = None,
) -> Report:
    """Try a connection from its credential to the list of its mailboxes; whatever happens is in the report.

    Where the credential has to be obtained first, that is a step of its own, and nothing is connected to before it.
    """
    check = _CheckRun(server.user, provider)
    known = check.get_credential(credential) if callable(credential) else credential
    with Session(server, network, (limits or Limits()).after(check.seconds)) as session:
        check.run_steps(session, known, _ORDER[server.security])
        check.log_out(session)
    return check.report()


class SessionOpenError(ImapError):
    """A session could not be opened; the report says where it stopped."""

    def __init__(self, report: Report, failure: Failure) -> None:
        super().__init__(failure.text, symptom=failure.symptom)
        self.stage = failure.stage or Stage.NETWORK
        self.report = report
        self._failure = failure

    def failure(self, provider: str | None) -> Failure:
        """Return the failure as the check has found it: it knows more than who asks now."""
        return self._failure


def open_session(
    server: ServerSettings,
    credential: Credential | CredentialSource,
    *,
    network: Network,
    provider: str | None = None,
    limits: Limits | None = None,
) -> Session:
    """Take the steps of a check up to the sign-in and return the session; raise `NotOpenedError` where one fails."""
    check = _CheckRun(server.user, provider)
    known = check.get_credential(credential) if callable(credential) else credential
    session = Session(server, network, (limits or Limits()).after(check.seconds))
    try:
        check.run_steps(session, known, _ORDER[server.security], until=StepName.AUTHENTICATE)
        if check.failure is not None:
            check.log_out(session)
            raise SessionOpenError(check.report(), check.failure)
    except BaseException:
        session.close()
        raise
    return session


class _CheckRun:
    def __init__(self, user: str, provider: str | None) -> None:
        self._user = user
        self._provider = provider
        self._started_at = datetime.now(UTC)
        self._begun = monotonic()
        self._steps: list[Step] = []
        self._counts: dict[StepName, int | None] = {}
        self.failure: Failure | None = None
        self._secrets: tuple[str, ...] = ()
        self._evidence: GrantFacts | None = None

    @property
    def seconds(self) -> float:
        """Return the time that has been used."""
        return monotonic() - self._begun

    def get_credential(self, source: CredentialSource) -> Credential | None:
        """Get the credential, the first step of all."""
        found: list[Credential] = []

        def ask() -> StepResult:
            obtained = source()
            found.append(obtained.credential)
            self._evidence = obtained.evidence
            return StepResult(detail=obtained.detail, warning=obtained.warning)

        self._run_step(StepName.ACCESS_TOKEN, ask)
        return found[0] if found else None

    def run_steps(
        self,
        session: Session,
        credential: Credential | None,
        names: tuple[StepName, ...],
        *,
        until: StepName | None = None,
    ) -> None:
        """Take the steps in their order until one fails, or the last that is wanted; without a credential, none."""
        self._secrets = credential.secrets if credential else ()
        enough = False
        for name in names:
            if credential is None or self.failure is not None or enough:
                self._steps.append(Step(name=name, outcome=Outcome.NOT_REACHED))
            else:
                self._run_step(name, partial(STEPS[name], session, credential))
                enough = name is until

    def log_out(self, session: Session) -> None:
        """Log out if there is anybody to say it to; a failure here takes nothing away from the check."""
        begun = monotonic()
        if not self._can_log_out(session):
            self._steps.append(Step(name=StepName.LOGOUT, outcome=Outcome.NOT_REACHED))
            return
        outcome, detail = Outcome.PASSED, ""
        try:
            session.log_out()
        except Exception as error:
            outcome, detail = Outcome.SKIPPED, redacted_line(error, self._secrets)
        self._steps.append(Step(name=StepName.LOGOUT, outcome=outcome, seconds=monotonic() - begun, detail=detail))

    def _can_log_out(self, session: Session) -> bool:
        failure = self.failure
        refused = (
            failure is not None and failure.stage in {Stage.AUTH, Stage.MAILBOX} and failure.symptom != Symptom.DROPPED
        )
        return session.has_greeting and (failure is None or refused)

    def report(self) -> Report:
        """Put everything together."""
        return Report(
            started_at=self._started_at,
            seconds=self.seconds,
            steps=tuple(self._steps),
            failure=self.failure,
            messages=self._counts.get(StepName.INBOX),
            mailboxes=self._counts.get(StepName.MAILBOXES),
        )

    def _run_step(self, name: StepName, act: Callable[[], StepResult]) -> None:
        begun = monotonic()
        try:
            found = act()
        except Exception as error:
            self.failure = failure = self._failure_from(name, error)
            spent = monotonic() - begun
            self._steps.append(Step(name=name, outcome=Outcome.FAILED, seconds=spent, detail=failure.text))
            return
        self._counts[name] = found.count
        self._steps.append(
            Step(
                name=name,
                outcome=found.outcome,
                seconds=monotonic() - begun,
                detail=found.detail,
                warning=found.warning,
            )
        )

    def _failure_from(self, name: StepName, error: Exception) -> Failure:
        secrets = self._secrets
        if isinstance(error, ImapError):
            text = redacted_line(error.text, secrets)
            failure = Failure(text=text, stage=error.stage, provider=self._provider, symptom=error.symptom)
            if self._evidence is None or name not in _STEPS_THAT_MAY_REFUSE_A_TOKEN:
                return failure
            return explain_token_refusal(failure, self._user, self._evidence)
        # Not foreseen, so worth a look; an exception's text may quote what was sent.
        _log.error("A check failed at %s in a way not foreseen\n%s", name, redact(traceback.format_exc(), *secrets))
        text = redacted_line(f"{type(error).__name__}: {error}", secrets)
        return Failure(text=text, stage=_STAGES[name], provider=self._provider)
