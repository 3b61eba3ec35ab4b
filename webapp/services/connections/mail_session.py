"""Opens the mailbox of a connection with its own credential, over sessions that are kept for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from webapp.config.app_state import current_limits, current_network
from webapp.core.imap.check.run import open_session
from webapp.core.imap.protocol.session import Session
from webapp.core.imap.protocol.session_pool import borrowed
from webapp.models import Connection, db
from webapp.services.providers import PROVIDERS


@contextmanager
def opened(connection: Connection) -> Iterator[Session]:
    """Give a session that is logged in as the connection; the database is let go while the network is waited for.

    Raises `NotOpenedError`, which carries the report of the steps taken, and `SecretBoxError`. A session is never used
    for what the connection was before it was edited: its key names the edit, the server and the proof.
    """
    target = PROVIDERS[connection.credential_type].stored(connection)
    key = (connection.id, connection.version, target.server, hash(target.proof))
    open_one = partial(
        open_session,
        target.server,
        target.credential,
        network=current_network(),
        provider=target.provider,
        limits=current_limits(),
    )
    db.session.commit()
    with borrowed(key, open_one) as session:
        yield session
