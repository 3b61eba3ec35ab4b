"""The messages of a mailbox, newest first, a page at a time; what a page costs does not grow with the mailbox.

A page is addressed by the UID it begins at: its sequence number is one question away, whatever was expunged meanwhile.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from webapp.core.imap.mailbox.message_fingerprint import (
    FINGERPRINT_ITEM,
    fingerprint_in,
    header_fields_besides_message_id,
)
from webapp.core.imap.mailbox.search import SearchQuery, search
from webapp.core.imap.protocol.errors import NotFoundError, UidValidityChangedError
from webapp.core.imap.protocol.response_parser import Token, parse_fetch, parse_number
from webapp.core.imap.protocol.sequence_sets import sequence_set
from webapp.core.imap.protocol.session import MailboxStatus, Session
from webapp.core.mime import decode_header
from webapp.core.mime.header_fields import header_fields

MAX_PAGE_SIZE = 200
"""How many messages a page may have."""

# Header fields by part, and not ENVELOPE or BODYSTRUCTURE: no one who sends a message can make a page endless by it.
SUMMARY_ITEMS = b"UID FLAGS INTERNALDATE RFC822.SIZE " + FINGERPRINT_ITEM
# The recipients by themselves: hundreds of them would push the fields after them beyond what is fetched.
LISTED_ITEMS = (
    b"%s BODY.PEEK[HEADER.FIELDS (FROM SUBJECT DATE CONTENT-TYPE)]<0.4096> BODY.PEEK[HEADER.FIELDS (TO)]<0.4096>"
    % SUMMARY_ITEMS
)

_CURSOR = re.compile(r"(older|newer)-(\d{1,10})-(\d{1,10})")
_ARRIVED = re.compile(r" ?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})")
_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
_PROBES = 16


@dataclass(frozen=True, kw_only=True)
class MessageSummary:
    """One line of a list; `date` is when it was sent, or when it came (`arrived`) where that is not believable.

    `has_attachments` goes by the content type and is None where that tells nothing. `deleted` says that the message is
    marked for removal, `fingerprint` tells it from another one that has its UID by mistake.
    """

    uid: int
    seen: bool
    flagged: bool
    answered: bool
    date: datetime | None
    subject: str
    sender: str
    to: str
    size: int
    has_attachments: bool | None
    deleted: bool = False
    fingerprint: str = ""
    arrived: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class MessageListing:
    """A page of messages; `total` counts those in the mailbox, or those found; `older` and `newer` are cursors."""

    mailbox: str
    uid_validity: int
    total: int
    messages: tuple[MessageSummary, ...]
    older: str | None
    newer: str | None


class CursorError(NotFoundError):
    """A cursor that no listing gave."""


@dataclass(frozen=True)
class _Page:
    """Which messages come: those right below or right above a UID; without one, the newest."""

    uid: int | None
    upwards: bool
    limit: int


def list_messages(
    session: Session, mailbox: str, *, cursor: str = "", limit: int = 50, query: SearchQuery | None = None
) -> MessageListing:
    """List messages of a mailbox that is opened read-only.

    Raises `GoneError`, `ChangedError` where the cursor is of an older UIDVALIDITY, and `CursorError`.
    """
    direction, validity, uid = _read_cursor(cursor)
    opened = session.open_mailbox(mailbox)
    if validity is not None and validity != opened.uid_validity:
        raise UidValidityChangedError(f"UIDVALIDITY was {validity} and is {opened.uid_validity}")
    page = _Page(uid, direction == "newer", max(1, min(limit, MAX_PAGE_SIZE)))
    if query:
        return _find(session, mailbox, opened, page, query)
    return _in_order(session, mailbox, opened, page)


def _in_order(session: Session, mailbox: str, opened: MailboxStatus, page: _Page) -> MessageListing:
    last = opened.exists
    if page.uid is not None:
        below, is_there = sequence_number_of(session, page.uid, opened.exists)
        last = min(opened.exists, below + is_there + page.limit) if page.upwards else below
    first = max(1, last - page.limit + 1)
    messages = _summaries(session, b"FETCH", b"%d:%d" % (first, last)) if last >= first else []
    # A message may be expunged between two questions, and then others have moved up: the UIDs decide.
    messages = [message for message in messages if _belongs(message.uid, page)][: page.limit]
    has_older, has_newer = first > 1, last < opened.exists
    return _listing(mailbox, opened, opened.exists, messages, has_older, has_newer)


def _find(session: Session, mailbox: str, opened: MailboxStatus, page: _Page, query: SearchQuery) -> MessageListing:
    found = search(session, query)
    uids = (
        found.above(page.uid, page.limit)
        if page.upwards and page.uid is not None
        else found.below(page.uid, page.limit)
    )
    messages = fetch_summaries(session, set(uids))
    has_older = bool(uids and found.below(uids[-1], 1))
    has_newer = bool(uids and found.above(uids[0], 1))
    return _listing(mailbox, opened, found.total, messages, has_older, has_newer)


def _listing(
    mailbox: str,
    opened: MailboxStatus,
    total: int,
    messages: Sequence[MessageSummary],
    has_older: bool,
    has_newer: bool,
) -> MessageListing:
    def cursor(direction: str, message: MessageSummary) -> str:
        return f"{direction}-{opened.uid_validity}-{message.uid}"

    return MessageListing(
        mailbox=mailbox,
        uid_validity=opened.uid_validity,
        total=total,
        messages=tuple(messages),
        older=cursor("older", messages[-1]) if messages and has_older else None,
        newer=cursor("newer", messages[0]) if messages and has_newer else None,
    )


def _read_cursor(cursor: str) -> tuple[str, int | None, int | None]:
    if not cursor:
        return "older", None, None
    found = _CURSOR.fullmatch(cursor)
    if not found or not cursor.isascii():
        raise CursorError("No list has a page of this name")
    return found[1], int(found[2]), int(found[3])


def _belongs(uid: int, page: _Page) -> bool:
    return page.uid is None or (uid > page.uid if page.upwards else uid < page.uid)


def sequence_number_of(session: Session, uid: int, exists: int) -> tuple[int, bool]:
    """Count the messages below a UID, and say whether it is there itself.

    Where it was expunged, it is looked for by halves, but sixteen at a time: five questions in 100,000 messages.
    """
    for sequence, message in parse_fetch(
        session.command("UID", b"FETCH", b"%d" % uid, b"(UID)").get("FETCH", ())
    ).items():
        if parse_number(message.get("UID")) == uid:
            return max(0, min(sequence, exists) - 1), True
    low, high = 0, exists  # all up to `low` are below, all beyond `high` are not
    while low < high:
        step = max(1, (high - low) // _PROBES)
        points = list(range(low + step, high + 1, step)) or [high]
        heard = session.command("FETCH", b",".join(b"%d" % point for point in points), b"(UID)")
        known = {
            point: parse_number(message.get("UID")) for point, message in parse_fetch(heard.get("FETCH", ())).items()
        }
        low, high = (
            max([low, *(at for at in points if (told := known.get(at)) is not None and told < uid)]),
            min([high, *(at - 1 for at in points if (told := known.get(at)) is None or told >= uid)]),
        )
    return high, False


def fetch_summaries(session: Session, uids: Collection[int]) -> list[MessageSummary]:
    """Fetch summaries of messages in the open mailbox, the newest first; those that are not there are left out."""
    if not uids:
        return []
    messages = _summaries(session, b"UID FETCH", sequence_set(uids))
    return [message for message in messages if message.uid in uids]


def _summaries(session: Session, command: bytes, numbers: bytes) -> list[MessageSummary]:
    """Fetch summaries, the newest first."""
    name, *words = command.decode().split()
    heard = session.command(name, *(word.encode() for word in words), numbers, b"(%s)" % LISTED_ITEMS)
    summaries = (
        parse_summary(message, header_fields(header_fields_besides_message_id(message) or b""))
        for message in parse_fetch(heard.get("FETCH", ())).values()
        if header_fields_besides_message_id(message) is not None and parse_number(message.get("UID"))
    )
    return sorted(summaries, key=lambda summary: summary.uid, reverse=True)


def parse_summary(message: Mapping[str, Token], fields: Iterable[tuple[str, bytes]]) -> MessageSummary:
    """Make a summary of what FETCH told; what is missing or broken is left empty."""
    headers = {name.lower(): value for name, value in reversed(list(fields))}  # of several, the first counts
    flags = message.get("FLAGS")
    arrival = _arrival_time(message.get("INTERNALDATE"))
    named = {each.lower() for each in flags if isinstance(each, bytes)} if isinstance(flags, list) else set()
    return MessageSummary(
        uid=parse_number(message.get("UID")) or 0,
        seen=b"\\seen" in named,
        flagged=b"\\flagged" in named,
        answered=b"\\answered" in named,
        date=_sent_date(headers.get("date", b""), arrival),
        subject=decode_header(headers.get("subject")),
        sender=decode_header(headers.get("from")),
        to=decode_header(headers.get("to")),
        size=parse_number(message.get("RFC822.SIZE")) or 0,
        has_attachments=has_attachments(headers.get("content-type", b"")),
        deleted=b"\\deleted" in named,
        fingerprint=fingerprint_in(message),
        arrived=arrival,
    )


def has_attachments(content_type: bytes) -> bool | None:
    """Tell from the content type of a message, without its structure: mixed parts, or a file alone."""
    kind = content_type.partition(b";")[0].strip().lower()
    if kind == b"multipart/mixed" or kind.startswith((b"application/", b"image/", b"audio/", b"video/")):
        return True
    known = kind in (b"", b"multipart/alternative") or kind.startswith(b"text/")
    return False if known else None


def _arrival_time(token: Token) -> datetime | None:
    """Read INTERNALDATE (RFC 9051 section 9, date-time)."""
    found = _ARRIVED.fullmatch(token.decode("latin-1")) if isinstance(token, bytes) else None
    if not found:
        return None
    day, name, year, hour, minute, second, sign, hours, minutes = found.groups()
    zone = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
    try:
        month = _MONTHS.index(name.lower()) // 3 + 1
        seconds = min(int(second), 59)
        arrived = datetime(int(year), month, int(day), int(hour), int(minute), seconds, tzinfo=timezone(zone))
        arrived.astimezone(UTC)  # which the first and the last day of all may not have
    except (ValueError, OverflowError):
        return None
    return arrived


def _sent_date(field: bytes, arrival: datetime | None) -> datetime | None:
    """Read the date a message carries, unless it is from before mail or from the future."""
    try:
        sent = parsedate_to_datetime(field.decode("latin-1"))
        sent = sent if sent.tzinfo else sent.replace(tzinfo=UTC)
        believable = sent.year >= 1970 and sent <= datetime.now(UTC) + timedelta(days=2)
    except (ValueError, TypeError, OverflowError, IndexError):
        return arrival
    return sent if believable else arrival
