"""Who may do what with a connection: everybody sees and tests, its owner and administrators change."""

from webapp.models import Connection, User


def can_edit(user: User, connection: Connection) -> bool:
    """Return whether a person may edit or delete a connection."""
    return user.is_administrator or connection.owner_id == user.id
