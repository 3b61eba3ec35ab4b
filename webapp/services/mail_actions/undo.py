"""Undoes a move: what is in the destination goes back, what only lost its place in part is restored where it is."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from webapp.core.imap.mailbox import message_commands
from webapp.core.imap.mailbox.copyuid import end_of, find_copies
from webapp.core.imap.mailbox.message_commands import BATCH, Chosen
from webapp.core.imap.mailbox.message_state import Seen, seen_now
from webapp.core.imap.protocol.errors import ChangedError, GoneError
from webapp.core.imap.protocol.session import Session
from webapp.models import BatchState, Connection, Kind, User, db
from webapp.services.connections.mail_session import opened
from webapp.services.mail_actions import journal
from webapp.services.mail_actions.executor import carry_out
from webapp.services.mail_actions.journal import Intent
from webapp.services.mail_actions.journal_records import Act
from webapp.services.mail_actions.leases import ActError, claim_to_undo, given_back, hold
from webapp.services.mail_actions.requests import Done

UndoError = ActError

_NO_MORE = GoneError, ChangedError
"""The destination is not there any more, and the copies in it neither."""


def undo(connection: Connection, act_id: int, user: User | None, *, seconds: float | None = None) -> Done:
    """Bring back what an act has moved; where it takes longer than some seconds, a part of it.

    Raises `UndoError`, and the errors of the core: what had been brought back before one of those is in the book, and
    another `undo` goes on with it.
    """
    db.session.commit()  # what the request itself holds of the database
    original, back = claim_to_undo(connection.id, act_id)
    with given_back(original), opened(connection) as session:
        if back is None:
            back = _prepared(session, original, user)
        with given_back(back):
            carry_out(session, back, seconds)
        tally = journal.tally(back)
    return Done(
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


def _prepared(session: Session, original: Act, user: User | None) -> Act:
    """Restore what has not left, and write down what is to be moved back."""
    found = _find(session, original)
    there = Chosen(mailbox=original.mailbox, uid_validity=original.uid_validity, messages=found.restored)
    restored: set[int] = set()
    for batch in message_commands.restore(session, there):
        hold(original)
        restored |= {*batch.done}
    removed = found.restored.keys() - restored  # by somebody else, a moment ago
    found.moved |= {found.spare[uid]: found.restored[uid] for uid in removed & found.spare.keys()}
    found.lost += len(removed - found.spare.keys())
    copies = {found.spare[uid]: found.restored[uid] for uid in restored & found.spare.keys()}
    spare = Chosen(mailbox=original.destination, uid_validity=original.end.uid_validity, messages=copies)
    with suppress(*_NO_MORE):
        for _ in message_commands.expunge(session, spare):
            hold(original)
    back = Intent(
        kind=Kind.MOVE,
        chosen=Chosen(mailbox=original.destination, uid_validity=original.end.uid_validity, messages=found.moved),
        destination=original.mailbox,
        end=end_of(session, original.mailbox),
        undo_of=original.id,
        done=len(restored),
        gone=found.lost,
    )
    return journal.open_act(original.connection_id, user.id if user else None, back)


def _find(session: Session, original: Act) -> _Found:
    found = _Found()
    for state, written in journal.written_batches(original):
        messages = {uid: each.fingerprint or "" for uid, each in written.items()}
        copies = {uid: each.copy for uid, each in written.items() if each.copy is not None}
        unanswered = state is BatchState.BEGUN
        there = _still_there(session, original, messages) if unanswered or original.left_marked else {}
        if unanswered:
            with suppress(*_NO_MORE):
                copies = dict(find_copies(session, original.destination, original.end, messages).uids)
        for uid, fingerprint in messages.items():
            _place(found, uid, fingerprint, there.get(uid), copies.get(uid), unanswered=unanswered)
    return found


def _place(
    found: _Found, uid: int, fingerprint: str, there: Seen | None, copy: int | None, *, unanswered: bool
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


def _still_there(session: Session, original: Act, messages: Mapping[int, str]) -> dict[int, Seen]:
    """Look for messages where they were."""
    try:
        if session.open_mailbox(original.mailbox).uid_validity != original.uid_validity:
            return {}
    except GoneError:
        return {}
    uids = sorted(messages)
    there: dict[int, Seen] = {}
    for start in range(0, len(uids), BATCH):
        hold(original)
        session.renew_budget()
        there |= seen_now(session, uids[start : start + BATCH])
    return {uid: seen for uid, seen in there.items() if seen.fingerprint == messages[uid]}


__all__ = ["UndoError", "undo"]
