"""Carries an act out, batch by batch: each is in the book before its command and after it."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from time import monotonic

from webapp.core.imap.mailbox import message_commands
from webapp.core.imap.mailbox.copyuid import Copies, UidNext, exclude_mismatches, find_copies
from webapp.core.imap.mailbox.message_commands import BatchResult, Flag, MessageSet
from webapp.core.imap.mailbox.message_state import fetch_states
from webapp.core.imap.protocol.errors import MailboxError
from webapp.core.imap.protocol.session import Session
from webapp.models import ActionKind
from webapp.services.mail_actions import journal
from webapp.services.mail_actions.journal import BatchOutcome, BatchStart
from webapp.services.mail_actions.journal_records import ActionRecord
from webapp.services.mail_actions.leases import renew_lease

_Core = Callable[[Session, MessageSet, str], Iterator[BatchResult]]

_SEEN, _FLAGGED = (Flag.SEEN,), (Flag.FLAGGED,)
_CORE: Mapping[ActionKind, _Core] = {
    ActionKind.SEEN: lambda session, chosen, _: message_commands.set_flags(session, chosen, add=_SEEN),
    ActionKind.UNSEEN: lambda session, chosen, _: message_commands.set_flags(session, chosen, remove=_SEEN),
    ActionKind.FLAG: lambda session, chosen, _: message_commands.set_flags(session, chosen, add=_FLAGGED),
    ActionKind.UNFLAG: lambda session, chosen, _: message_commands.set_flags(session, chosen, remove=_FLAGGED),
    ActionKind.COPY: message_commands.copy,
    ActionKind.MOVE: message_commands.move,
    ActionKind.ARCHIVE: message_commands.move,
    ActionKind.DELETE: message_commands.move,
    ActionKind.EXPUNGE: lambda session, chosen, by: (
        message_commands.move(session, chosen, by) if by else message_commands.expunge(session, chosen)
    ),
}


def execute_batches(session: Session, act: ActionRecord, seconds: float | None = None) -> set[int]:
    """Carry out what is left of an act; where it takes longer than some seconds, a part of it. Tell what was gone."""
    ends = None if seconds is None else monotonic() + seconds
    gone: set[int] = set()
    while (ahead := journal.next_batch(act)) is not None:
        number, messages = ahead
        step = journal.start_batch(act, number, _fill_fingerprints(session, act, messages), len(messages))
        outcome = _run_batch(session, act, step, messages)
        journal.finish_batch(act, step, outcome)
        act = replace(act, end=outcome.end)
        gone |= outcome.gone
        if ends is not None and monotonic() >= ends:
            break
    return gone


def _fill_fingerprints(session: Session, act: ActionRecord, messages: Mapping[int, str | None]) -> dict[int, str]:
    """Fill in the fingerprints that no one has seen: by them a message is known again in another mailbox."""
    known = {uid: fingerprint for uid, fingerprint in messages.items() if fingerprint is not None}
    unknown = messages.keys() - known.keys()
    if unknown:
        session.renew_budget()
        session.open_mailbox(act.mailbox, act.uid_validity, writable=act.kind is not ActionKind.COPY)
        known |= {uid: now.fingerprint for uid, now in fetch_states(session, unknown).items()}
    return known


def _run_batch(session: Session, act: ActionRecord, step: BatchStart, asked: Collection[int]) -> BatchOutcome:
    """Take one step, and find out where the messages went."""
    before, left_marked = _finish_interrupted(session, act, step)
    batch = _act_on(session, act, step, step.messages.keys() - before.keys() - step.busy)
    copies = _copies_of(session, act, step, batch)
    done = {**before, **{uid: copies.uids.get(uid) for uid in batch.done}}
    known = {uid: copy for uid, copy in done.items() if copy is not None}
    if act.kind is ActionKind.EXPUNGE and act.destination:
        ends = {copy: step.messages[uid] for uid, copy in known.items()}
        _remove(session, act, act.destination, copies.uid_validity, ends)
    return BatchOutcome(
        done=done,
        gone=frozenset(asked) - done.keys(),
        left_marked=left_marked or batch.left_marked,
        end=UidNext(copies.uid_validity, max((act.end.uid_next, *(copy + 1 for copy in known.values())))),
    )


def _finish_interrupted(session: Session, act: ActionRecord, step: BatchStart) -> tuple[Mapping[int, int], bool]:
    """Finish what an earlier attempt has begun: what has its copy already is not copied again, only removed."""
    if not step.unanswered or not act.destination:
        return {}, False
    unanswered = {uid: step.messages[uid] for uid in step.unanswered}
    found = find_copies(session, act.destination, step.end, unanswered)
    copies = exclude_mismatches(session, act.destination, act.mailbox, found)
    if act.kind is ActionKind.COPY:
        return copies, False
    return copies, _remove(session, act, act.mailbox, act.uid_validity, {uid: unanswered[uid] for uid in copies})


def _act_on(session: Session, act: ActionRecord, step: BatchStart, uids: Collection[int]) -> BatchResult:
    messages = {uid: step.messages[uid] for uid in uids}
    chosen = MessageSet(mailbox=act.mailbox, uid_validity=act.uid_validity, messages=messages)
    return next(_CORE[act.kind](session, chosen, act.destination), BatchResult())


def _copies_of(session: Session, act: ActionRecord, step: BatchStart, batch: BatchResult) -> Copies:
    """Return the copies that the server told, or look for them at once, while nothing else has come."""
    if batch.copies or not batch.done or not act.destination:
        return Copies(batch.destination_validity or act.end.uid_validity, batch.copies)
    renew_lease(act)
    try:
        return find_copies(session, act.destination, act.end, {uid: step.messages[uid] for uid in batch.done})
    except MailboxError:
        if not session.is_synchronized:
            raise
    return Copies(act.end.uid_validity, {})


def _remove(session: Session, act: ActionRecord, mailbox: str, uid_validity: int, messages: Mapping[int, str]) -> bool:
    """Remove messages, and say whether they are only marked."""
    renew_lease(act)
    chosen = MessageSet(mailbox=mailbox, uid_validity=uid_validity, messages=messages)
    batches = list(message_commands.expunge(session, chosen))
    return any(batch.left_marked for batch in batches)
