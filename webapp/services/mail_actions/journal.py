"""The book of acts: what is going to be done is written before, what was done after, each in a short transaction.

Nothing here waits for a network. A batch that was begun and not concluded may have been done or not: its process was
killed, or its connection dropped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection as Transaction
from sqlalchemy import delete, insert, literal, or_, select, update

from webapp.core.imap.mailbox.copyuid import End
from webapp.core.imap.mailbox.message_commands import BATCH, Chosen
from webapp.core.imap.protocol.errors import GoneError
from webapp.models import (
    BatchState,
    Connection,
    Kind,
    MailAct,
    MailActBatch,
    User,
    read_transaction,
    utcnow,
    write_transaction,
)
from webapp.services.mail_actions.journal_records import (
    CLAIM_LASTS,
    COLUMNS,
    KEPT,
    Act,
    Written,
    act_of,
    from_text,
    to_text,
)

_MOST_KEPT = 1000
"""Acts of one connection: programs may do many a minute."""


@dataclass(frozen=True, kw_only=True)
class Intent:
    """What is going to be done; `done` and `gone` count what is settled before the first command."""

    kind: Kind
    chosen: Chosen
    destination: str
    end: End
    undo_of: int | None = None
    done: int = 0
    gone: int = 0


@dataclass(frozen=True, kw_only=True)
class Step:
    """A batch that has been begun: `busy` is in the hands of another act, `unanswered` may have been done already.

    Copies of the latter have come since `end` at the earliest.
    """

    number: int
    messages: Mapping[int, str]
    busy: frozenset[int]
    unanswered: frozenset[int]
    end: End


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What has become of a batch: the copy of each message that was done, as far as it is known."""

    done: Mapping[int, int | None]
    gone: frozenset[int]
    left_marked: bool
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
        """Count what is not settled."""
        return self.total - self.done - self.gone


def open_act(connection_id: int, user_id: int | None, intent: Intent) -> Act:
    """Write an intent down, claimed, and forget what is old; raise `GoneError` where the connection was deleted."""
    now = utcnow()
    chosen, end = intent.chosen, intent.end
    uids = sorted(chosen.messages)
    with write_transaction() as transaction:
        _forget(transaction, connection_id)
        if transaction.execute(select(Connection.id).where(Connection.id == connection_id)).first() is None:
            raise GoneError("The connection is not there any more")
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
            "claimed_until": now + CLAIM_LASTS,
        }
        row = transaction.execute(insert(MailAct).values(values).returning(*COLUMNS)).one()
        for start in range(0, len(uids), BATCH):
            messages = {uid: Written(chosen.messages[uid]) for uid in uids[start : start + BATCH]}
            batch = {"act_id": row.id, "number": start // BATCH, "messages": to_text(messages)}
            transaction.execute(insert(MailActBatch).values(state=BatchState.WAITING, **batch))
    return act_of(row)


def upcoming(act: Act) -> tuple[int, Mapping[int, str | None]] | None:
    """Give the next batch of an act: its number and its messages; None where all are done."""
    with read_transaction() as transaction:
        row = transaction.execute(
            select(MailActBatch.number, MailActBatch.messages)
            .where(MailActBatch.act_id == act.id, MailActBatch.state != BatchState.DONE)
            .order_by(MailActBatch.number)
            .limit(1)
        ).one_or_none()
    return (row.number, {uid: each.fingerprint for uid, each in from_text(row.messages).items()}) if row else None


def begin(act: Act, number: int, messages: Mapping[int, str], asked: int) -> Step:
    """Write that a batch begins, without what another act has in hand; tell what may have been done before.

    What was asked for and is not written counts as gone from now on: whoever goes on does not hear of it any more.
    """
    now = utcnow()
    busy: set[int] = set()
    unanswered: set[int] = set()
    ends = [act.end]
    with write_transaction() as transaction:
        for row in _begun(transaction, act):
            shared = messages.keys() & from_text(row.messages).keys()
            if row.id != act.id and row.claimed_until is not None and row.claimed_until > now:
                busy |= shared
            elif shared and row.destination == act.destination:
                unanswered |= shared
                ends.append(End(row.destination_validity, row.destination_next))
        mine = {uid: Written(fingerprint) for uid, fingerprint in messages.items() if uid not in busy}
        _write(transaction, act, number, BatchState.BEGUN, mine)
        transaction.execute(
            update(MailAct)
            .where(MailAct.id == act.id)
            .values(claimed_until=now + CLAIM_LASTS, gone=MailAct.gone + asked - len(mine))
        )
    return Step(
        number=number,
        messages=messages,
        busy=frozenset(busy),
        unanswered=frozenset(unanswered - busy),
        end=min((end for end in ends if end.uid_validity == act.end.uid_validity), key=lambda end: end.uid_next),
    )


def conclude(act: Act, step: Step, outcome: Outcome) -> None:
    """Write what has become of a batch."""
    done = {uid: Written(step.messages[uid], copy) for uid, copy in outcome.done.items()}
    with write_transaction() as transaction:
        _write(transaction, act, step.number, BatchState.DONE, done)
        transaction.execute(
            update(MailAct)
            .where(MailAct.id == act.id)
            .values(
                done=MailAct.done + len(done),
                gone=MailAct.gone + len(step.messages.keys() - step.busy) - len(done),
                left_marked=or_(MailAct.left_marked, literal(outcome.left_marked)),
                destination_validity=outcome.end.uid_validity,
                destination_next=outcome.end.uid_next,
            )
        )


def written_batches(act: Act) -> Sequence[tuple[BatchState, Mapping[int, Written]]]:
    """Give the batches that were begun."""
    with read_transaction() as transaction:
        rows = transaction.execute(
            select(MailActBatch.state, MailActBatch.messages)
            .where(MailActBatch.act_id == act.id, MailActBatch.state != BatchState.WAITING)
            .order_by(MailActBatch.number)
        ).all()
    return [(row.state, from_text(row.messages)) for row in rows]


def tally(act: Act) -> Tally:
    """Tell how far an act is; nothing of it is left where its connection was deleted meanwhile."""
    with read_transaction() as transaction:
        row = transaction.execute(
            select(MailAct.total, MailAct.done, MailAct.gone, MailAct.left_marked).where(MailAct.id == act.id)
        ).one_or_none()
    return Tally(*row) if row else Tally(0, 0, 0, left_marked=False)


def _forget(transaction: Transaction, connection_id: int) -> None:
    transaction.execute(delete(MailAct).where(MailAct.created_at < utcnow() - KEPT))
    ours = MailAct.connection_id == connection_id
    newest = select(MailAct.created_at).where(ours).order_by(MailAct.created_at.desc())
    surplus = newest.offset(_MOST_KEPT).limit(1).scalar_subquery()
    transaction.execute(delete(MailAct).where(ours, MailAct.created_at <= surplus))


def _write(transaction: Transaction, act: Act, number: int, state: BatchState, messages: Mapping[int, Written]) -> None:
    this = (MailActBatch.act_id == act.id, MailActBatch.number == number)
    transaction.execute(update(MailActBatch).where(*this).values(state=state, messages=to_text(messages)))


def _begun(transaction: Transaction, act: Act) -> Sequence[Any]:
    """Find the batches in the same mailbox that have no answer yet, or will never have one."""
    if act.kind.only_marks:
        return ()
    # PostgreSQL would let two begin at once; SQLite has one writer anyway.
    here = Connection.id == act.connection_id
    transaction.execute(select(Connection.id).where(here).with_for_update(key_share=True))
    return transaction.execute(
        select(*COLUMNS, MailActBatch.messages)
        .join(MailActBatch, MailActBatch.act_id == MailAct.id)
        .where(
            MailAct.connection_id == act.connection_id,
            MailAct.mailbox == act.mailbox,
            MailAct.uid_validity == act.uid_validity,
            MailAct.kind.not_in([kind for kind in Kind if kind.only_marks]),
            MailActBatch.state == BatchState.BEGUN,
        )
    ).all()
