"""The book of acts: what is going to be done is written before, what was done after, each in a short transaction.

Nothing here waits for a network. A batch that was begun and not concluded may have been done or not: its process was
killed, or its connection dropped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection as Transaction
from sqlalchemy import delete, insert, literal, or_, select, update

from webapp.core.imap.mailbox.copyuid import UidNext
from webapp.core.imap.mailbox.message_commands import BATCH_SIZE, MessageSet
from webapp.core.imap.protocol.errors import NotFoundError
from webapp.models import (
    ActionKind,
    BatchState,
    Connection,
    MailAction,
    MailActionBatch,
    User,
    read_transaction,
    utcnow,
    write_transaction,
)
from webapp.services.mail_actions.journal_records import (
    COLUMNS,
    LEASE_DURATION,
    UNDO_PERIOD,
    ActionRecord,
    JournaledMessage,
    action_record_of,
    from_text,
    to_text,
)

_MAX_KEPT = 1000
"""Acts of one connection: programs may do many a minute."""


@dataclass(frozen=True, kw_only=True)
class JournalEntry:
    """What is going to be done; `done` and `gone` count what is settled before the first command."""

    kind: ActionKind
    chosen: MessageSet
    destination: str
    end: UidNext
    undo_of: int | None = None
    done: int = 0
    gone: int = 0


@dataclass(frozen=True, kw_only=True)
class BatchStart:
    """A batch that has been begun: `busy` is in the hands of another act, `unanswered` may have been done already.

    Copies of the latter have come since `end` at the earliest.
    """

    number: int
    messages: Mapping[int, str]
    busy: frozenset[int]
    unanswered: frozenset[int]
    end: UidNext


@dataclass(frozen=True, kw_only=True)
class BatchOutcome:
    """What has become of a batch: the copy of each message that was done, as far as it is known."""

    done: Mapping[int, int | None]
    gone: frozenset[int]
    left_marked: bool
    end: UidNext


@dataclass(frozen=True)
class Progress:
    """How far an act is."""

    total: int
    done: int
    gone: int
    left_marked: bool

    @property
    def remaining(self) -> int:
        """Count what is not settled."""
        return self.total - self.done - self.gone


def create_action(connection_id: int, user_id: int | None, intent: JournalEntry) -> ActionRecord:
    """Write an intent down, claimed, and forget what is old; raise `GoneError` where the connection was deleted."""
    now = utcnow()
    chosen, end = intent.chosen, intent.end
    uids = sorted(chosen.messages)
    with write_transaction() as transaction:
        _delete_old(transaction, connection_id)
        if transaction.execute(select(Connection.id).where(Connection.id == connection_id)).first() is None:
            raise NotFoundError("The connection is not there any more")
        values = {
            "connection_id": connection_id,
            "user_id": select(User.id).where(User.id == user_id).scalar_subquery(),
            "kind": intent.kind,
            "mailbox": chosen.mailbox,
            "uid_validity": chosen.uid_validity,
            "destination": intent.destination,
            "destination_validity": end.uid_validity,
            "destination_next": end.uid_next,
            "total": len(uids) + intent.done + intent.gone,
            "done": intent.done,
            "gone": intent.gone,
            "undo_of_id": intent.undo_of,
            "created_at": now,
            "claimed_until": now + LEASE_DURATION,
        }
        row = transaction.execute(insert(MailAction).values(values).returning(*COLUMNS)).one()
        for start in range(0, len(uids), BATCH_SIZE):
            messages = {uid: JournaledMessage(chosen.messages[uid]) for uid in uids[start : start + BATCH_SIZE]}
            batch = {"act_id": row.id, "number": start // BATCH_SIZE, "messages": to_text(messages)}
            transaction.execute(insert(MailActionBatch).values(state=BatchState.WAITING, **batch))
    return action_record_of(row)


def next_batch(act: ActionRecord) -> tuple[int, Mapping[int, str | None]] | None:
    """Return the next batch of an act: its number and its messages; None where all are done."""
    with read_transaction() as transaction:
        row = transaction.execute(
            select(MailActionBatch.number, MailActionBatch.messages)
            .where(MailActionBatch.act_id == act.id, MailActionBatch.state != BatchState.DONE)
            .order_by(MailActionBatch.number)
            .limit(1)
        ).one_or_none()
    return (row.number, {uid: each.fingerprint for uid, each in from_text(row.messages).items()}) if row else None


def start_batch(act: ActionRecord, number: int, messages: Mapping[int, str], asked: int) -> BatchStart:
    """Write that a batch begins, without what another act has in hand; tell what may have been done before.

    What was asked for and is not written counts as gone from now on: the person who goes on does not hear of it any
    more.
    """
    now = utcnow()
    busy: set[int] = set()
    unanswered: set[int] = set()
    ends = [act.end]
    with write_transaction() as transaction:
        for row in _started(transaction, act):
            shared = messages.keys() & from_text(row.messages).keys()
            if row.id != act.id and row.claimed_until is not None and row.claimed_until > now:
                busy |= shared
            elif shared and row.destination == act.destination:
                unanswered |= shared
                ends.append(UidNext(row.destination_validity, row.destination_next))
        mine = {uid: JournaledMessage(fingerprint) for uid, fingerprint in messages.items() if uid not in busy}
        _write(transaction, act, number, BatchState.BEGUN, mine)
        transaction.execute(
            update(MailAction)
            .where(MailAction.id == act.id)
            .values(claimed_until=now + LEASE_DURATION, gone=MailAction.gone + asked - len(mine))
        )
    return BatchStart(
        number=number,
        messages=messages,
        busy=frozenset(busy),
        unanswered=frozenset(unanswered - busy),
        end=min((end for end in ends if end.uid_validity == act.end.uid_validity), key=lambda end: end.uid_next),
    )


def finish_batch(act: ActionRecord, step: BatchStart, outcome: BatchOutcome) -> None:
    """Write what has become of a batch."""
    done = {uid: JournaledMessage(step.messages[uid], copy) for uid, copy in outcome.done.items()}
    with write_transaction() as transaction:
        _write(transaction, act, step.number, BatchState.DONE, done)
        transaction.execute(
            update(MailAction)
            .where(MailAction.id == act.id)
            .values(
                done=MailAction.done + len(done),
                gone=MailAction.gone + len(step.messages.keys() - step.busy) - len(done),
                left_marked=or_(MailAction.left_marked, literal(outcome.left_marked)),
                destination_validity=outcome.end.uid_validity,
                destination_next=outcome.end.uid_next,
            )
        )


def started_batches(act: ActionRecord) -> Sequence[tuple[BatchState, Mapping[int, JournaledMessage]]]:
    """Return the batches that were begun."""
    with read_transaction() as transaction:
        rows = transaction.execute(
            select(MailActionBatch.state, MailActionBatch.messages)
            .where(MailActionBatch.act_id == act.id, MailActionBatch.state != BatchState.WAITING)
            .order_by(MailActionBatch.number)
        ).all()
    return [(row.state, from_text(row.messages)) for row in rows]


def progress_of(act: ActionRecord) -> Progress:
    """Return how far an act is; nothing of it is left where its connection was deleted meanwhile."""
    with read_transaction() as transaction:
        row = transaction.execute(
            select(MailAction.total, MailAction.done, MailAction.gone, MailAction.left_marked).where(
                MailAction.id == act.id
            )
        ).one_or_none()
    return Progress(*row) if row else Progress(0, 0, 0, left_marked=False)


def _delete_old(transaction: Transaction, connection_id: int) -> None:
    transaction.execute(delete(MailAction).where(MailAction.created_at < utcnow() - UNDO_PERIOD))
    ours = MailAction.connection_id == connection_id
    newest = select(MailAction.created_at).where(ours).order_by(MailAction.created_at.desc())
    surplus = newest.offset(_MAX_KEPT).limit(1).scalar_subquery()
    transaction.execute(delete(MailAction).where(ours, MailAction.created_at <= surplus))


def _write(
    transaction: Transaction,
    act: ActionRecord,
    number: int,
    state: BatchState,
    messages: Mapping[int, JournaledMessage],
) -> None:
    this = (MailActionBatch.act_id == act.id, MailActionBatch.number == number)
    transaction.execute(update(MailActionBatch).where(*this).values(state=state, messages=to_text(messages)))


def _started(transaction: Transaction, act: ActionRecord) -> Sequence[Any]:
    """Find the batches in the same mailbox that have no answer yet, or will never have one."""
    if act.kind.only_marks:
        return ()
    # PostgreSQL would let two begin at once; SQLite has one writer anyway.
    here = Connection.id == act.connection_id
    transaction.execute(select(Connection.id).where(here).with_for_update(key_share=True))
    return transaction.execute(
        select(*COLUMNS, MailActionBatch.messages)
        .join(MailActionBatch, MailActionBatch.act_id == MailAction.id)
        .where(
            MailAction.connection_id == act.connection_id,
            MailAction.mailbox == act.mailbox,
            MailAction.uid_validity == act.uid_validity,
            MailAction.kind.not_in([kind for kind in ActionKind if kind.only_marks]),
            MailActionBatch.state == BatchState.BEGUN,
        )
    ).all()
