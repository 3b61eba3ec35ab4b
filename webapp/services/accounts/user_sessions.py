"""The devices on which a person is signed in, named as people know them."""

from datetime import datetime

from flask import current_app
from sqlalchemy import delete, select

from webapp.models import User, UserSession, db, utcnow

# The first word found wins: browsers also carry the names of those they descend from.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device_name(user_agent: str) -> str:
    """Return the name of a device by the User-Agent it sent: "Firefox on Linux"."""
    browser, system = _first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "Unknown browser"


def sessions_of(person: User, at_most: int = 25) -> list[UserSession]:
    """List the sessions of a person that still hold, the latest first."""
    holding = select(UserSession).where(UserSession.user_id == person.id, UserSession.last_seen_at > _expired())
    latest = holding.order_by(UserSession.last_seen_at.desc(), UserSession.id.desc()).limit(at_most)
    return list(db.session.scalars(latest))


def delete_expired(person: User) -> None:
    """Delete the sessions of a person that have lapsed; does not commit."""
    db.session.execute(
        delete(UserSession).where(UserSession.user_id == person.id, UserSession.last_seen_at <= _expired())
    )


def _expired() -> datetime:
    return utcnow() - current_app.permanent_session_lifetime


def _first(table: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for word, name in table if word in text), "")
