"""What is done to messages: flags, copies, moves, removal; in batches, each of them looked at right before.

A message is acted on only while its UIDVALIDITY, UID and fingerprint are what a person has seen. Nothing here sends a
plain EXPUNGE or CLOSE, which would remove what others have marked.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from webapp.core.imap.mailbox.copyuid import parse_copyuid
from webapp.core.imap.mailbox.message_state import MessageState, fetch_states
from webapp.core.imap.protocol.errors import MailboxError, ReadOnlyError
from webapp.core.imap.protocol.imaplib_protocol import Untagged
from webapp.core.imap.protocol.mailbox_command import mailbox_command
from webapp.core.imap.protocol.mailbox_names import same_mailbox
from webapp.core.imap.protocol.sequence_sets import sequence_set
from webapp.core.imap.protocol.session import Session

BATCH_SIZE = 500
"""UIDs in one command: 5,500 bytes at worst, as servers need not take lines beyond 8,000 (RFC 2683, 3.2.1.5)."""

_DELETED = "\\Deleted"


class Flag(StrEnum):
    """The flags that may be set; removal has acts of its own."""

    SEEN = "\\Seen"
    FLAGGED = "\\Flagged"
    ANSWERED = "\\Answered"
    DRAFT = "\\Draft"


@dataclass(frozen=True, kw_only=True)
class MessageSet:
    """Messages of one mailbox as a person has seen them; a fingerprint of None is not compared."""

    mailbox: str
    uid_validity: int
    messages: Mapping[int, str | None]


@dataclass(frozen=True, kw_only=True)
class BatchResult:
    """What one command has done; `copies` maps UIDs to those in the destination as far as the server told them.

    `gone` are not there any more, or another message has their UID. `left_marked` says that messages were only marked
    as deleted, since the server can remove no single ones.
    """

    done: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()
    destination_validity: int | None = None
    copies: Mapping[int, int] = field(default_factory=dict)
    left_marked: bool = False


def set_flags(
    session: Session, chosen: MessageSet, *, add: Collection[Flag] = (), remove: Collection[Flag] = ()
) -> Iterator[BatchResult]:
    """Set flags and take flags away."""

    def act(uids: Sequence[int]) -> BatchResult:
        for sign, flags in ((b"+", add), (b"-", remove)):
            if flags:
                _store(session, uids, sign, flags)
        return BatchResult(done=tuple(uids))

    return _each(session, chosen, act, needed={*add, *remove})


def copy(session: Session, chosen: MessageSet, destination: str) -> Iterator[BatchResult]:
    """Copy messages into another mailbox."""
    _refuse_itself(chosen, destination)
    return _each(session, chosen, lambda uids: _transfer(session, session.copy, uids, destination), writable=False)


def move(session: Session, chosen: MessageSet, destination: str) -> Iterator[BatchResult]:
    """Move messages into another mailbox: by MOVE (RFC 6851), else by a copy and the removal of these alone.

    Where removed messages stay, marked, those that are marked already count as gone: a person has moved them before.
    """
    _refuse_itself(chosen, destination)
    if session.has_capability("MOVE"):
        return _each(session, chosen, lambda uids: _transfer(session, session.move, uids, destination))

    def act(uids: Sequence[int]) -> BatchResult:
        copied = _transfer(session, session.copy, uids, destination)
        return replace(copied, left_marked=_remove(session, copied.done))

    return _each(session, chosen, act, needed={_DELETED}, unless_marked=not session.has_capability("UIDPLUS"))


def expunge(session: Session, chosen: MessageSet) -> Iterator[BatchResult]:
    """Remove messages for good, these alone."""

    def act(uids: Sequence[int]) -> BatchResult:
        return BatchResult(done=tuple(uids), left_marked=_remove(session, uids))

    return _each(session, chosen, act, needed={_DELETED})


def undelete(session: Session, chosen: MessageSet) -> Iterator[BatchResult]:
    """Take the mark of removal away."""

    def act(uids: Sequence[int]) -> BatchResult:
        _store(session, uids, b"-", (_DELETED,))
        return BatchResult(done=tuple(uids))

    return _each(session, chosen, act, needed={_DELETED})


def _each(
    session: Session,
    chosen: MessageSet,
    act: Callable[[Sequence[int]], BatchResult],
    *,
    writable: bool = True,
    needed: Collection[str] = (),
    unless_marked: bool = False,
) -> Iterator[BatchResult]:
    """Act on messages in batches, on those of each that are still what they were."""
    uids_of_all = sorted(chosen.messages)
    for start in range(0, len(uids_of_all), BATCH_SIZE):
        uids = uids_of_all[start : start + BATCH_SIZE]
        session.renew_budget()
        opened = session.open_mailbox(chosen.mailbox, chosen.uid_validity, writable=writable)
        _refuse_missing(needed, opened.permanent_flags)
        now = fetch_states(session, uids)
        here = [uid for uid in uids if _is_same(now.get(uid), chosen.messages[uid], unless_marked)]
        with session.extended_timeout():
            batch = act(here) if here else BatchResult()
        yield replace(batch, gone=tuple(sorted(set(uids) - set(batch.done))))


def _is_same(now: MessageState | None, fingerprint: str | None, unless_marked: bool) -> bool:
    return now is not None and fingerprint in (None, now.fingerprint) and not (unless_marked and now.deleted)


def _transfer(
    session: Session, send: Callable[[bytes, bytes], Sequence[Untagged]], uids: Sequence[int], destination: str
) -> BatchResult:
    """Copy or move; where the server tells the copies, only what it names has been done."""
    told = parse_copyuid(mailbox_command(session, destination, lambda raw: send(sequence_set(uids), raw)), uids)
    if told is None:
        return BatchResult(done=tuple(uids))
    return BatchResult(
        done=tuple(uid for uid in uids if uid in told.uids),
        destination_validity=told.uid_validity,
        copies=told.uids,
    )


def _remove(session: Session, uids: Sequence[int]) -> bool:
    """Remove messages, and say whether they are only marked: a server without UIDPLUS would remove all marked ones."""
    if not uids:
        return False
    _store(session, uids, b"+", (_DELETED,))
    if not session.has_capability("UIDPLUS"):
        return True
    session.expunge(sequence_set(uids))
    return False


def _store(session: Session, uids: Sequence[int], sign: bytes, flags: Collection[str]) -> None:
    session.store_flags(sequence_set(uids), flags, add=sign == b"+")


def _refuse_missing(needed: Collection[str], permanent: frozenset[str] | None) -> None:
    missing = [flag for flag in needed if permanent is not None and flag.lower() not in permanent]
    if missing:
        raise ReadOnlyError(f"The server does not keep {' '.join(missing)} in this mailbox (PERMANENTFLAGS)")


def _refuse_itself(chosen: MessageSet, destination: str) -> None:
    if same_mailbox(chosen.mailbox, destination):
        raise MailboxError("[CANNOT] The messages are in this mailbox already")
