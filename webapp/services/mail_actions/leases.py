"""Whose an act is: one process at a time carries it out or undoes it."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection as Transaction
from sqlalchemy import delete, select, update

from webapp.models import BatchState, MailAct, MailActBatch, utcnow, write_transaction
from webapp.services.mail_actions.journal_records import CLAIM_LASTS, COLUMNS, KEPT, LARGEST_ID, Act, act_of


class Refusal(StrEnum):
    """Why an act cannot be undone or gone on with."""

    UNKNOWN = "unknown"
    RUNNING = "running"
    FINISHED = "finished"
    UNDONE = "undone"
    TOO_OLD = "too-old"
    NOT_UNDOABLE = "not-undoable"


class ActError(Exception):
    """An act cannot be undone or gone on with."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason


def claim(connection_id: int, act_id: int) -> Act:
    """Take an act to go on with it; raise `ActError` where it is finished or in other hands."""
    with write_transaction() as transaction:
        row = _found(transaction, connection_id, act_id)
        if row.finished_at is not None:
            raise ActError(Refusal.FINISHED)
        return _taken(transaction, row)


def claim_to_undo(connection_id: int, act_id: int) -> tuple[Act, Act | None]:
    """Take an act to undo it, and the act that has begun to undo it; nobody goes on with the first from now on."""
    now = utcnow()
    with write_transaction() as transaction:
        row = _found(transaction, connection_id, act_id)
        refusals = {
            Refusal.NOT_UNDOABLE: not row.kind.moves or row.undo_of_id is not None,
            Refusal.UNDONE: row.undone_at is not None,
            Refusal.TOO_OLD: row.created_at < now - KEPT,
        }
        for reason, holds in refusals.items():
            if holds:
                raise ActError(reason)
        act = _taken(transaction, row)
        unfinished = MailAct.finished_at.is_(None)
        transaction.execute(update(MailAct).where(MailAct.id == act.id, unfinished).values(finished_at=now))
        begun = transaction.execute(select(*COLUMNS).where(MailAct.undo_of_id == act.id, unfinished)).one_or_none()
        return act, _taken(transaction, begun) if begun else None


def hold(act: Act) -> None:
    """Keep an act in hand for as long again: at a slow server even a part of a batch takes a while."""
    with write_transaction() as transaction:
        transaction.execute(update(MailAct).where(MailAct.id == act.id).values(claimed_until=utcnow() + CLAIM_LASTS))


@contextmanager
def given_back(act: Act) -> Iterator[None]:
    """Give an act back in the end, however it ends; it is finished where nothing of it is left to do."""
    try:
        yield
    finally:
        with write_transaction() as transaction:
            _give_back(transaction, act)


def _give_back(transaction: Transaction, act: Act) -> None:
    now = utcnow()
    this = update(MailAct).where(MailAct.id == act.id)
    transaction.execute(this.values(claimed_until=None))
    left = select(MailActBatch.id).where(MailActBatch.act_id == act.id, MailActBatch.state != BatchState.DONE)
    if transaction.execute(left.limit(1)).first() is not None:
        return
    transaction.execute(this.where(MailAct.finished_at.is_(None)).values(finished_at=now))
    if act.undo_of is not None:
        transaction.execute(update(MailAct).where(MailAct.id == act.undo_of).values(undone_at=now))
    if act.kind.only_marks:  # there is nothing to look back on
        transaction.execute(delete(MailAct).where(MailAct.id == act.id))


def _found(transaction: Transaction, connection_id: int, act_id: int) -> Any:
    """Read an act, so that nobody else takes it before this transaction ends."""
    mine = (MailAct.id == min(act_id, LARGEST_ID), MailAct.connection_id == connection_id)
    row = transaction.execute(select(*COLUMNS).where(*mine).with_for_update()).one_or_none()
    if row is None:
        raise ActError(Refusal.UNKNOWN)
    return row


def _taken(transaction: Transaction, row: Any) -> Act:
    now = utcnow()
    if row.claimed_until is not None and row.claimed_until > now:
        raise ActError(Refusal.RUNNING)
    transaction.execute(update(MailAct).where(MailAct.id == row.id).values(claimed_until=now + CLAIM_LASTS))
    return act_of(row)
