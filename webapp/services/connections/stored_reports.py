"""The stored reports of a connection, and what they come down to for a reader."""

from dataclasses import replace

from sqlalchemy import select

from webapp.models import CheckReport, Connection, db
from webapp.services.connections.check_result import CheckResult, HelpContext, help_context
from webapp.services.connections.checks import report_from_json
from webapp.services.providers import PROVIDERS


def latest_report(connection: Connection) -> CheckReport | None:
    """Return the last report that was stored."""
    return db.session.scalar(
        select(CheckReport)
        .where(CheckReport.connection_id == connection.id)
        .order_by(CheckReport.started_at.desc(), CheckReport.id.desc())
        .limit(1)
    )


def help_context_of(connection: Connection) -> HelpContext:
    """Collect what a problem page may fill in about a saved connection."""
    provider = PROVIDERS[connection.credential_type]
    return replace(help_context(provider.server(connection), connection.address), **provider.facts(connection))


def check_result_of(connection: Connection, stored: CheckReport) -> CheckResult:
    """Diagnose a stored report by what is known today."""
    server = PROVIDERS[connection.credential_type].server(connection)
    facts = help_context_of(connection)
    return CheckResult.of(report_from_json(stored.body), server, connection.address, facts=facts)
