"""Takes note of a connection that could not be opened for use: it has failed just as it would have in a test."""

from webapp.core.diagnosis import diagnose
from webapp.core.diagnosis.problem import Actor
from webapp.core.imap.check.run import SessionOpenError
from webapp.core.imap.protocol.errors import is_transient
from webapp.models import CheckState, Connection, db, writes
from webapp.services.connections.check_result import CheckResult
from webapp.services.connections.checks import store_report
from webapp.services.connections.stored_reports import help_context_of
from webapp.services.providers import PROVIDERS


def record_permanent_failure(connection: Connection, error: SessionOpenError) -> None:
    """Keep what a program has met, unless it passes by itself: no one is there who would test again in the morning."""
    if not is_transient(error) and diagnose(error.failure(None)).problem.who is not Actor.WAIT:
        record_open_failure(connection, error)


def record_open_failure(connection: Connection, error: SessionOpenError) -> CheckResult:
    """Keep what opening a mailbox has found, unless it is known already, and return it.

    Once is enough: what is tried again and again must not push the tests before it out of the list.
    """
    server = PROVIDERS[connection.credential_type].server(connection)
    verdict = CheckResult.of(error.report, server, connection.address, facts=help_context_of(connection))
    if connection.state is not CheckState.FAILS or connection.last_problem != verdict.slug:
        db.session.commit()
        writes.set(True)  # a look that has found something
        store_report(connection, verdict)
    return verdict
