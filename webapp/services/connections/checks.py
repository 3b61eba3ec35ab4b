"""Runs the check of a saved connection and remembers it: one at a time a connection, no transaction open meanwhile."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import TypeAdapter
from sqlalchemy import bindparam, delete, insert, or_, select, update

from webapp.config.app_state import current_limits, current_network
from webapp.core.imap import Report, run_check
from webapp.models import CheckReport, Connection, State, db, utcnow
from webapp.services.connections.check_result import Verdict, facts_of
from webapp.services.providers import PROVIDERS, Target

KEPT = 50
"""How many reports a connection keeps."""

# A check ends within 20 s; a claim older than this was left by a process that died.
_CLAIM_LASTS = timedelta(seconds=25)

# Built once: they run with every check.
_THIS = Connection.id == bindparam("one")
_CLAIM = (
    update(Connection)
    .where(_THIS, or_(Connection.checking_until.is_(None), Connection.checking_until < bindparam("now")))
    .values(checking_until=bindparam("until"))
    .returning(Connection)
    .execution_options(synchronize_session=False, populate_existing=True)
)
_RELEASE = update(Connection).where(_THIS).values(checking_until=None)
_CONCLUDE = (
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
_STORE = insert(CheckReport).returning(CheckReport.id)
_FORGET = delete(CheckReport).where(
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


class GoneError(Exception):
    """There is no such connection."""


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
    report = run_check(
        target.server,
        target.credential,
        network=current_network(),
        provider=target.provider,
        limits=current_limits(),
    )
    facts = facts_of(target.server, address)
    return Verdict.of(
        report, target.server, address, facts=facts if report.passed else replace(facts, **target.facts())
    )


@dataclass(frozen=True)
class Kept:
    """What a stored report made of its connection, which is here as it was read before the check."""

    connection: Connection
    report_id: int
    state: State
    since: datetime


def check_connection(connection_id: int) -> tuple[Verdict, Kept | None]:
    """Check a saved connection and store the report.

    The report is not kept when the connection was deleted or changed meanwhile. Raises `GoneError` where there is none,
    `AlreadyRunningError`, and `SecretBoxError`.
    """
    connection = _claim(connection_id)
    try:
        verdict = check_target(PROVIDERS[connection.credential_type].stored(connection), connection.address)
    except BaseException:
        _release(connection_id)
        raise
    return verdict, keep(connection, verdict)


def _claim(connection_id: int) -> Connection:
    """Read a connection and take it for one check, in one statement and a transaction that ends with it."""
    now = utcnow()
    connection = db.session.scalar(_CLAIM, {"one": connection_id, "now": now, "until": now + _CLAIM_LASTS})
    db.session.commit()
    if connection is not None:
        return connection
    raise GoneError if db.session.get(Connection, connection_id) is None else AlreadyRunningError


def _release(connection_id: int) -> None:
    db.session.connection().execute(_RELEASE, {"one": connection_id})
    db.session.commit()


def keep(connection: Connection, verdict: Verdict) -> Kept | None:
    """Store a report and what it says of the connection, unless that was deleted or changed since it was read."""
    report = verdict.report
    state = State.WORKS if verdict.passed else State.FAILS
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
    if not transaction.execute(_CONCLUDE, {"one": connection.id, "seen": connection.version, **found}).rowcount:
        transaction.execute(_RELEASE, {"one": connection.id})
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
    report_id = transaction.execute(_STORE, stored).scalar_one()
    transaction.execute(_FORGET, {"one": connection.id, "kept": KEPT})
    db.session.commit()
    return Kept(connection, report_id, state, since)
