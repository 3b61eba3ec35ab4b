"""The UIDs of a mailbox from the lowest up, a portion at a time, for whoever goes through all and comes back for more.

A portion is bounded by UIDs, which stay what they are; sequence numbers only tell how far it should reach.
"""

from dataclasses import dataclass

from webapp.core.imap.mailbox.message_list import place
from webapp.core.imap.mailbox.search import Query, search
from webapp.core.imap.protocol.errors import MailboxError
from webapp.core.imap.protocol.response_parser import fetched, number
from webapp.core.imap.protocol.session import Session

# A server without ESEARCH answers a search number by number, in one line.
_REACH = 20_000


@dataclass(frozen=True, kw_only=True)
class Portion:
    """UIDs, ascending; all up to `after` have been looked at, and `more` says whether some are left up to `end`."""

    uid_validity: int
    uids: tuple[int, ...]
    after: int
    more: bool
    end: int


def uids_after(
    session: Session,
    mailbox: str,
    *,
    after: int,
    upto: int | None = None,
    query: Query | None = None,
    limit: int = 200,
    uid_validity: int | None = None,
) -> Portion:
    """Find the next messages above a UID; none is passed over, and one that arrives meanwhile comes at the next call.

    Raises `GoneError`, and `ChangedError` where the UIDs are others than those of `uid_validity`.
    """
    opened = session.open_mailbox(mailbox, uid_validity)
    last = _last(session) if opened.exists else 0
    end = last if upto is None else min(last, upto)
    if end <= after:
        return Portion(uid_validity=opened.uid_validity, uids=(), after=after, more=False, end=end)
    until = min(end, _within_reach(session, after, opened.exists, _REACH if query else limit) or end)
    found = search(session, query or Query(), uids=(after + 1, until)).above(after, limit)
    uids = tuple(sorted(uid for uid in found if uid <= until))
    reached = uids[-1] if len(uids) == limit else until
    return Portion(uid_validity=opened.uid_validity, uids=uids, after=reached, more=reached < end, end=end)


def _last(session: Session) -> int:
    """Ask for the highest UID; UIDNEXT is no substitute, as a message may have a UID and not be there yet."""
    told = fetched(session.ask("FETCH", b"*", b"(UID)").get("FETCH", ())).values()
    last = max((number(message.get("UID")) or 0 for message in told), default=0)
    if not last:
        raise MailboxError("The server did not tell the UID of the last message")
    return last


def _within_reach(session: Session, after: int, exists: int, width: int) -> int | None:
    """Find the UID about so many messages further; None where the mailbox ends before."""
    below, is_there = place(session, after, exists) if after else (0, False)
    at = below + is_there + width
    if at >= exists:
        return None
    told = fetched(session.ask("FETCH", b"%d" % at, b"(UID)").get("FETCH", ()))
    uid = number(told.get(at, {}).get("UID"))
    return uid if uid and uid > after else None
