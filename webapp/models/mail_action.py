"""What was done to the messages of a connection, batch by batch, so that it can be undone or gone on with."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Model, utcnow
from webapp.models.connection import enum_column


class ActionKind(StrEnum):
    """What can be done to messages; DELETE moves them to Trash, EXPUNGE removes them for good."""

    SEEN = "seen"
    UNSEEN = "unseen"
    FLAG = "flag"
    UNFLAG = "unflag"
    COPY = "copy"
    MOVE = "move"
    ARCHIVE = "archive"
    DELETE = "delete"
    EXPUNGE = "expunge"

    @property
    def only_marks(self) -> bool:
        """Return whether messages stay where they are, and no copies come."""
        return self in (ActionKind.SEEN, ActionKind.UNSEEN, ActionKind.FLAG, ActionKind.UNFLAG)

    @property
    def moves(self) -> bool:
        """Return whether messages go to another mailbox, from which they can be brought back."""
        return self in (ActionKind.MOVE, ActionKind.ARCHIVE, ActionKind.DELETE)


class BatchState(StrEnum):
    """How far a batch is; one that was begun and has no answer may have been done or not."""

    WAITING = "waiting"
    BEGUN = "begun"
    DONE = "done"


class MailAction(Model):
    """One act; written before its first command, so that one that is interrupted is known.

    While it runs it is claimed until `claimed_until`. `destination_next` is the lowest UID that the next message may
    have in the destination: by it copies are found which the server did not tell. The undoing of an act is an act
    too: `undo_of_id` names the other, whose `undone_at` is set when all are back.
    """

    __tablename__ = "mail_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    kind: Mapped[ActionKind] = mapped_column(enum_column(ActionKind))
    mailbox: Mapped[str]
    uid_validity: Mapped[int] = mapped_column(BigInteger)
    destination: Mapped[str] = mapped_column(default="")
    destination_validity: Mapped[int] = mapped_column(BigInteger, default=0)
    destination_next: Mapped[int] = mapped_column(BigInteger, default=0)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    gone: Mapped[int] = mapped_column(default=0)
    left_marked: Mapped[bool] = mapped_column(default=False)
    undo_of_id: Mapped[int | None] = mapped_column(ForeignKey("mail_act.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)
    claimed_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "connection_id", "created_at"),)


class MailActionBatch(Model):
    """The messages of one command; `messages` is JSON: for each its UID, its fingerprint, and the UID of its copy."""

    __tablename__ = "mail_act_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    act_id: Mapped[int] = mapped_column(ForeignKey("mail_act.id", ondelete="CASCADE"))
    number: Mapped[int]
    state: Mapped[BatchState] = mapped_column(enum_column(BatchState), default=BatchState.WAITING)
    messages: Mapped[str]

    __table_args__ = (UniqueConstraint("act_id", "number"),)
