"""The UIDs of a mailbox from the lowest up, a portion at a time, for who goes through all and comes back for more.

A portion is bounded by UIDs, which stay what they are; sequence numbers only tell how far it should reach.
"""

from dataclasses import dataclass

from webapp.core.imap.mailbox.message_list import sequence_number_of
from webapp.core.imap.mailbox.search import SearchQuery, search
from webapp.core.imap.protocol.errors import MailboxError
from webapp.core.imap.protocol.response_parser import parse_fetch, parse_number
from webapp.core.imap.protocol.session import Session

# A server without ESEARCH answers a search number by number, in one line.
_REACH = 20_000


@dataclass(frozen=True, kw_only=True)
class UidPage:
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
    query: SearchQuery | None = None,
    limit: int = 200,
    uid_validity: int | None = None,
) -> UidPage:
    """Find the next messages above a UID; none is passed over, and one that arrives meanwhile comes at the next call.

    Raises `GoneError`, and `ChangedError` where the UIDs are others than those of `uid_validity`.
    """
    opened = session.open_mailbox(mailbox, uid_validity)
    last = _last(session) if opened.exists else 0
    end = last if upto is None else min(last, upto)
    if end <= after:
        return UidPage(uid_validity=opened.uid_validity, uids=(), after=after, more=False, end=end)
    until = min(end, _estimate_uid(session, after, opened.exists, _REACH if query else limit) or end)
    found = search(session, query or SearchQuery(), uids=(after + 1, until)).above(after, limit)
    uids = tuple(sorted(uid for uid in found if uid <= until))
    reached = uids[-1] if len(uids) == limit else until
    return UidPage(uid_validity=opened.uid_validity, uids=uids, after=reached, more=reached < end, end=end)


def _last(session: Session) -> int:
    """Ask for the highest UID; UIDNEXT is no substitute, as a message may have a UID and not be there yet."""
    told = parse_fetch(session.command("FETCH", b"*", b"(UID)").get("FETCH", ())).values()
    last = max((parse_number(message.get("UID")) or 0 for message in told), default=0)
    if not last:
        raise MailboxError("The server did not tell the UID of the last message")
    return last


def _estimate_uid(session: Session, after: int, exists: int, width: int) -> int | None:
    """Find the UID about so many messages further; None where the mailbox ends before."""
    below, is_there = sequence_number_of(session, after, exists) if after else (0, False)
    at = below + is_there + width
    if at >= exists:
        return None
    told = parse_fetch(session.command("FETCH", b"%d" % at, b"(UID)").get("FETCH", ()))
    uid = parse_number(told.get(at, {}).get("UID"))
    return uid if uid and uid > after else None
