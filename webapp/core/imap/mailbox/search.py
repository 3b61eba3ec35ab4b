"""Search in a mailbox: from what people ask to the command, and from its answer to UIDs, newest first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice, pairwise

from webapp.core.imap.protocol.errors import MailboxError
from webapp.core.imap.protocol.imaplib_protocol import CommandString
from webapp.core.imap.protocol.response_parser import parse_number, parse_responses
from webapp.core.imap.protocol.sequence_sets import merge, ranges_in
from webapp.core.imap.protocol.session import Session

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MAX_LENGTH = 500


@dataclass(frozen=True, kw_only=True)
class SearchQuery:
    """What messages must have, all of it; `since` and `before` are days of arrival, the second not included."""

    text: str = ""
    sender: str = ""
    recipient: str = ""
    subject: str = ""
    since: date | None = None
    before: date | None = None
    unread: bool = False
    attachments: bool = False

    def __bool__(self) -> bool:
        """Return whether anything is asked for."""
        return self != SearchQuery()


@dataclass(frozen=True)
class SearchResult:
    """UIDs in ranges, as servers tell them; a range may be longer than anybody would want to list."""

    ranges: tuple[tuple[int, int], ...]

    @property
    def total(self) -> int:
        """Count them."""
        return sum(last - first + 1 for first, last in self.ranges)

    def all(self, most: int = 1_000_000) -> list[int]:
        """Return all of them, ascending; no more than anybody has in a mailbox."""
        return sorted(islice(self._descending(None), most))

    def below(self, uid: int | None, limit: int) -> list[int]:
        """Return the highest ones below a UID, or of all, descending."""
        return list(islice(self._descending(uid), limit))

    def above(self, uid: int, limit: int) -> list[int]:
        """Return the lowest ones above a UID, descending."""
        ascending = (each for first, last in self.ranges for each in range(max(first, uid + 1), last + 1))
        return sorted(islice(ascending, limit), reverse=True)

    def _descending(self, uid: int | None) -> Iterator[int]:
        for first, last in reversed(self.ranges):
            yield from range(last if uid is None else min(last, uid - 1), first - 1, -1)


def search(session: Session, query: SearchQuery, *, uids: tuple[int, int] | None = None) -> SearchResult:
    """Search the open mailbox, or those of its messages whose UIDs are from one to another."""
    words = list(_criteria(query, uids, gmail=session.has_capability("X-GM-EXT-1")))
    foreign = any(not word.isascii() for word in words)
    returning = [b"RETURN", b"(ALL)"] if session.has_capability("ESEARCH") else []
    try:
        return _run(session, returning, [b"CHARSET", b"UTF-8", *words] if foreign else words)
    except MailboxError:
        # Exchange knows US-ASCII alone by name, and finds what is sent without. BADCHARSET need not be said.
        if not (foreign and session.is_synchronized):
            raise
    return _run(session, returning, words)


def uids_from(session: Session, first: int) -> list[int]:
    """Return the UIDs from one on, ascending."""
    # "n:*" always has the last message in it, even if its UID is below n (RFC 9051 section 9, seq-range).
    return sorted(uid for uid in _run(session, (), (b"UID", b"%d:*" % max(1, first))).all() if uid >= first)


def _run(session: Session, returning: Sequence[bytes], words: Sequence[bytes]) -> SearchResult:
    session.renew_budget(time=False)
    heard = session.command("UID", b"SEARCH", *returning, *words)
    ranges: list[tuple[int, int]] = []
    for response in parse_responses(heard.get("ESEARCH", ())):
        pairs = pairwise(response)
        ranges += [each for key, value in pairs if key == b"ALL" for each in ranges_in(value)]
    for response in parse_responses(heard.get("SEARCH", ())):
        ranges += [(uid, uid) for token in response if (uid := parse_number(token)) is not None]
    return SearchResult(tuple(merge(ranges)))


def _criteria(query: SearchQuery, uids: tuple[int, int] | None, *, gmail: bool) -> Iterator[bytes]:
    yield b"ALL"
    if uids:
        yield from (b"UID", b"%d:%d" % uids)
    if query.unread:
        yield b"UNSEEN"
    if query.since:
        yield from (b"SINCE", _day(query.since))
    if query.before:
        yield from (b"BEFORE", _day(query.before))
    for key, words in ((b"FROM", query.sender), (b"SUBJECT", query.subject)):
        if words.strip():
            yield from (key, _text(words))
    if query.recipient.strip():
        yield from (b"OR", b"TO", _text(query.recipient), b"CC", _text(query.recipient))
    if gmail and (query.text.strip() or query.attachments):
        yield from (b"X-GM-RAW", _text(f"{query.text} {'has:attachment' if query.attachments else ''}"))
        return
    if query.text.strip():
        yield from (b"TEXT", _text(query.text))
    if query.attachments:
        # IMAP has no key for it. The same is what a listing goes by, see `listing.has_attachments`.
        mixed, file = (b"HEADER", b"Content-Type", CommandString(b"multipart/mixed")), CommandString(b"application/")
        yield from (b"OR", *mixed, b"HEADER", b"Content-Type", file)


def _text(words: str) -> CommandString:
    line = " ".join("".join(char if char.isprintable() else " " for char in words).split())
    return CommandString(line[:_MAX_LENGTH].encode("utf-8", "replace"))


def _day(day: date) -> bytes:
    return b"%d-%s-%04d" % (day.day, _MONTHS[day.month - 1].encode(), day.year)
