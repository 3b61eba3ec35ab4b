"""Opens the mailbox of a connection with its own credential, over sessions that are kept for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from webapp.config.app_state import check_limits, current_network
from webapp.core.imap.check.run import open_session
from webapp.core.imap.protocol.session import Session
from webapp.core.imap.protocol.session_pool import acquire
from webapp.models import Connection, db
from webapp.services.providers import PROVIDERS


@contextmanager
def open_mail_session(connection: Connection) -> Iterator[Session]:
    """Return a session that is logged in as the connection; the database is released while the network is waited for.

    Raises `NotOpenedError`, which carries the report of the steps taken, and `SecretBoxError`. A session is never used
    for what the connection was before it was edited: its key names the edit, the server and the proof.
    """
    target = PROVIDERS[connection.credential_type].target_from_record(connection)
    key = (connection.id, connection.version, target.server, hash(target.secret_fingerprint))
    open_one = partial(
        open_session,
        target.server,
        target.credential,
        network=current_network(),
        provider=target.provider,
        limits=check_limits(),
    )
    db.session.commit()
    with acquire(key, open_one) as session:
        yield session
