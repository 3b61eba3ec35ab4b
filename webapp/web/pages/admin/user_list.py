"""What the people page lists: people and open invitations, a page at a time."""

from datetime import datetime
from typing import Any

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import Select, func, or_, select

from webapp.models import OneTimeLink, Purpose, User, UserSession, db, utcnow

PER_PAGE = 25
_MOST_PAGES = 10_000


def people_page(search: str, page: int) -> Pagination:
    """List the people whose name or address holds the text, by name; a page beyond the last is the last."""
    query = select(User).order_by(func.lower(User.name), User.id)
    if search:
        query = query.where(
            or_(User.name.icontains(search, autoescape=True), User.address.icontains(search.lower(), autoescape=True))
        )
    return _page(query, page)


def invitations_page(page: int) -> Pagination:
    """List the invitations that can still be used, the newest first."""
    still_open = (
        OneTimeLink.purpose == Purpose.JOIN,
        OneTimeLink.used_at.is_(None),
        OneTimeLink.expires_at > utcnow(),
    )
    return _page(select(OneTimeLink).where(*still_open).order_by(OneTimeLink.id.desc()), page)


def last_seen(people: list[User]) -> dict[int, datetime]:
    """Return when each of these people was last seen on a device that is still signed in."""
    query = (
        select(UserSession.user_id, func.max(UserSession.last_seen_at).label("moment"))
        .where(UserSession.user_id.in_([person.id for person in people]))
        .group_by(UserSession.user_id)
    )
    return {row.user_id: row.moment for row in db.session.execute(query)}


def _page(query: Select[Any], page: int) -> Pagination:
    found = db.paginate(query, page=min(max(page, 1), _MOST_PAGES), per_page=PER_PAGE, error_out=False)
    if found.pages and found.page > found.pages:
        return db.paginate(query, page=found.pages, per_page=PER_PAGE, error_out=False)
    return found
