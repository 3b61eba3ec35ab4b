"""Runs the check of a saved connection and remembers it: one at a time a connection, no transaction open meanwhile."""

from datetime import timedelta

from pydantic import TypeAdapter
from sqlalchemy import bindparam, case, delete, insert, or_, select, update

from webapp.connections.verdict import Verdict
from webapp.imap import Report, run_check
from webapp.models import CheckReport, Connection, State, db, utcnow
from webapp.providers import PROVIDERS, Target
from webapp.vault import current_limits, current_network

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
)
_RELEASE = update(Connection).where(_THIS).values(checking_until=None)
_CONCLUDE = (
    update(Connection)
    .where(_THIS, Connection.version == bindparam("seen"))
    .values(
        state=bindparam("new_state"),
        # A state holds since it was first found, not since it was last confirmed.
        state_since=case(
            (Connection.state == bindparam("same_state"), Connection.state_since), else_=bindparam("since")
        ),
        last_checked_at=bindparam("now"),
        last_seconds=bindparam("seconds"),
        last_verdict=bindparam("short"),
        last_problem=bindparam("slug"),
        checking_until=None,
    )
)
_STORE = insert(CheckReport)
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
    """Take the connection within the transaction that read it, and end that."""
    now = utcnow()
    claimed = db.session.connection().execute(_CLAIM, {"one": connection_id, "now": now, "until": now + _CLAIM_LASTS})
    db.session.commit()
    if not claimed.rowcount:
        raise AlreadyRunningError


def _release(connection_id: int) -> None:
    db.session.connection().execute(_RELEASE, {"one": connection_id})
    db.session.commit()


def keep(connection_id: int, version: int, verdict: Verdict) -> bool:
    """Store a report and what it says of the connection, unless that was deleted or changed since `version`."""
    report = verdict.report
    state, now = State.WORKS if verdict.passed else State.FAILS, utcnow()
    found = {
        # PostgreSQL deduces a type for each parameter from its one place, so those of two places have two names.
        "new_state": state,
        "same_state": state,
        "now": now,
        "since": now,
        "seconds": report.seconds,
        "short": verdict.short[:300],
        "slug": verdict.slug,
    }
    stored = {
        "connection_id": connection_id,
        "started_at": report.started_at,
        "seconds": report.seconds,
        "passed": report.passed,
        "verdict": verdict.sentence[:300],
        "problem": verdict.slug,
        "body": report_json(report),
    }
    transaction = db.session.connection()
    kept = bool(transaction.execute(_CONCLUDE, {"one": connection_id, "seen": version, **found}).rowcount)
    if kept:
        transaction.execute(_STORE, stored)
        transaction.execute(_FORGET, {"one": connection_id, "kept": KEPT})
    else:
        transaction.execute(_RELEASE, {"one": connection_id})
    db.session.commit()
    return kept
