"""Whose an act is: one process at a time carries it out or undoes it."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection as Transaction
from sqlalchemy import delete, select, update

from webapp.models import BatchState, MailAction, MailActionBatch, utcnow, write_transaction
from webapp.services.mail_actions.journal_records import (
    COLUMNS,
    LARGEST_ID,
    LEASE_DURATION,
    UNDO_PERIOD,
    ActionRecord,
    action_record_of,
)


class ResumeRefusal(StrEnum):
    """Why an act cannot be undone or gone on with."""

    UNKNOWN = "unknown"
    RUNNING = "running"
    FINISHED = "finished"
    UNDONE = "undone"
    TOO_OLD = "too-old"
    NOT_UNDOABLE = "not-undoable"


class ActionError(Exception):
    """An act cannot be undone or gone on with."""

    def __init__(self, reason: ResumeRefusal) -> None:
        super().__init__(reason)
        self.reason = reason


def acquire_lease(connection_id: int, act_id: int) -> ActionRecord:
    """Take an act to go on with it; raise `ActError` where it is finished or in other hands."""
    with write_transaction() as transaction:
        row = _find(transaction, connection_id, act_id)
        if row.finished_at is not None:
            raise ActionError(ResumeRefusal.FINISHED)
        return _try_acquire(transaction, row)


def acquire_lease_to_undo(connection_id: int, act_id: int) -> tuple[ActionRecord, ActionRecord | None]:
    """Take an act to undo it, and the act that has begun to undo it; no one goes on with the first from now on."""
    now = utcnow()
    with write_transaction() as transaction:
        row = _find(transaction, connection_id, act_id)
        refusals = {
            ResumeRefusal.NOT_UNDOABLE: not row.kind.moves or row.undo_of_id is not None,
            ResumeRefusal.UNDONE: row.undone_at is not None,
            ResumeRefusal.TOO_OLD: row.created_at < now - UNDO_PERIOD,
        }
        for reason, holds in refusals.items():
            if holds:
                raise ActionError(reason)
        act = _try_acquire(transaction, row)
        unfinished = MailAction.finished_at.is_(None)
        transaction.execute(update(MailAction).where(MailAction.id == act.id, unfinished).values(finished_at=now))
        begun = transaction.execute(select(*COLUMNS).where(MailAction.undo_of_id == act.id, unfinished)).one_or_none()
        return act, _try_acquire(transaction, begun) if begun else None


def renew_lease(act: ActionRecord) -> None:
    """Keep an act in hand for as long again: at a slow server even a part of a batch takes a while."""
    with write_transaction() as transaction:
        transaction.execute(
            update(MailAction).where(MailAction.id == act.id).values(claimed_until=utcnow() + LEASE_DURATION)
        )


@contextmanager
def releasing(act: ActionRecord) -> Iterator[None]:
    """Return an act back in the end, however it ends; it is finished where nothing of it is left to do."""
    try:
        yield
    finally:
        with write_transaction() as transaction:
            _release(transaction, act)


def _release(transaction: Transaction, act: ActionRecord) -> None:
    now = utcnow()
    this = update(MailAction).where(MailAction.id == act.id)
    transaction.execute(this.values(claimed_until=None))
    left = select(MailActionBatch.id).where(MailActionBatch.act_id == act.id, MailActionBatch.state != BatchState.DONE)
    if transaction.execute(left.limit(1)).first() is not None:
        return
    transaction.execute(this.where(MailAction.finished_at.is_(None)).values(finished_at=now))
    if act.undo_of is not None:
        transaction.execute(update(MailAction).where(MailAction.id == act.undo_of).values(undone_at=now))
    if act.kind.only_marks:  # there is nothing to look back on
        transaction.execute(delete(MailAction).where(MailAction.id == act.id))


def _find(transaction: Transaction, connection_id: int, act_id: int) -> Any:
    """Read an act, so that no one else takes it before this transaction ends."""
    mine = (MailAction.id == min(act_id, LARGEST_ID), MailAction.connection_id == connection_id)
    row = transaction.execute(select(*COLUMNS).where(*mine).with_for_update()).one_or_none()
    if row is None:
        raise ActionError(ResumeRefusal.UNKNOWN)
    return row


def _try_acquire(transaction: Transaction, row: Any) -> ActionRecord:
    now = utcnow()
    if row.claimed_until is not None and row.claimed_until > now:
        raise ActionError(ResumeRefusal.RUNNING)
    transaction.execute(update(MailAction).where(MailAction.id == row.id).values(claimed_until=now + LEASE_DURATION))
    return action_record_of(row)
