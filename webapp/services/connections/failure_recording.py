"""Takes note of a connection that could not be opened for use: it has failed just as it would have in a test."""

from webapp.core.diagnosis import diagnose
from webapp.core.diagnosis.problem import Who
from webapp.core.imap.check.run import NotOpenedError
from webapp.core.imap.protocol.errors import is_passing
from webapp.models import Connection, State, db, writes
from webapp.services.connections.check_result import Verdict
from webapp.services.connections.checks import keep
from webapp.services.connections.stored_reports import facts_of_connection
from webapp.services.providers import PROVIDERS


def notice_what_lasts(connection: Connection, error: NotOpenedError) -> None:
    """Keep what a program has met, unless it passes by itself: nobody is there who would test again in the morning."""
    if not is_passing(error) and diagnose(error.failure(None)).problem.who is not Who.WAIT:
        notice(connection, error)


def notice(connection: Connection, error: NotOpenedError) -> Verdict:
    """Keep what opening a mailbox has found, unless it is known already, and give it.

    Once is enough: what is tried again and again must not push the tests before it out of the list.
    """
    server = PROVIDERS[connection.credential_type].server(connection)
    verdict = Verdict.of(error.report, server, connection.address, facts=facts_of_connection(connection))
    if connection.state is not State.FAILS or connection.last_problem != verdict.slug:
        db.session.commit()
        writes.set(True)  # a look that has found something
        keep(connection, verdict)
    return verdict
