"""One message: its header, what is to be read of it, and the list of its attachments; and any part of it as a stream.

Only the texts are fetched, each to a limit. Nothing here marks a message as read.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from webapp.core.imap.mailbox.bodystructure import (
    AlternativeGroup,
    BrokenStructureError,
    Part,
    SinglePart,
    Structure,
    parse_structure,
)
from webapp.core.imap.mailbox.message_fingerprint import FINGERPRINT_ITEM, fingerprint_in
from webapp.core.imap.mailbox.message_list import SUMMARY_ITEMS, MessageSummary, parse_summary
from webapp.core.imap.mailbox.partial_fetch import PartContent, fetch_one, fetch_partial
from webapp.core.imap.protocol.errors import ImapError, NotFoundError
from webapp.core.imap.protocol.response_parser import Token, body_section, parse_number
from webapp.core.imap.protocol.session import Session
from webapp.core.mime import decode_header, decode_text, html_to_text
from webapp.core.mime.header_fields import header_fields

_LONGEST_TEXT = 1024 * 1024
_LONGEST_HEADER = 128 * 1024
MOST_TEXTS = 10
_MOST_HEADERS = 500
_SECTION = re.compile(r"[1-9][0-9]{0,3}(\.[1-9][0-9]{0,3}){0,60}")


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message; `parts` are its attachments, `truncated` says that there is more text than is shown."""

    uid: int
    uid_validity: int
    summary: MessageSummary
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str | None
    parts: tuple[Part, ...]
    truncated: bool


def read_message(session: Session, mailbox: str, uid: int, uid_validity: int | None = None) -> Message:
    """Read a message; raise `GoneError` where it is not there, `ChangedError` where its UID holds no more."""
    opened = session.open_mailbox(mailbox, uid_validity)
    told = _parts_of(session, uid, b"%s BODY.PEEK[HEADER]<0.%d>" % (SUMMARY_ITEMS, _LONGEST_HEADER))
    fields = header_fields(body_section(told, "HEADER") or b"")[:_MOST_HEADERS]
    read = _MessageReader(session, uid)
    structure = _structure_or_none(told)
    text, html = read.read_by(structure) if structure else read.read_as_plain()
    summary = parse_summary(told, fields)
    return Message(
        uid=uid,
        uid_validity=opened.uid_validity,
        summary=replace(summary, has_attachments=bool(structure.attachments)) if structure else summary,
        headers=tuple((name, decode_header(value, _LONGEST_HEADER)) for name, value in fields),
        text=text,
        html=html,
        parts=tuple(leaf.part for leaf in structure.attachments) if structure else (),
        truncated=read.truncated,
    )


def stream_part(
    session: Session,
    mailbox: str,
    uid: int,
    section: str,
    *,
    uid_validity: int | None,
    start: int = 0,
    stop: int | None = None,
) -> Iterator[bytes]:
    """Return a part decoded, piece by piece, from byte `start` of the file up to `stop`, which is not included.

    Whether it is there is found out before this returns; the pieces are fetched as they are taken.
    """
    part = locate_part(session, mailbox, uid, section, uid_validity=uid_validity)
    return stream_located_part(session, uid, part, start=start, stop=stop)


def stream_source(
    session: Session, mailbox: str, uid: int, *, uid_validity: int | None, start: int = 0, stop: int | None = None
) -> Iterator[bytes]:
    """Return a whole message as it came, piece by piece."""
    return locate_source(session, mailbox, uid, uid_validity=uid_validity).stream(start, stop)


def locate_source(session: Session, mailbox: str, uid: int, *, uid_validity: int | None) -> PartContent:
    """Find a message as it came; raise `GoneError` where it is not there."""
    session.open_mailbox(mailbox, uid_validity)
    told = parse_number(fetch_one(session, uid, b"(UID RFC822.SIZE)").get("RFC822.SIZE")) or 0
    return PartContent(session=session, uid=uid, section="", encoding=None, announced_size=told)


def stream_message(session: Session, uid: int) -> Iterator[bytes]:
    """Return a whole message of the open mailbox; raise `GoneError` with the first piece where it is not there."""
    return PartContent(session=session, uid=uid, section="", encoding=None, announced_size=0).stream()


def locate_part(
    session: Session, mailbox: str, uid: int, section: str, *, uid_validity: int | None, fingerprint: str | None = None
) -> Part:
    """Find a part of a message; raise `GoneError` where there is none such, or another message has the UID by now."""
    session.open_mailbox(mailbox, uid_validity)
    items = b"UID" if fingerprint is None else b"UID " + FINGERPRINT_ITEM
    told = _parts_of(session, uid, items) if _SECTION.fullmatch(section) else {}
    if told and fingerprint not in (None, fingerprint_in(told)):
        raise NotFoundError("Another message has its UID by now")
    structure = _structure_or_none(told)
    leaf = structure.find(section) if structure else None
    if leaf is None:
        raise NotFoundError("The message has no such part")
    return leaf.part


def open_part(session: Session, uid: int, part: Part) -> PartContent:
    """Return the bytes of a part that `find_part` found; the session has not been used in between."""
    return PartContent(
        session=session, uid=uid, section=part.section, encoding=part.encoding, announced_size=part.octets
    )


def stream_located_part(
    session: Session, uid: int, part: Part, *, start: int = 0, stop: int | None = None
) -> Iterator[bytes]:
    """Return a part that `find_part` found, as `stream_part` does; the session has not been used in between."""
    return open_part(session, uid, part).stream(start, stop)


class _MessageReader:
    """Fetches texts, and notes when there was more."""

    def __init__(self, session: Session, uid: int) -> None:
        self._session = session
        self._uid = uid
        self.truncated = False

    def read_by(self, structure: Structure) -> tuple[str, str | None]:
        """Return what is to be read, as plain text and as HTML where there is any."""
        texts: list[str] = []
        documents: list[str] = []
        for slot in structure.slots:
            plain, html = self._slot(slot)
            texts.append(html_to_text(html or "") if plain is None else plain)
            documents.append(_as_html(plain or "") if html is None else html)
        has_html = any(slot.html for slot in structure.slots)
        return "\n".join(texts), "\n".join(documents) if has_html else None

    def read_as_plain(self) -> tuple[str, None]:
        """Return the beginning of a message that the server cannot take apart."""
        raw = self._take("")
        _, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
        return decode_text(body, charset=None, encoding=None), None

    def _slot(self, slot: AlternativeGroup) -> tuple[str | None, str | None]:
        return (self._text(slot.plain) if slot.plain else None), (self._text(slot.html) if slot.html else None)

    def _text(self, leaf: SinglePart) -> str:
        data = self._take(leaf.part.section)
        return decode_text(data, charset=leaf.part.charset, encoding=leaf.part.encoding)

    def _take(self, section: str) -> bytes:
        # One byte more than is shown tells that there is more; sizes that servers announce are not to be relied on.
        data = fetch_partial(self._session, self._uid, section, 0, _LONGEST_TEXT + 1)
        self.truncated |= len(data) > _LONGEST_TEXT
        return data[:_LONGEST_TEXT]


def _as_html(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<pre>{escaped}</pre>" if text.strip() else ""


def _parts_of(session: Session, uid: int, items: bytes) -> dict[str, Token]:
    """Fetch what a message is made of with other items; the others alone where the server refuses, as some do."""
    try:
        return fetch_one(session, uid, b"(%s BODYSTRUCTURE)" % items)
    except NotFoundError:
        raise
    except ImapError:
        if not session.is_synchronized:
            raise
    return fetch_one(session, uid, b"(%s)" % items)


def _structure_or_none(told: Mapping[str, Token]) -> Structure | None:
    try:
        return parse_structure(told.get("BODYSTRUCTURE"), most_slots=MOST_TEXTS)
    except BrokenStructureError:
        return None


__all__ = [
    "Message",
    "locate_part",
    "locate_source",
    "open_part",
    "read_message",
    "stream_located_part",
    "stream_message",
    "stream_part",
    "stream_source",
]
