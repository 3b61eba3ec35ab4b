"""Finds the connection that a request is about, or ends the request."""

from flask import abort

from webapp.models import Connection, User, db
from webapp.services.connections.permissions import can_edit


def get_connection_or_404(connection_id: int) -> Connection:
    """Return a connection; abort with 404 where there is none."""
    connection = db.session.get(Connection, connection_id)
    if connection is None:
        abort(404)
    return connection


def get_editable_or_403(connection_id: int, user: User) -> Connection:
    """Return a connection that a person may edit; abort with 404 or 403."""
    connection = get_connection_or_404(connection_id)
    if not can_edit(user, connection):
        abort(403)
    return connection
