"""One-time links: made, found, and consumed exactly once; knows nothing of the pages they open."""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import delete, select, update

from webapp.models import OneTimeLink, Purpose, Role, User, db, new_token, token_hash, utcnow, writes


class LinkKind(NamedTuple):
    """What the purpose of a link decides."""

    path: str
    valid: timedelta
    valid_words: str


LINK_KINDS = {
    Purpose.SET_UP: LinkKind("/join/", timedelta(days=7), "7 days"),
    Purpose.JOIN: LinkKind("/join/", timedelta(days=7), "7 days"),
    Purpose.PASSWORD: LinkKind("/new-password/", timedelta(hours=24), "24 hours"),
    Purpose.CONSENT: LinkKind("/connections/consent/", timedelta(minutes=15), "15 minutes"),
    # Valid until the next start replaces it.
    Purpose.PRACTICE: LinkKind("/practice/step-in/", timedelta(days=36500), "until it is replaced"),
}


class LinkClosedReason(NamedTuple):
    """Why a link does not open: what the page answers."""

    status: int
    title: str
    remedy: str


UNKNOWN = LinkClosedReason(
    404,
    "This link is not known",
    "It may have been withdrawn, replaced by a newer one, or cut short in copying. Ask an administrator for another.",
)
USED = LinkClosedReason(
    410, "This link was already used", "Each works once. If it was you, sign in. If not, tell an administrator."
)
EXPIRED = LinkClosedReason(410, "This link has expired", "Ask an administrator of the portal for a new one.")
NOT_NEW = LinkClosedReason(410, "This portal is already set up", "Sign in, or ask an administrator to invite you.")
DEACTIVATED = LinkClosedReason(
    410, "This link no longer opens", "Its person was deactivated. Ask an administrator of the portal."
)


class LinkClosedError(Exception):
    """A link does not open; carries why."""

    def __init__(self, closed: LinkClosedReason) -> None:
        super().__init__(closed.title)
        self.closed = closed


def make_link(
    purpose: Purpose,
    *,
    role: Role | None = None,
    address: str = "",
    user: User | None = None,
    created_by: User | None = None,
) -> tuple[OneTimeLink, str]:
    """Make a link and return it with its token, which is stored nowhere.

    Replaces the unused links of this purpose for the same person. Does not commit.
    """
    token = new_token()
    link = OneTimeLink(
        token_hash=token_hash(token),
        purpose=purpose,
        role=role,
        address=address,
        user_id=user.id if user else None,
        created_by_id=created_by.id if created_by else None,
        expires_at=utcnow() + LINK_KINDS[purpose].valid,
    )
    db.session.execute(
        delete(OneTimeLink).where(
            OneTimeLink.purpose == purpose,
            OneTimeLink.address == address,
            OneTimeLink.user_id == link.user_id if user else OneTimeLink.user_id.is_(None),
            OneTimeLink.used_at.is_(None),
        )
    )
    db.session.add(link)
    db.session.flush()
    return link, token


def link_path(purpose: Purpose, token: str) -> str:
    """Return the path a link opens at."""
    return LINK_KINDS[purpose].path + token


def find_link(token: str) -> OneTimeLink | None:
    """Find the link of a token, whether it still opens or not."""
    return db.session.scalar(select(OneTimeLink).where(OneTimeLink.token_hash == token_hash(token)))


def validate_link(token: str, *purposes: Purpose) -> OneTimeLink:
    """Find a link that still opens, without consuming it; raise `LinkClosedError`."""
    link = find_link(token)
    if link is None or link.purpose not in purposes:
        raise LinkClosedError(UNKNOWN)
    if closed := _why_closed(link):
        raise LinkClosedError(closed)
    return link


def redeem_link(token: str, *purposes: Purpose) -> OneTimeLink:
    """Open a link and mark it as used within the caller's transaction; of two at once, one raises `LinkClosedError`."""
    link = validate_link(token, *purposes)
    taken = db.session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.id == link.id, OneTimeLink.used_at.is_(None))
        .values(used_at=utcnow())
        .returning(OneTimeLink.id)
    ).first()
    if taken is None:
        raise LinkClosedError(USED)
    return link


def set_up_link() -> str | None:
    """Make the path at which a new portal gets its first administrator; None once a person is here. Commits."""
    db.session.rollback()
    writes.set(True)
    if _has_people():
        db.session.rollback()
        return None
    _, token = make_link(Purpose.SET_UP, role=Role.ADMINISTRATOR)
    db.session.commit()
    return link_path(Purpose.SET_UP, token)


def _why_closed(link: OneTimeLink) -> LinkClosedReason | None:
    if link.used_at is not None:
        return USED
    if not link.usable:
        return EXPIRED
    if link.purpose is Purpose.SET_UP and _has_people():
        return NOT_NEW
    if link.user is not None and not link.user.active:
        return DEACTIVATED
    return None


def _has_people() -> bool:
    return db.session.scalar(select(User.id).limit(1)) is not None
