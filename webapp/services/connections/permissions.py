"""Who may do what with a connection: everybody sees and tests, its owner and administrators change."""

from flask import abort

from webapp.models import Connection, User, db


def get_connection_or_404(connection_id: int) -> Connection:
    """Find a connection or answer 404."""
    connection = db.session.get(Connection, connection_id)
    if connection is None:
        abort(404)
    return connection


def can_edit(user: User, connection: Connection) -> bool:
    """Say whether a person may edit or delete a connection."""
    return user.is_administrator or connection.owner_id == user.id


def get_editable_or_403(connection_id: int, user: User) -> Connection:
    """Find a connection to change, or answer 404 or 403."""
    connection = get_connection_or_404(connection_id)
    if not can_edit(user, connection):
        abort(403)
    return connection
