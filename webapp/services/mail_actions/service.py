"""Acts on the messages of a connection: what will happen, done, gone on with. Knows no page and no request."""

import hashlib
import re
from base64 import urlsafe_b64encode

from webapp.core.imap.mailbox.copyuid import End, end_of
from webapp.core.imap.mailbox.message_commands import BATCH, Chosen
from webapp.core.imap.mailbox.message_list import summaries_of
from webapp.core.imap.mailbox.message_state import seen_now
from webapp.core.imap.mailbox.search import Query, search
from webapp.core.imap.protocol.errors import MailboxError
from webapp.core.imap.protocol.session import Session
from webapp.models import Connection, Kind, User, db
from webapp.services.connections.mail_session import opened
from webapp.services.mail_actions import journal
from webapp.services.mail_actions.destination import Caution, NoArchiveError, NoTrashError, Way, find_way
from webapp.services.mail_actions.executor import carry_out
from webapp.services.mail_actions.journal import Intent
from webapp.services.mail_actions.journal_records import Act
from webapp.services.mail_actions.leases import ActError, Refusal, claim, given_back
from webapp.services.mail_actions.requests import Done, Everything, Plan, StaleError, Wish
from webapp.services.mail_actions.undo import UndoError, undo

MOST = 250_000
"""How many messages one act may be on."""

_FIRST = 10


def plan(connection: Connection, wish: Wish) -> Plan:
    """Say what would happen."""
    with opened(connection) as session:
        chosen = _chosen(session, wish.what)
        way = find_way(session, wish.kind, chosen.mailbox, wish.destination)
        end = _end(session, way)
        here = _here(session, chosen) if isinstance(wish.what, Chosen) else chosen.messages.keys()
        undoable = way.kind.moves and (session.offers("UIDPLUS") or end.uid_next > 0)
        cautions = way.cautions if undoable or not way.kind.moves else (*way.cautions, Caution.NO_UNDO)
        return Plan(
            kind=way.kind,
            mailbox=chosen.mailbox,
            uid_validity=chosen.uid_validity,
            destination=_shown(way.kind, way.destination),
            total=len(here),
            gone_uids=tuple(sorted(chosen.messages.keys() - here)),
            first=tuple(summaries_of(session, set(sorted(here)[-_FIRST:]))),
            digest=_digest(chosen) if isinstance(wish.what, Everything) else "",
            undoable=undoable,
            cautions=cautions,
        )


def perform(connection: Connection, wish: Wish, user: User | None, *, seconds: float | None = None) -> Done:
    """Do it; where it takes longer than some seconds, a part of it.

    Raises `StaleError` where an `Everything` finds other messages than its digest says, and the errors of the core:
    what had been done before one of those is in the book.
    """
    with opened(connection) as session:
        chosen = _chosen(session, wish.what)
        if isinstance(wish.what, Everything) and not _is_planned(wish, chosen):
            raise StaleError
        way = find_way(session, wish.kind, chosen.mailbox, wish.destination)
        if Caution.ALREADY_THERE in way.cautions or not chosen.messages:
            return _nothing_done(way, chosen)
        end = _end(session, way)
        session.open_mailbox(chosen.mailbox, chosen.uid_validity, writable=way.kind is not Kind.COPY)
        intent = Intent(kind=way.kind, chosen=chosen, destination=way.destination, end=end)
        act = journal.open_act(connection.id, user.id if user else None, intent)
        with given_back(act):
            return _carried_out(session, act, seconds)


def go_on(connection: Connection, act_id: int, *, seconds: float | None = None) -> Done:
    """Go on with an act that was left off or interrupted; raise `ActError` where that cannot be."""
    db.session.commit()  # what the request itself holds of the database
    act = claim(connection.id, act_id)
    with given_back(act), opened(connection) as session:
        return _carried_out(session, act, seconds)


def _carried_out(session: Session, act: Act, seconds: float | None) -> Done:
    gone = carry_out(session, act, seconds)
    tally = journal.tally(act)
    return Done(
        kind=act.kind,
        mailbox=act.mailbox,
        destination=_shown(act.kind, act.destination),
        done=tally.done,
        gone=tally.gone,
        left_marked=tally.left_marked,
        act_id=act.id if act.kind.moves and tally.done and act.undo_of is None else None,
        gone_uids=tuple(sorted(gone)),
        remaining=tally.remaining,
        unfinished_id=act.id if tally.remaining else None,
    )


def _chosen(session: Session, what: Chosen | Everything) -> Chosen:
    """Find the messages of a wish at this moment."""
    if isinstance(what, Chosen):
        if len(what.messages) > MOST:
            raise _too_many()
        return what
    session.open_mailbox(what.mailbox, what.uid_validity)
    found = search(session, what.query or Query())
    if found.total > MOST:
        raise _too_many()
    planned = _highest_in(what.digest)
    uids = (uid for uid in found.all() if planned is None or uid <= planned)
    return Chosen(mailbox=what.mailbox, uid_validity=what.uid_validity, messages=dict.fromkeys(uids, None))


def _too_many() -> MailboxError:
    return MailboxError(f"[LIMIT] More than {MOST:,} messages at once")


def _is_planned(wish: Wish, chosen: Chosen) -> bool:
    digest = wish.what.digest if isinstance(wish.what, Everything) else ""
    return digest == _digest(chosen) if digest else wish.kind.only_marks


def _digest(chosen: Chosen) -> str:
    """Name the highest UID, beyond which is what has come since, and a digest of all."""
    uids = sorted(chosen.messages)
    text = f"{chosen.uid_validity} {uids}".encode()
    return f"{max(uids, default=0)}.{urlsafe_b64encode(hashlib.sha256(text).digest()[:18]).decode()}"


def _highest_in(digest: str) -> int | None:
    head, _, _ = digest.partition(".")
    return int(head) if re.fullmatch(r"[0-9]{1,10}", head) else None


def _end(session: Session, way: Way) -> End:
    """Ask for the end of the destination, which also says that there is one."""
    goes = way.destination and Caution.ALREADY_THERE not in way.cautions
    return end_of(session, way.destination) if goes else End(0, 0)


def _here(session: Session, chosen: Chosen) -> set[int]:
    """Find out which messages are still what they were."""
    uids = sorted(chosen.messages)
    here: set[int] = set()
    session.open_mailbox(chosen.mailbox, chosen.uid_validity)
    for start in range(0, len(uids), BATCH):
        session.renew_budget()
        now = seen_now(session, uids[start : start + BATCH])
        here |= {uid for uid, seen in now.items() if chosen.messages[uid] in (None, seen.fingerprint)}
    return here


def _shown(kind: Kind, destination: str) -> str:
    """Give where messages are in the end; Trash on the way out is not."""
    return "" if kind is Kind.EXPUNGE else destination


def _nothing_done(way: Way, chosen: Chosen) -> Done:
    return Done(
        kind=way.kind,
        mailbox=chosen.mailbox,
        destination=_shown(way.kind, way.destination),
        done=0,
        gone=0,
        left_marked=False,
        act_id=None,
    )


__all__ = [
    "ActError",
    "Caution",
    "Chosen",
    "Done",
    "Everything",
    "Kind",
    "NoArchiveError",
    "NoTrashError",
    "Plan",
    "Refusal",
    "StaleError",
    "UndoError",
    "Wish",
    "go_on",
    "perform",
    "plan",
    "undo",
]
