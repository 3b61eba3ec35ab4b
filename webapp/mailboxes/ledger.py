"""The book of acts: what is going to be done is written before, what was done after, each in a short transaction.

Nothing here waits for a network. A batch that was begun and not concluded may have been done or not: its process was
killed, or its connection dropped.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection as Transaction
from sqlalchemy import delete, insert, literal, or_, select, update

from webapp.imap.acts import BATCH, Chosen
from webapp.imap.copies import End
from webapp.models import (
    BatchState,
    Connection,
    Kind,
    MailAct,
    MailActBatch,
    read_transaction,
    utcnow,
    write_transaction,
)

KEPT = timedelta(days=7)
"""How long an act is remembered, and can be undone."""

# A batch ends within the time that one use of a session has; a claim older than this was left by a process that died.
_CLAIM_LASTS = timedelta(seconds=60)


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


@dataclass(frozen=True)
class Act:
    """An act as the book has it."""

    id: int
    kind: Kind
    mailbox: str
    uid_validity: int
    destination: str
    end: End
    undo_of: int | None
    left_marked: bool = False


@dataclass(frozen=True, kw_only=True)
class Step:
    """A batch that has been begun: `busy` is in the hands of another act, `unanswered` may have been done already."""

    number: int
    messages: Mapping[int, str]
    busy: frozenset[int]
    unanswered: frozenset[int]
    end: End


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What has become of a batch: the copy of each message that was done, as far as it is known."""

    done: Mapping[int, int | None] = field(default_factory=dict)
    gone: int = 0
    left_marked: bool = False
    end: End


@dataclass(frozen=True)
class Tally:
    """How far an act is."""

    total: int
    done: int
    gone: int
    left_marked: bool

    @property
    def remaining(self) -> int:
        """Count what has not been tried."""
        return self.total - self.done - self.gone


def open_act(
    connection_id: int,
    user_id: int | None,
    kind: Kind,
    chosen: Chosen,
    *,
    destination: str,
    end: End,
    undo_of: int | None = None,
    done: int = 0,
    gone: int = 0,
) -> Act:
    """Write what is going to be done, claim it, and forget what is old; some may be `done` or `gone` already."""
    now = utcnow()
    uids = sorted(chosen.messages)
    values = {
        "connection_id": connection_id,
        "user_id": user_id,
        "kind": kind,
        "mailbox": chosen.mailbox,
        "uid_validity": chosen.uid_validity,
        "destination": destination,
        "destination_validity": end.uid_validity,
        "destination_next": end.uid_next,
        "total": len(uids) + done + gone,
        "done": done,
        "gone": gone,
        "undo_of_id": undo_of,
        "created_at": now,
        "claimed_until": now + _CLAIM_LASTS,
    }
    with write_transaction() as transaction:
        transaction.execute(delete(MailAct).where(MailAct.created_at < now - KEPT))
        act_id = transaction.execute(insert(MailAct).values(values).returning(MailAct.id)).scalar_one()
        batches = [
            {
                "act_id": act_id,
                "number": start // BATCH,
                "state": BatchState.WAITING,
                "messages": _written({uid: (chosen.messages[uid], None) for uid in uids[start : start + BATCH]}),
            }
            for start in range(0, len(uids), BATCH)
        ]
        if batches:
            transaction.execute(insert(MailActBatch), batches)
    return Act(act_id, kind, chosen.mailbox, chosen.uid_validity, destination, end, undo_of)


def claim(connection_id: int, act_id: int) -> Act:
    """Take an act to go on with; raise `ActError` where it is finished or in other hands."""
    with write_transaction() as transaction:
        row = _found(transaction, connection_id, act_id)
        if row.finished_at is not None:
            raise ActError(Refusal.FINISHED)
        return _claimed(transaction, row)


def claim_to_undo(connection_id: int, act_id: int) -> tuple[Act, Act | None]:
    """Take an act to undo it, and the act that has begun to undo it; nobody goes on with it from now on."""
    with write_transaction() as transaction:
        row = _found(transaction, connection_id, act_id)
        if not row.kind.moves or row.undo_of_id is not None:
            raise ActError(Refusal.NOT_UNDOABLE)
        if row.undone_at is not None:
            raise ActError(Refusal.UNDONE)
        if row.created_at < utcnow() - KEPT:
            raise ActError(Refusal.TOO_OLD)
        act = _claimed(transaction, row)
        transaction.execute(
            update(MailAct).where(MailAct.id == act_id, MailAct.finished_at.is_(None)).values(finished_at=utcnow())
        )
        begun = transaction.execute(
            select(*_COLUMNS).where(MailAct.undo_of_id == act_id, MailAct.finished_at.is_(None))
        ).one_or_none()
        return act, _claimed(transaction, begun) if begun else None


@contextmanager
def given_back(act: Act) -> Iterator[None]:
    """Give an act back in the end, however it ends."""
    try:
        yield
    finally:
        release(act.id)


def release(act_id: int) -> None:
    """Give an act back, finished where nothing is left to do; what it undid is then undone."""
    now = utcnow()
    with write_transaction() as transaction:
        transaction.execute(update(MailAct).where(MailAct.id == act_id).values(claimed_until=None))
        left = select(MailActBatch.id).where(MailActBatch.act_id == act_id, MailActBatch.state != BatchState.DONE)
        if transaction.execute(left.limit(1)).first() is None:
            undone = update(MailAct).where(MailAct.id == act_id).values(finished_at=now).returning(MailAct.undo_of_id)
            if undo_of := transaction.execute(undone).scalar():
                transaction.execute(update(MailAct).where(MailAct.id == undo_of).values(undone_at=now))


def upcoming(act: Act) -> tuple[int, Mapping[int, str | None]] | None:
    """Give the next batch of an act: its number and its messages; None where all are done."""
    with read_transaction() as transaction:
        row = transaction.execute(
            select(MailActBatch.number, MailActBatch.messages)
            .where(MailActBatch.act_id == act.id, MailActBatch.state != BatchState.DONE)
            .order_by(MailActBatch.number)
            .limit(1)
        ).one_or_none()
    return (row.number, {uid: told for uid, (told, _) in _read(row.messages).items()}) if row else None


def begin(act: Act, connection_id: int, number: int, messages: Mapping[int, str]) -> Step:
    """Write that a batch begins, unless another act has its messages in hand; tell what may have been done before."""
    now = utcnow()
    busy: set[int] = set()
    unanswered: set[int] = set()
    ends = [act.end]
    with write_transaction() as transaction:
        for row in _begun(transaction, act, connection_id):
            shared = messages.keys() & _read(row.messages).keys()
            own = row.id == act.id
            if not own and row.claimed_until is not None and row.claimed_until > now:
                busy |= shared
            elif row.destination == act.destination and shared:
                unanswered |= shared
                ends.append(End(row.destination_validity, row.destination_next))
        this = (MailActBatch.act_id == act.id, MailActBatch.number == number)
        mine = {uid: (told, None) for uid, told in messages.items() if uid not in busy}
        transaction.execute(update(MailActBatch).where(*this).values(state=BatchState.BEGUN, messages=_written(mine)))
        transaction.execute(update(MailAct).where(MailAct.id == act.id).values(claimed_until=now + _CLAIM_LASTS))
    earliest = min((end for end in ends if end.uid_validity == act.end.uid_validity), key=lambda end: end.uid_next)
    return Step(
        number=number,
        messages=messages,
        busy=frozenset(busy),
        unanswered=frozenset(unanswered - busy),
        end=earliest,
    )


def conclude(act: Act, number: int, step: Step, outcome: Outcome) -> None:
    """Write what has become of a batch."""
    done = {uid: (step.messages.get(uid), copy) for uid, copy in outcome.done.items()}
    with write_transaction() as transaction:
        transaction.execute(
            update(MailActBatch)
            .where(MailActBatch.act_id == act.id, MailActBatch.number == number)
            .values(state=BatchState.DONE, messages=_written(done))
        )
        transaction.execute(
            update(MailAct)
            .where(MailAct.id == act.id)
            .values(
                done=MailAct.done + len(done),
                gone=MailAct.gone + outcome.gone,
                left_marked=or_(MailAct.left_marked, literal(outcome.left_marked)),
                destination_validity=outcome.end.uid_validity,
                destination_next=outcome.end.uid_next,
            )
        )


def written_batches(act: Act) -> Sequence[tuple[BatchState, dict[int, tuple[str | None, int | None]]]]:
    """Give the batches that were begun: for each message its fingerprint, and its copy where that is known."""
    with read_transaction() as transaction:
        rows = transaction.execute(
            select(MailActBatch.state, MailActBatch.messages)
            .where(MailActBatch.act_id == act.id, MailActBatch.state != BatchState.WAITING)
            .order_by(MailActBatch.number)
        ).all()
    return [(row.state, _read(row.messages)) for row in rows]


def tally(act: Act) -> Tally:
    """Tell how far an act is; nothing of it is left where its connection was deleted meanwhile."""
    with read_transaction() as transaction:
        row = transaction.execute(
            select(MailAct.total, MailAct.done, MailAct.gone, MailAct.left_marked).where(MailAct.id == act.id)
        ).one_or_none()
    return Tally(*row) if row else Tally(0, 0, 0, left_marked=False)


def _begun(transaction: Transaction, act: Act, connection_id: int) -> Sequence[Any]:
    """Find the batches in the same mailbox that have no answer yet, or will never have one."""
    if act.kind.only_marks:
        return ()
    # PostgreSQL lets two begin at once otherwise; SQLite has one writer anyway.
    transaction.execute(select(Connection.id).where(Connection.id == connection_id).with_for_update())
    return transaction.execute(
        select(*_COLUMNS, MailActBatch.messages)
        .join(MailActBatch, MailActBatch.act_id == MailAct.id)
        .where(
            MailAct.connection_id == connection_id,
            MailAct.mailbox == act.mailbox,
            MailAct.uid_validity == act.uid_validity,
            MailAct.kind.not_in([kind for kind in Kind if kind.only_marks]),
            MailActBatch.state == BatchState.BEGUN,
        )
    ).all()


_COLUMNS: tuple[Any, ...] = (
    MailAct.id,
    MailAct.kind,
    MailAct.mailbox,
    MailAct.uid_validity,
    MailAct.destination,
    MailAct.destination_validity,
    MailAct.destination_next,
    MailAct.undo_of_id,
    MailAct.left_marked,
    MailAct.created_at,
    MailAct.claimed_until,
    MailAct.finished_at,
    MailAct.undone_at,
)


def _found(transaction: Transaction, connection_id: int, act_id: int) -> Any:
    """Read an act, so that nobody else takes it before this transaction ends."""
    mine = (MailAct.id == act_id, MailAct.connection_id == connection_id)
    row = transaction.execute(select(*_COLUMNS).where(*mine).with_for_update()).one_or_none()
    if row is None:
        raise ActError(Refusal.UNKNOWN)
    return row


def _claimed(transaction: Transaction, row: Any) -> Act:
    now = utcnow()
    if row.claimed_until is not None and row.claimed_until > now:
        raise ActError(Refusal.RUNNING)
    transaction.execute(update(MailAct).where(MailAct.id == row.id).values(claimed_until=now + _CLAIM_LASTS))
    return _act(row)


def _act(row: Any) -> Act:
    end = End(row.destination_validity, row.destination_next)
    return Act(row.id, row.kind, row.mailbox, row.uid_validity, row.destination, end, row.undo_of_id, row.left_marked)


def _written(messages: Mapping[int, tuple[str | None, int | None]]) -> str:
    return json.dumps([[uid, *told] for uid, told in messages.items()], separators=(",", ":"))


def _read(text: str) -> dict[int, tuple[str | None, int | None]]:
    return {uid: (fingerprint, copy) for uid, fingerprint, copy in json.loads(text)}
