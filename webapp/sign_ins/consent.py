"""One-time links by which anybody who is signed in gives a connection its consent: made by scripts, used by people."""

from sqlalchemy import update

from webapp.accounts.links import LinkClosedError, make_link, open_link
from webapp.models import Connection, OneTimeLink, Purpose, SignInAttempt, db, utcnow


def make_consent_link(connection: Connection) -> str:
    """Make a link for a connection and give its token. Does not commit."""
    link, token = make_link(Purpose.CONSENT, address=f"connection {connection.id}")
    link.connection_id = connection.id
    return token


def connection_of(token: str) -> Connection | None:
    """Give the connection of a link that still opens; raise `LinkClosedError`."""
    link = open_link(token, Purpose.CONSENT)
    return db.session.get(Connection, link.connection_id) if link.connection_id else None


def opens(token: str, connection: Connection) -> bool:
    """Say whether a token lets its holder sign in for a connection."""
    if not token:
        return False
    try:
        return connection_of(token) is connection
    except LinkClosedError:
        return False


def close_if_connected(attempt: SignInAttempt) -> None:
    """Close the links of the connection that an attempt has connected; commits."""
    if attempt.settled and attempt.connection is not None:
        close(attempt.connection)
        db.session.commit()


def close(connection: Connection) -> None:
    """Close the links of a connection once somebody has signed in for it. Does not commit."""
    db.session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.connection_id == connection.id, OneTimeLink.used_at.is_(None))
        .values(used_at=utcnow())
    )
