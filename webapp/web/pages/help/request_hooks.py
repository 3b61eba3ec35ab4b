"""What happens before each request for help: an administrator of mailboxes has no account here, so it is public."""

from typing import Any

from flask_login import current_user

from webapp.config.app_state import current_settings
from webapp.models import writes
from webapp.web.extensions import login_manager


def mark_read_only() -> None:
    """Say that help only reads: on SQLite a request that writes keeps all others from it, its own limiter included."""
    writes.set(False)


def require_login_unless_public() -> Any:
    """Keep help to people who are signed in where the portal is set so."""
    if current_settings().help_public or current_user.is_authenticated:
        return None
    return login_manager.unauthorized()
