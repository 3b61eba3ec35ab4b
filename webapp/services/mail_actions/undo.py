"""Undoes a move: what is in the destination goes back, what only lost its place in part is restored where it is."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from webapp.core.imap.mailbox import message_commands
from webapp.core.imap.mailbox.copyuid import find_copies, uid_next_of
from webapp.core.imap.mailbox.message_commands import BATCH_SIZE, MessageSet
from webapp.core.imap.mailbox.message_state import MessageState, fetch_states
from webapp.core.imap.protocol.errors import NotFoundError, UidValidityChangedError
from webapp.core.imap.protocol.session import Session
from webapp.models import ActionKind, BatchState, Connection, User, db
from webapp.services.connections.mail_session import open_mail_session
from webapp.services.mail_actions import journal
from webapp.services.mail_actions.executor import execute_batches
from webapp.services.mail_actions.journal import JournalEntry
from webapp.services.mail_actions.journal_records import ActionRecord
from webapp.services.mail_actions.leases import ActionError, acquire_lease_to_undo, releasing, renew_lease
from webapp.services.mail_actions.requests import ActionResult

UndoError = ActionError

_NO_MORE = NotFoundError, UidValidityChangedError
"""The destination is not there any more, and the copies in it neither."""


def undo(connection: Connection, act_id: int, user: User | None, *, seconds: float | None = None) -> ActionResult:
    """Bring back what an act has moved; where it takes longer than some seconds, a part of it.

    Raises `UndoError`, and the errors of the core: what had been brought back before one of those is in the book, and
    another `undo` goes on with it.
    """
    db.session.commit()  # what the request itself holds of the database
    original, back = acquire_lease_to_undo(connection.id, act_id)
    with releasing(original), open_mail_session(connection) as session:
        if back is None:
            back = _prepare_undo(session, original, user)
        with releasing(back):
            execute_batches(session, back, seconds)
        tally = journal.progress_of(back)
    return ActionResult(
        kind=original.kind,
        mailbox=original.destination,
        destination=original.mailbox,
        done=tally.done,
        gone=tally.gone,
        left_marked=tally.left_marked,
        act_id=None,
        remaining=tally.remaining,
        unfinished_id=back.id if tally.remaining else None,
    )


@dataclass
class _Found:
    """Where the messages of an act are: still in their mailbox, in the destination, or nowhere.

    `spare` are the copies of those that are still in their mailbox, by their UIDs there.
    """

    restored: dict[int, str] = field(default_factory=dict)
    spare: dict[int, int] = field(default_factory=dict)
    moved: dict[int, str | None] = field(default_factory=dict)
    lost: int = 0


def _prepare_undo(session: Session, original: ActionRecord, user: User | None) -> ActionRecord:
    """Restore what has not left, and write down what is to be moved back."""
    found = _locate_messages(session, original)
    there = MessageSet(mailbox=original.mailbox, uid_validity=original.uid_validity, messages=found.restored)
    restored: set[int] = set()
    for batch in message_commands.undelete(session, there):
        renew_lease(original)
        restored |= {*batch.done}
    removed = found.restored.keys() - restored  # by another person, a moment ago
    found.moved |= {found.spare[uid]: found.restored[uid] for uid in removed & found.spare.keys()}
    found.lost += len(removed - found.spare.keys())
    copies = {found.spare[uid]: found.restored[uid] for uid in restored & found.spare.keys()}
    spare = MessageSet(mailbox=original.destination, uid_validity=original.end.uid_validity, messages=copies)
    with suppress(*_NO_MORE):
        for _ in message_commands.expunge(session, spare):
            renew_lease(original)
    back = JournalEntry(
        kind=ActionKind.MOVE,
        chosen=MessageSet(mailbox=original.destination, uid_validity=original.end.uid_validity, messages=found.moved),
        destination=original.mailbox,
        end=uid_next_of(session, original.mailbox),
        undo_of=original.id,
        done=len(restored),
        gone=found.lost,
    )
    return journal.create_action(original.connection_id, user.id if user else None, back)


def _locate_messages(session: Session, original: ActionRecord) -> _Found:
    found = _Found()
    for state, written in journal.started_batches(original):
        messages = {uid: each.fingerprint or "" for uid, each in written.items()}
        copies = {uid: each.copy for uid, each in written.items() if each.copy is not None}
        unanswered = state is BatchState.BEGUN
        there = _present_uids(session, original, messages) if unanswered or original.left_marked else {}
        if unanswered:
            with suppress(*_NO_MORE):
                copies = dict(find_copies(session, original.destination, original.end, messages).uids)
        for uid, fingerprint in messages.items():
            _classify(found, uid, fingerprint, there.get(uid), copies.get(uid), unanswered=unanswered)
    return found


def _classify(
    found: _Found, uid: int, fingerprint: str, there: MessageState | None, copy: int | None, *, unanswered: bool
) -> None:
    if there is not None:
        found.restored[uid] = fingerprint
        # A copy that no answer has told may be another message with the same Message-ID: one too many is no loss.
        if copy is not None and not unanswered:
            found.spare[uid] = copy
    elif copy is not None:
        found.moved[copy] = fingerprint
    else:
        found.lost += 1


def _present_uids(session: Session, original: ActionRecord, messages: Mapping[int, str]) -> dict[int, MessageState]:
    """Look for messages where they were."""
    try:
        if session.open_mailbox(original.mailbox).uid_validity != original.uid_validity:
            return {}
    except NotFoundError:
        return {}
    uids = sorted(messages)
    there: dict[int, MessageState] = {}
    for start in range(0, len(uids), BATCH_SIZE):
        renew_lease(original)
        session.renew_budget()
        there |= fetch_states(session, uids[start : start + BATCH_SIZE])
    return {uid: seen for uid, seen in there.items() if seen.fingerprint == messages[uid]}


__all__ = ["UndoError", "undo"]
