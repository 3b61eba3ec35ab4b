"""What was done to the messages of a connection in the last days, as people look back on it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from webapp.models import Kind, MailAct, User, read_transaction, utcnow
from webapp.services.mail_actions.journal_records import KEPT, LARGEST_ID


@dataclass(frozen=True, kw_only=True)
class PastAct:
    """An act; `who` is "" where nobody is known, `undoable` says that undoing it can be tried."""

    id: int
    kind: Kind
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


def recent_acts(connection_id: int, *, before: int | None = None, limit: int = 50) -> tuple[PastAct, ...]:
    """Give the newest acts that took messages somewhere or removed them, the newest first; or those before one."""
    shown = [kind for kind in Kind if not kind.only_marks]
    with read_transaction() as transaction:
        rows = transaction.execute(
            select(MailAct, User.name.label("who"))
            .outerjoin(User, User.id == MailAct.user_id)
            .where(
                MailAct.connection_id == connection_id,
                MailAct.created_at >= utcnow() - KEPT,
                MailAct.kind.in_(shown),
                MailAct.undo_of_id.is_(None),
                MailAct.id < (LARGEST_ID if before is None else min(before, LARGEST_ID)),
            )
            .order_by(MailAct.id.desc())
            .limit(limit)
        ).all()
    now = utcnow()
    found = []
    for row in rows:
        running = row.claimed_until is not None and row.claimed_until > now
        finished, undone = row.finished_at is not None, row.undone_at is not None
        found.append(
            PastAct(
                id=row.id,
                kind=row.kind,
                mailbox=row.mailbox,
                destination="" if row.kind is Kind.EXPUNGE else row.destination,
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
