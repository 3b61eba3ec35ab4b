"""How a hand-off stands: what is asked now, and whether it is fixed."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from werkzeug.utils import cached_property

from webapp.core.diagnosis import diagnose
from webapp.core.diagnosis.failure import Failure
from webapp.core.diagnosis.problem import Diagnosis
from webapp.models import CheckReport, CheckState, Connection, Handoff, db, utcnow
from webapp.services.connections.check_result import CheckResult, HelpContext
from webapp.services.connections.stored_reports import check_result_of, help_context_of, latest_report
from webapp.services.handoff.handoffs import failure_of
from webapp.services.providers.oauth.registration_facts import oauth_facts

# A stranger may have the mail server asked once in this time.
TEST_EVERY = timedelta(minutes=1)


class HandoffPhase(StrEnum):
    """Where a hand-off has got to."""

    ASKED = "asked"
    CHANGED = "changed"
    MENDED = "mended"


@dataclass(frozen=True)
class HandoffStatus:
    """A hand-off as it stands at this moment."""

    hand_off: Handoff

    @cached_property
    def connection(self) -> Connection | None:
        """Return the connection it is about; where it was asked before there was one, the one that came of it."""
        if self.hand_off.connection_id is not None:
            return db.session.get(Connection, self.hand_off.connection_id, populate_existing=True)
        return db.session.scalar(
            select(Connection)
            .where(
                Connection.address == self.hand_off.address,
                func.lower(Connection.user) == self.hand_off.mailbox.lower(),
                Connection.credential_type == self.hand_off.credential_type,
                Connection.created_at >= self.hand_off.asked_at,
            )
            .order_by(Connection.id.desc())
            .limit(1)
        )

    @cached_property
    def phase(self) -> HandoffPhase:
        """Return where it has got to."""
        connection = self.connection
        if connection is None or self._later is None:
            return HandoffPhase.ASKED
        if connection.state is CheckState.NOT_TESTED:
            return HandoffPhase.CHANGED
        return HandoffPhase.MENDED if self._later.passed else HandoffPhase.ASKED

    @property
    def resolved_at(self) -> datetime | None:
        """Return since when it works."""
        return self.connection.state_since if self.connection and self.phase is HandoffPhase.MENDED else None

    @cached_property
    def tested_at(self) -> datetime | None:
        """Return when it was tested last."""
        return self._newest.started_at if self._newest else None

    @property
    def seconds_to_wait(self) -> int:
        """Return how long it takes until the next test is allowed; 0 where it is."""
        if self.tested_at is None:
            return 0
        return max(0, round((self.tested_at + TEST_EVERY - utcnow()).total_seconds()))

    @cached_property
    def failure(self) -> Failure:
        """Return what a later test has failed by, else what was asked about."""
        found = self._verdict.report.failure if self._verdict else None
        return found or failure_of(self.hand_off)

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """Return the name of the problem that the failure comes down to."""
        return diagnose(self.failure)

    @cached_property
    def facts(self) -> HelpContext:
        """Collect what the problem's page may fill in."""
        connection, hand_off, who = self.connection, self.hand_off, self.diagnosis.problem.who.value
        if connection is not None:
            known = help_context_of(connection)
            return replace(known, who=who, account=known.account or hand_off.account)
        mailbox = hand_off.mailbox
        more = oauth_facts(hand_off.credential_type, account=hand_off.account, address=mailbox)
        return HelpContext(address=hand_off.address, user=mailbox, who=who, **more)

    @property
    def technical(self) -> str:
        """Write down what a person who fixes it may ask for."""
        return self._verdict.technical if self._verdict else self.hand_off.technical

    @property
    def original_problem_resolved(self) -> bool:
        """Return that another problem shows now than the one that was asked about."""
        return self.diagnosis.problem.slug != self.hand_off.problem

    @property
    def mark(self) -> str:
        """Tell one standing from another, for a page that waits for news."""
        return f"{self.phase.value}-{int(self.hand_off.opened_at is not None)}"

    @property
    def test_mark(self) -> str:
        """Tell one standing from another for a page that shows every test."""
        return f"{self.phase.value}-{self.tested_at.timestamp() if self.tested_at else 0:.3f}"

    @cached_property
    def _newest(self) -> CheckReport | None:
        return latest_report(self.connection) if self.connection else None

    @cached_property
    def _later(self) -> CheckReport | None:
        """Return the last report where it is younger than the question."""
        newest = self._newest
        return newest if newest is not None and newest.started_at > self.hand_off.asked_at else None

    @cached_property
    def _verdict(self) -> CheckResult | None:
        if self.connection is None or self._later is None or self._later.passed:
            return None
        return check_result_of(self.connection, self._later)
