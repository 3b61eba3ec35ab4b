"""The attachments in a mailbox, message by message, ascending; what a call costs does not grow with the mailbox.

Anybody can send a message, so none may stand in the way of those after it: one whose structure the server cannot tell,
or of which it tells too much, is given without parts and as not readable.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from unicodedata import normalize

from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap.mailbox.bodystructure import BrokenStructureError, Part, parse_structure
from webapp.core.imap.mailbox.message import MOST_TEXTS
from webapp.core.imap.mailbox.message_fingerprint import header_fields_besides_message_id, message_id_in
from webapp.core.imap.mailbox.message_list import LISTED_ITEMS, MessageSummary, parse_summary
from webapp.core.imap.mailbox.search import SearchQuery
from webapp.core.imap.mailbox.uid_paging import uids_after
from webapp.core.imap.protocol.errors import ImapError, MailboxError
from webapp.core.imap.protocol.response_parser import Token, parse_fetch, parse_number
from webapp.core.imap.protocol.sequence_sets import sequence_set
from webapp.core.imap.protocol.session import Session
from webapp.core.mime import decode_header
from webapp.core.mime.header_fields import header_fields

_AT_ONCE = 50
_EVERYTHING, _SUMMARY, _UID = b"(%s BODYSTRUCTURE)" % LISTED_ITEMS, b"(%s)" % LISTED_ITEMS, b"(UID)"
# Refusals that say nothing of the message (RFC 5530); Gmail names what is downloaded in a day by OVERQUOTA.
_NOT_OF_IT = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|THROTTLED|OVERQUOTA|EXPIRED|NOPERM|CONTACTADMIN)\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class MessageAttachments:
    """A message with those of its attachments that are wanted; `readable` is False where no one can tell them all."""

    uid: int
    summary: MessageSummary
    message_id: str
    parts: tuple[Part, ...]
    readable: bool = True


@dataclass(frozen=True, kw_only=True)
class MessageAttachmentsPage:
    """Messages with attachments; all up to the UID `after` have been looked at, and `more` says whether some are left.

    `end` is the UID of the last message, which may be none of those that are asked for.
    """

    uid_validity: int
    found: tuple[MessageAttachments, ...]
    after: int
    more: bool
    end: int


def attachments_after(
    session: Session,
    mailbox: str,
    *,
    after: int,
    upto: int | None = None,
    query: SearchQuery | None = None,
    names: Sequence[str] = (),
    messages: int = 200,
    uid_validity: int | None = None,
) -> MessageAttachmentsPage:
    """Find the attachments whose names fit one of the patterns, in the messages above a UID and up to another.

    A pattern is a glob for the safe name, in whichever case; without any, all attachments are meant. Of a message all
    come together. Raises `GoneError`, `ChangedError` where the UIDs are others than those of `uid_validity`, and an
    error with `Symptom.TOO_MUCH_DATA`, which ends the session: then ask again for fewer messages, at last for one.
    """
    portion = uids_after(
        session, mailbox, after=after, upto=upto, query=query, limit=messages, uid_validity=uid_validity
    )
    found: list[MessageAttachments] = []
    reached, more = portion.after, portion.more
    for at in range(0, len(portion.uids), _AT_ONCE):
        uids = portion.uids[at : at + _AT_ONCE]
        session.renew_budget()
        try:
            told = _message_attachments(session, uids)
        except ImapError as error:
            if error.symptom is not Symptom.TOO_MUCH_DATA or (at == 0 and len(uids) > 1):
                raise
            if at == 0:
                told = {uids[0]: {}}
            else:
                reached, more = portion.uids[at - 1], True
                break
        found += _matching_parts((_page(uid, told[uid]) for uid in uids if uid in told), names)
    return MessageAttachmentsPage(
        uid_validity=portion.uid_validity, found=tuple(found), after=reached, more=more, end=portion.end
    )


def is_message_specific_error(session: Session, error: MailboxError) -> bool:
    """Return whether a refusal is about the message that was asked for, and others may be had."""
    return session.is_synchronized and not _NOT_OF_IT.search(error.text)


def message_exists(session: Session, uid: int) -> bool:
    """Ask whether a message of which nothing was given is there all the same."""
    session.renew_budget()
    session.command("NOOP")  # servers may hold back until then what others have removed
    return bool(_fetch_or_split(session, (uid,), _UID))


def _matching_parts(messages: Iterable[MessageAttachments], names: Sequence[str]) -> Iterator[MessageAttachments]:
    """Leave out what is not asked for, but nothing of which no one knows whether it is."""
    patterns = [_comparable(name) for name in names] or ["*"]
    for message in messages:
        parts = tuple(part for part in message.parts if _fits(_comparable(part.name), patterns))
        if parts or not message.readable:
            yield replace(message, parts=parts)


def _comparable(name: str) -> str:
    """Write a name in the one way in which all that look alike are the same, whatever system it was typed on."""
    return normalize("NFC", normalize("NFC", name).casefold())


def _fits(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _page(uid: int, told: Mapping[str, Token]) -> MessageAttachments:
    fields = header_fields(header_fields_besides_message_id(told) or b"")
    try:
        structure = parse_structure(told.get("BODYSTRUCTURE"), most_slots=MOST_TEXTS)
    except BrokenStructureError:
        structure = None
    return MessageAttachments(
        uid=uid,
        summary=replace(parse_summary(told, fields), uid=uid),
        message_id=decode_header(message_id_in(told)),
        parts=tuple(leaf.part for leaf in structure.attachments) if structure else (),
        readable=structure is not None and not structure.cut,
    )


def _message_attachments(session: Session, uids: Collection[int]) -> dict[int, Mapping[str, Token]]:
    """Fetch what is known of messages; only one that is not there any more is missing in the answer."""
    told = _fetch(session, uids, _EVERYTHING)
    if told is None and len(uids) > 1:  # one of them it must be
        return {uid: each for one in uids for uid, each in _message_attachments(session, (one,)).items()}
    if told is None:
        told = _fetch(session, uids, _SUMMARY) or {}
    if missing := [uid for uid in uids if uid not in told]:
        told |= _fetch_or_split(session, missing, _UID)
    return told


def _fetch(session: Session, uids: Collection[int], items: bytes) -> dict[int, Mapping[str, Token]] | None:
    """Fetch; None where the server refuses for the messages' sake."""
    try:
        return _fetch_or_split(session, uids, items)
    except MailboxError as error:
        if not is_message_specific_error(session, error):
            raise
    return None


def _fetch_or_split(session: Session, uids: Collection[int], items: bytes) -> dict[int, Mapping[str, Token]]:
    heard = session.command("UID", b"FETCH", sequence_set(uids), items)
    by_uid = {
        parse_number(message.get("UID")) or 0: message for message in parse_fetch(heard.get("FETCH", ())).values()
    }
    return {uid: by_uid[uid] for uid in uids if uid in by_uid}


__all__ = [
    "MessageAttachments",
    "MessageAttachmentsPage",
    "Part",
    "attachments_after",
    "is_message_specific_error",
    "message_exists",
]
