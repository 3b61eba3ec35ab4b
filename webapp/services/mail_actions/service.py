"""Acts on the messages of a connection: what will happen, done, gone on with. Knows no page and no request."""

import hashlib
import re
from base64 import urlsafe_b64encode

from webapp.core.imap.mailbox.copyuid import UidNext, uid_next_of
from webapp.core.imap.mailbox.message_commands import BATCH_SIZE, MessageSet
from webapp.core.imap.mailbox.message_list import fetch_summaries
from webapp.core.imap.mailbox.message_state import fetch_states
from webapp.core.imap.mailbox.search import SearchQuery, search
from webapp.core.imap.protocol.errors import MailboxError
from webapp.core.imap.protocol.session import Session
from webapp.models import ActionKind, Connection, User, db
from webapp.services.connections.mail_session import open_mail_session
from webapp.services.mail_actions import journal
from webapp.services.mail_actions.destination import (
    ActionWarning,
    NoArchiveError,
    NoTrashError,
    ResolvedAction,
    resolve_action,
)
from webapp.services.mail_actions.executor import execute_batches
from webapp.services.mail_actions.journal import JournalEntry
from webapp.services.mail_actions.journal_records import ActionRecord
from webapp.services.mail_actions.leases import ActionError, ResumeRefusal, acquire_lease, releasing
from webapp.services.mail_actions.requests import (
    ActionRequest,
    ActionResult,
    Preview,
    SearchSelection,
    SelectionChangedError,
)
from webapp.services.mail_actions.undo import UndoError, undo

MAX_MESSAGES = 250_000
"""How many messages one act may be on."""

_FIRST = 10


def preview(connection: Connection, wish: ActionRequest) -> Preview:
    """Return what would happen."""
    with open_mail_session(connection) as session:
        chosen = _resolve_selection(session, wish.what)
        way = resolve_action(session, wish.kind, chosen.mailbox, wish.destination)
        end = _uid_next(session, way)
        here = _still_present(session, chosen) if isinstance(wish.what, MessageSet) else chosen.messages.keys()
        undoable = way.kind.moves and (session.has_capability("UIDPLUS") or end.uid_next > 0)
        cautions = way.cautions if undoable or not way.kind.moves else (*way.cautions, ActionWarning.NO_UNDO)
        return Preview(
            kind=way.kind,
            mailbox=chosen.mailbox,
            uid_validity=chosen.uid_validity,
            destination=_visible_destination(way.kind, way.destination),
            total=len(here),
            gone_uids=tuple(sorted(chosen.messages.keys() - here)),
            first=tuple(fetch_summaries(session, set(sorted(here)[-_FIRST:]))),
            digest=_digest(chosen) if isinstance(wish.what, SearchSelection) else "",
            undoable=undoable,
            cautions=cautions,
        )


def execute(
    connection: Connection, wish: ActionRequest, user: User | None, *, seconds: float | None = None
) -> ActionResult:
    """Do it; where it takes longer than some seconds, a part of it.

    Raises `StaleError` where an `Everything` finds other messages than its digest says, and the errors of the core:
    what had been done before one of those is in the book.
    """
    with open_mail_session(connection) as session:
        chosen = _resolve_selection(session, wish.what)
        if isinstance(wish.what, SearchSelection) and not _matches_preview(wish, chosen):
            raise SelectionChangedError
        way = resolve_action(session, wish.kind, chosen.mailbox, wish.destination)
        if ActionWarning.ALREADY_THERE in way.cautions or not chosen.messages:
            return _nothing_done(way, chosen)
        end = _uid_next(session, way)
        session.open_mailbox(chosen.mailbox, chosen.uid_validity, writable=way.kind is not ActionKind.COPY)
        intent = JournalEntry(kind=way.kind, chosen=chosen, destination=way.destination, end=end)
        act = journal.create_action(connection.id, user.id if user else None, intent)
        with releasing(act):
            return _execute_action(session, act, seconds)


def resume(connection: Connection, act_id: int, *, seconds: float | None = None) -> ActionResult:
    """Go on with an act that was left off or interrupted; raise `ActError` where that cannot be."""
    db.session.commit()  # what the request itself holds of the database
    act = acquire_lease(connection.id, act_id)
    with releasing(act), open_mail_session(connection) as session:
        return _execute_action(session, act, seconds)


def _execute_action(session: Session, act: ActionRecord, seconds: float | None) -> ActionResult:
    gone = execute_batches(session, act, seconds)
    tally = journal.progress_of(act)
    return ActionResult(
        kind=act.kind,
        mailbox=act.mailbox,
        destination=_visible_destination(act.kind, act.destination),
        done=tally.done,
        gone=tally.gone,
        left_marked=tally.left_marked,
        act_id=act.id if act.kind.moves and tally.done and act.undo_of is None else None,
        gone_uids=tuple(sorted(gone)),
        remaining=tally.remaining,
        unfinished_id=act.id if tally.remaining else None,
    )


def _resolve_selection(session: Session, what: MessageSet | SearchSelection) -> MessageSet:
    """Find the messages of a wish at this moment."""
    if isinstance(what, MessageSet):
        if len(what.messages) > MAX_MESSAGES:
            raise _too_many()
        return what
    session.open_mailbox(what.mailbox, what.uid_validity)
    found = search(session, what.query or SearchQuery())
    if found.total > MAX_MESSAGES:
        raise _too_many()
    planned = _highest_in(what.digest)
    uids = (uid for uid in found.all() if planned is None or uid <= planned)
    return MessageSet(mailbox=what.mailbox, uid_validity=what.uid_validity, messages=dict.fromkeys(uids, None))


def _too_many() -> MailboxError:
    return MailboxError(f"[LIMIT] More than {MAX_MESSAGES:,} messages at once")


def _matches_preview(wish: ActionRequest, chosen: MessageSet) -> bool:
    digest = wish.what.digest if isinstance(wish.what, SearchSelection) else ""
    return digest == _digest(chosen) if digest else wish.kind.only_marks


def _digest(chosen: MessageSet) -> str:
    """Return the name of the highest UID, beyond which is what has come since, and a digest of all."""
    uids = sorted(chosen.messages)
    text = f"{chosen.uid_validity} {uids}".encode()
    return f"{max(uids, default=0)}.{urlsafe_b64encode(hashlib.sha256(text).digest()[:18]).decode()}"


def _highest_in(digest: str) -> int | None:
    head, _, _ = digest.partition(".")
    return int(head) if re.fullmatch(r"[0-9]{1,10}", head) else None


def _uid_next(session: Session, way: ResolvedAction) -> UidNext:
    """Ask for the end of the destination, which also says that there is one."""
    goes = way.destination and ActionWarning.ALREADY_THERE not in way.cautions
    return uid_next_of(session, way.destination) if goes else UidNext(0, 0)


def _still_present(session: Session, chosen: MessageSet) -> set[int]:
    """Find out which messages are still what they were."""
    uids = sorted(chosen.messages)
    here: set[int] = set()
    session.open_mailbox(chosen.mailbox, chosen.uid_validity)
    for start in range(0, len(uids), BATCH_SIZE):
        session.renew_budget()
        now = fetch_states(session, uids[start : start + BATCH_SIZE])
        here |= {uid for uid, seen in now.items() if chosen.messages[uid] in (None, seen.fingerprint)}
    return here


def _visible_destination(kind: ActionKind, destination: str) -> str:
    """Return where messages are in the end; Trash on the way out is not."""
    return "" if kind is ActionKind.EXPUNGE else destination


def _nothing_done(way: ResolvedAction, chosen: MessageSet) -> ActionResult:
    return ActionResult(
        kind=way.kind,
        mailbox=chosen.mailbox,
        destination=_visible_destination(way.kind, way.destination),
        done=0,
        gone=0,
        left_marked=False,
        act_id=None,
    )


__all__ = [
    "ActionError",
    "ActionKind",
    "ActionRequest",
    "ActionResult",
    "ActionWarning",
    "MessageSet",
    "NoArchiveError",
    "NoTrashError",
    "Preview",
    "ResumeRefusal",
    "SearchSelection",
    "SelectionChangedError",
    "UndoError",
    "execute",
    "preview",
    "resume",
    "undo",
]
