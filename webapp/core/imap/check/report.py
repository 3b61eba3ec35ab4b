"""The outcome of a check: its timed steps and, where it failed, what was said."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from webapp.core.diagnosis.failure import Failure


class StepName(StrEnum):
    """The steps of a check, in the order of implicit TLS; with STARTTLS the greeting comes before TLS.

    The access token is a step only where one has to be obtained first.
    """

    ACCESS_TOKEN = "access_token"  # noqa: S105  (a step, no secret)
    LOOKUP = "lookup"
    CONNECT = "connect"
    TLS = "tls"
    GREETING = "greeting"
    AUTHENTICATE = "authenticate"
    INBOX = "inbox"
    MAILBOXES = "mailboxes"
    LOGOUT = "logout"


class Outcome(StrEnum):
    """How a step ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step: `detail` is what it found in plain words, `warning` what will bite later though it passed."""

    name: StepName
    outcome: Outcome
    seconds: float | None = None
    detail: str = ""
    warning: str = ""


@dataclass(frozen=True, kw_only=True)
class Report:
    """A whole check; it passed when nothing failed. `messages` counts INBOX, `mailboxes` what LIST returned."""

    started_at: datetime
    seconds: float
    steps: tuple[Step, ...]
    failure: Failure | None = None
    messages: int | None = None
    mailboxes: int | None = None

    @property
    def passed(self) -> bool:
        """Return whether every step that was due passed."""
        return self.failure is None

    @property
    def stopped_at(self) -> Step | None:
        """Return the step that failed."""
        return next((step for step in self.steps if step.outcome is Outcome.FAILED), None)
