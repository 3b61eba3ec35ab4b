"""Which messages of which mailbox are meant: the options that commands have in common."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy import select

from webapp.core.imap.mailbox.messages import SearchQuery
from webapp.models import Connection, db
from webapp.models.connection import name_key
from webapp.services.exports.exit_status import ExitStatus, PullError

R = TypeVar("R")
V = TypeVar("V")


@dataclass(frozen=True, kw_only=True)
class MessageFilter:
    """Messages of a mailbox; a date is the day on which they came."""

    mailbox: str
    since: date | None = None
    before: date | None = None
    sender: str = ""
    subject: str = ""
    unread: bool = False

    @property
    def query(self) -> SearchQuery | None:
        """Return what the server is asked; None where it is all messages."""
        asked = SearchQuery(
            since=self.since, before=self.before, sender=self.sender, subject=self.subject, unread=self.unread
        )
        return asked if asked else None


_DAY = click.DateTime(["%Y-%m-%d"])


def non_empty(context: click.Context, parameter: click.Parameter, value: V) -> V:
    """Refuse what is empty: nothing would ever fit it."""
    if not all(value if isinstance(value, tuple) else (value,)):
        raise click.BadParameter("it is empty.")
    return value


class MailboxType(click.Path):
    """A path; an empty one would be the folder that a scheduler happens to stand in."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read what was typed."""
        if not str(value):
            self.fail("it is empty.", param, ctx)
        return super().convert(value, param, ctx)


def _day(context: click.Context, parameter: click.Parameter, value: datetime | None) -> date | None:
    return value.date() if value else None


_OPTIONS = (
    click.option("--mailbox", default="INBOX", show_default=True, callback=non_empty, help="The mailbox to look into."),
    click.option(
        "--since", type=_DAY, callback=_day, metavar="YYYY-MM-DD", help="Only what came on this day or later."
    ),
    click.option("--before", type=_DAY, callback=_day, metavar="YYYY-MM-DD", help="Only what came before this day."),
    click.option(
        "--from",
        "sender",
        default="",
        metavar="TEXT",
        help="Only from senders with this in their name or address.",
    ),
    click.option("--subject", default="", metavar="TEXT", help="Only with this in the subject."),
)


def selection_options(command: Callable[..., R]) -> Callable[..., R]:
    """Add the options to a command, which gets them as one `selection`."""

    @wraps(command)
    def run(*args: Any, **given: Any) -> R:
        criteria = {field.name: given.pop(field.name) for field in fields(MessageFilter) if field.name in given}
        return command(*args, selection=MessageFilter(**criteria), **given)

    wrapped: Callable[..., R] = run
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped


def find_connection(name: str) -> Connection:
    """Find a connection by its name."""
    found = db.session.scalar(select(Connection).where(Connection.name_key == name_key(name)))
    if found is None:
        raise click.UsageError(f"there is no connection called “{name}”")
    return found


def require_unchanged(connection: Connection) -> None:
    """End where a person has edited or deleted the connection since it was read: it may lead to another mailbox."""
    version = db.session.scalar(select(Connection.version).where(Connection.id == connection.id))
    if version is None:
        raise PullError(ExitStatus.ACT, f"“{connection.name}” was deleted meanwhile. What was fetched stays.")
    if version != connection.version:
        raise PullError(
            ExitStatus.LATER, f"“{connection.name}” was edited meanwhile. The next run takes it as it is now."
        )
