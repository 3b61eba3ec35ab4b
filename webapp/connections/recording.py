"""Runs the check of a saved connection and remembers it: one at a time a connection, no transaction open meanwhile."""

from datetime import timedelta

from pydantic import TypeAdapter
from sqlalchemy import delete, insert, or_, select, update

from webapp.connections.verdict import Verdict
from webapp.imap import Report, run_check
from webapp.models import CheckReport, Connection, State, db, utcnow, write_transaction
from webapp.providers import PROVIDERS, Target
from webapp.vault import current_network

KEPT = 50
"""How many reports a connection keeps."""

# A check ends within 20 s; a claim older than this was left by a process that died.
_CLAIM = timedelta(seconds=25)
_REPORT = TypeAdapter(Report)


class AlreadyRunningError(Exception):
    """A check of this connection is running."""


def report_json(report: Report) -> str:
    """Write a report as JSON."""
    return _REPORT.dump_json(report).decode()


def report_from_json(text: str) -> Report:
    """Read a report from JSON."""
    return _REPORT.validate_json(text)


def check_target(target: Target, address: str) -> Verdict:
    """Check what somebody typed; nothing is stored, and the database is let go while the network is waited for."""
    db.session.commit()
    report = run_check(target.server, target.credential, network=current_network(), provider=target.provider)
    return Verdict.of(report, target.server, address)


def check_connection(connection: Connection) -> tuple[Verdict, bool]:
    """Check a saved connection and store the report; raise `AlreadyRunningError`, `SecretBoxError`.

    The second value says whether the report was kept: not when the connection was deleted or changed meanwhile.
    """
    connection_id, version, address = connection.id, connection.version, connection.address
    target = PROVIDERS[connection.credential_type].stored(connection)
    _claim(connection_id)
    try:
        verdict = check_target(target, address)
    except BaseException:
        _release(connection_id)
        raise
    return verdict, keep(connection_id, version, verdict)


def _claim(connection_id: int) -> None:
    db.session.commit()
    now = utcnow()
    free = or_(Connection.checking_until.is_(None), Connection.checking_until < now)
    with write_transaction() as transaction:
        claimed = transaction.execute(
            update(Connection).where(Connection.id == connection_id, free).values(checking_until=now + _CLAIM)
        )
    if not claimed.rowcount:
        raise AlreadyRunningError


def _release(connection_id: int) -> None:
    with write_transaction() as transaction:
        transaction.execute(update(Connection).where(Connection.id == connection_id).values(checking_until=None))


def keep(connection_id: int, version: int, verdict: Verdict) -> bool:
    """Store a report and what it says of the connection, unless that was deleted or changed since `version`."""
    report = verdict.report
    now = utcnow()
    state = State.WORKS if verdict.passed else State.FAILS
    with write_transaction() as transaction:
        known = transaction.execute(
            select(Connection.state, Connection.state_since, Connection.version).where(Connection.id == connection_id)
        ).first()
        if known is None:
            return False
        if known.version != version:
            transaction.execute(update(Connection).where(Connection.id == connection_id).values(checking_until=None))
            return False
        transaction.execute(
            update(Connection)
            .where(Connection.id == connection_id)
            .values(
                state=state,
                state_since=known.state_since if known.state is state else now,
                last_checked_at=now,
                last_seconds=report.seconds,
                last_verdict=verdict.short[:300],
                last_problem=verdict.slug,
                checking_until=None,
            )
        )
        transaction.execute(
            insert(CheckReport).values(
                connection_id=connection_id,
                started_at=report.started_at,
                seconds=report.seconds,
                passed=report.passed,
                verdict=verdict.sentence[:300],
                problem=verdict.slug,
                body=report_json(report),
            )
        )
        oldest = (
            select(CheckReport.id)
            .where(CheckReport.connection_id == connection_id)
            .order_by(CheckReport.id.desc())
            .offset(KEPT)
            .limit(1)
            .scalar_subquery()
        )
        transaction.execute(
            delete(CheckReport).where(CheckReport.connection_id == connection_id, CheckReport.id <= oldest)
        )
    return True
