"""One-time links by which anybody who is signed in gives a connection its consent: made by scripts, used by people."""

from sqlalchemy import ColumnElement, exists, select, update

from webapp.models import AuthorizationRequest, Connection, OneTimeLink, Purpose, User, db, utcnow
from webapp.services.accounts.one_time_links import LinkClosedError, make_link, validate_link
from webapp.services.connections.permissions import can_edit


def make_consent_link(connection: Connection) -> str:
    """Make a link for a connection and return its token. Does not commit."""
    link, token = make_link(Purpose.CONSENT, address=f"connection {connection.id}")
    link.connection_id = connection.id
    return token


def connection_of(token: str) -> Connection | None:
    """Return the connection of a link that still opens; raise `LinkClosedError`."""
    link = validate_link(token, Purpose.CONSENT)
    return db.session.get(Connection, link.connection_id) if link.connection_id else None


def is_valid_for(token: str, connection: Connection) -> bool:
    """Return whether a token lets its holder sign in for a connection."""
    if not token:
        return False
    try:
        return connection_of(token) is connection
    except LinkClosedError:
        return False


def is_open(connection: Connection) -> bool:
    """Return whether a connection has a link that still opens."""
    return _has_unused(connection.id, OneTimeLink.expires_at > utcnow())


def can_complete(user: User, attempt: AuthorizationRequest) -> bool:
    """Return whether a person may still decide about the connection of an attempt that was begun in time.

    By a link only the first one who comes to an end with it may.
    """
    connection = attempt.connection
    return connection is not None and (can_edit(user, connection) or _has_unused(connection.id))


def expire_links(attempt: AuthorizationRequest) -> None:
    """Close the links of the connection for which an attempt has come to its end; commits."""
    db.session.execute(update(OneTimeLink).where(*_unused(attempt.connection_id)).values(used_at=utcnow()))
    db.session.commit()


def _has_unused(connection_id: int, *conditions: ColumnElement[bool]) -> bool:
    return bool(db.session.scalar(select(exists().where(*_unused(connection_id), *conditions))))


def _unused(connection_id: int | None) -> tuple[ColumnElement[bool], ...]:
    return OneTimeLink.connection_id == connection_id, OneTimeLink.used_at.is_(None)
