"""What was done to the messages of a connection in the last days, as people look back on it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from webapp.models import ActionKind, MailAction, User, read_transaction, utcnow
from webapp.services.mail_actions.journal_records import LARGEST_ID, UNDO_PERIOD


@dataclass(frozen=True, kw_only=True)
class PastAction:
    """An act; `who` is "" where no one is known, `undoable` says that undoing it can be tried."""

    id: int
    kind: ActionKind
    mailbox: str
    destination: str
    who: str
    at: datetime
    total: int
    done: int
    gone: int
    left_marked: bool
    running: bool
    finished: bool
    undone: bool
    undoable: bool


def recent_actions(connection_id: int, *, before: int | None = None, limit: int = 50) -> tuple[PastAction, ...]:
    """Return the newest acts that took messages somewhere or removed them, the newest first; or those before one."""
    shown = [kind for kind in ActionKind if not kind.only_marks]
    with read_transaction() as transaction:
        rows = transaction.execute(
            select(MailAction, User.name.label("who"))
            .outerjoin(User, User.id == MailAction.user_id)
            .where(
                MailAction.connection_id == connection_id,
                MailAction.created_at >= utcnow() - UNDO_PERIOD,
                MailAction.kind.in_(shown),
                MailAction.undo_of_id.is_(None),
                MailAction.id < (LARGEST_ID if before is None else min(before, LARGEST_ID)),
            )
            .order_by(MailAction.id.desc())
            .limit(limit)
        ).all()
    now = utcnow()
    found = []
    for row in rows:
        running = row.claimed_until is not None and row.claimed_until > now
        finished, undone = row.finished_at is not None, row.undone_at is not None
        found.append(
            PastAction(
                id=row.id,
                kind=row.kind,
                mailbox=row.mailbox,
                destination="" if row.kind is ActionKind.EXPUNGE else row.destination,
                who=row.who or "",
                at=row.created_at,
                total=row.total,
                done=row.done,
                gone=row.gone,
                left_marked=row.left_marked,
                running=running,
                finished=finished,
                undone=undone,
                # What is not settled may have been done, also where an undo has ended the act and did not come through.
                undoable=row.kind.moves and not undone and not running and row.gone < row.total,
            )
        )
    return tuple(found)
