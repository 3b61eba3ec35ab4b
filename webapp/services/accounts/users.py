"""What can be done to a person, by page or by command: the rules hold for both. Commits nothing, knows no request."""

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from webapp.models import OneTimeLink, Purpose, Role, User, UserSession, db


class AddressTakenError(Exception):
    """A person has this address already."""


class LastAdministratorError(Exception):
    """No one would be left who can administer the portal."""


def find_user(address: str) -> User | None:
    """Find a person by address, written as it is stored."""
    return db.session.scalar(select(User).where(User.address == address))


def add_user(*, name: str, address: str, password_hash: str, role: Role) -> User:
    """Add a person; raise `AddressTakenError`, after which the transaction is rolled back."""
    person = User(name=name, address=address, password_hash=password_hash, role=role)
    db.session.add(person)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise AddressTakenError(address) from None
    return person


def set_password(person: User, password_hash: str, *, keep_session: int | None = None) -> None:
    """Set a password; end every session but the one to keep, and close open links to a new password."""
    person.password_hash = password_hash
    end_sessions(person, keep=keep_session)
    _close_password_links(person)


def change_role(person: User, role: Role) -> None:
    """Change what a person may do; raise `LastAdministratorError`."""
    if role is not Role.ADMINISTRATOR:
        _require_another_administrator(person)
    person.role = role


def deactivate(person: User) -> None:
    """Keep a person out from now on, on every device; raise `LastAdministratorError`."""
    _require_another_administrator(person)
    person.active = False
    end_sessions(person)
    _close_password_links(person)


def reactivate(person: User) -> None:
    """Let a person in again."""
    person.active = True


def end_sessions(person: User, *, keep: int | None = None) -> None:
    """Sign a person out on every device, but for the session to keep."""
    ended = delete(UserSession).where(UserSession.user_id == person.id)
    db.session.execute(ended if keep is None else ended.where(UserSession.id != keep))


def select_administrators_for_update() -> set[int]:
    """Return the ids of the active administrators and hold them as they are until the transaction ends.

    Two administrators who demote each other at the same moment pass here one after the other: held up on PostgreSQL by
    these row locks, on SQLite by there being one write transaction at a time.
    """
    query = select(User.id).where(User.role == Role.ADMINISTRATOR, User.active).order_by(User.id).with_for_update()
    return set(db.session.scalars(query))


def _require_another_administrator(person: User) -> None:
    if select_administrators_for_update() == {person.id}:
        raise LastAdministratorError


def _close_password_links(person: User) -> None:
    db.session.execute(
        delete(OneTimeLink).where(
            OneTimeLink.user_id == person.id, OneTimeLink.purpose == Purpose.PASSWORD, OneTimeLink.used_at.is_(None)
        )
    )
