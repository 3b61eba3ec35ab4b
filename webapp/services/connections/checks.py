"""Runs the check of a saved connection and remembers it: one at a time a connection, no transaction open meanwhile."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import TypeAdapter
from sqlalchemy import bindparam, delete, insert, or_, select, update

from webapp.config.app_state import check_limits, current_network
from webapp.core.imap import Report, run_check
from webapp.models import CheckReport, CheckState, Connection, db, utcnow
from webapp.services.connections.check_result import CheckResult, help_context
from webapp.services.providers import PROVIDERS, ConnectionTarget

MAX_STORED_REPORTS = 50
"""How many reports a connection keeps."""

# A check ends within 20 s; a claim older than this was left by a process that died.
_LEASE_DURATION = timedelta(seconds=25)

# Built once: they run with every check.
_THIS = Connection.id == bindparam("one")
_ACQUIRE_LEASE = (
    update(Connection)
    .where(_THIS, or_(Connection.checking_until.is_(None), Connection.checking_until < bindparam("now")))
    .values(checking_until=bindparam("until"))
    .returning(Connection)
    .execution_options(synchronize_session=False, populate_existing=True)
)
_RELEASE_LEASE = update(Connection).where(_THIS).values(checking_until=None)
_STORE_STATE = (
    update(Connection)
    .where(_THIS, Connection.version == bindparam("seen"))
    .values(
        state=bindparam("new_state"),
        state_since=bindparam("since"),
        last_checked_at=bindparam("now"),
        last_seconds=bindparam("seconds"),
        last_verdict=bindparam("short"),
        last_problem=bindparam("slug"),
        checking_until=None,
    )
)
_INSERT_REPORT = insert(CheckReport).returning(CheckReport.id)
_DELETE_OLD_REPORTS = delete(CheckReport).where(
    CheckReport.connection_id == bindparam("one"),
    CheckReport.id
    <= select(CheckReport.id)
    .where(CheckReport.connection_id == bindparam("one"))
    .order_by(CheckReport.id.desc())
    .offset(bindparam("kept"))
    .limit(1)
    .scalar_subquery(),
)
_REPORT = TypeAdapter(Report)


class ConnectionNotFoundError(Exception):
    """There is no such connection."""


class AlreadyRunningError(Exception):
    """A check of this connection is running."""


def report_json(report: Report) -> str:
    """Write a report as JSON."""
    return _REPORT.dump_json(report, by_alias=True).decode()


def report_from_json(text: str) -> Report:
    """Read a report from JSON."""
    return _REPORT.validate_json(text)


def run_check_for(target: ConnectionTarget, address: str) -> CheckResult:
    """Check what a person typed; nothing is stored, and the database is released while the network is waited for."""
    db.session.commit()
    report = run_check(
        target.server,
        target.credential,
        network=current_network(),
        provider=target.provider,
        limits=check_limits(),
    )
    facts = help_context(target.server, address)
    return CheckResult.of(
        report, target.server, address, facts=facts if report.passed else replace(facts, **target.facts())
    )


@dataclass(frozen=True)
class StoredReport:
    """What a stored report made of its connection, which is here as it was read before the check."""

    connection: Connection
    report_id: int
    state: CheckState
    since: datetime


def check_and_store(connection_id: int) -> tuple[CheckResult, StoredReport | None]:
    """Check a saved connection and store the report.

    The report is not kept when the connection was deleted or changed meanwhile. Raises `GoneError` where there is none,
    `AlreadyRunningError`, and `SecretBoxError`.
    """
    connection = _acquire_lease(connection_id)
    try:
        verdict = run_check_for(
            PROVIDERS[connection.credential_type].target_from_record(connection), connection.address
        )
    except BaseException:
        _release_lease(connection_id)
        raise
    return verdict, store_report(connection, verdict)


def _acquire_lease(connection_id: int) -> Connection:
    """Read a connection and take it for one check, in one statement and a transaction that ends with it."""
    now = utcnow()
    connection = db.session.scalar(_ACQUIRE_LEASE, {"one": connection_id, "now": now, "until": now + _LEASE_DURATION})
    db.session.commit()
    if connection is not None:
        return connection
    raise ConnectionNotFoundError if db.session.get(Connection, connection_id) is None else AlreadyRunningError


def _release_lease(connection_id: int) -> None:
    db.session.connection().execute(_RELEASE_LEASE, {"one": connection_id})
    db.session.commit()


def store_report(connection: Connection, verdict: CheckResult) -> StoredReport | None:
    """Store a report and what it says of the connection, unless that was deleted or changed since it was read."""
    report = verdict.report
    state = CheckState.WORKS if verdict.passed else CheckState.FAILS
    now = utcnow()
    # A state holds since it was first found, not since it was last confirmed.
    since = connection.state_since if connection.state is state and connection.state_since else now
    found = {
        "new_state": state,
        "since": since,
        "now": now,
        "seconds": report.seconds,
        "short": verdict.short[:300],
        "slug": verdict.slug,
    }
    transaction = db.session.connection()
    if not transaction.execute(_STORE_STATE, {"one": connection.id, "seen": connection.version, **found}).rowcount:
        transaction.execute(_RELEASE_LEASE, {"one": connection.id})
        db.session.commit()
        return None
    stored = {
        "connection_id": connection.id,
        "started_at": report.started_at,
        "seconds": report.seconds,
        "passed": report.passed,
        "verdict": verdict.sentence[:300],
        "problem": verdict.slug,
        "body": report_json(report),
    }
    report_id = transaction.execute(_INSERT_REPORT, stored).scalar_one()
    transaction.execute(_DELETE_OLD_REPORTS, {"one": connection.id, "kept": MAX_STORED_REPORTS})
    db.session.commit()
    return StoredReport(connection, report_id, state, since)
