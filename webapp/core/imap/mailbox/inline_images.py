"""The images that a message's HTML shows and its own parts hold: to fetch them tells the sender nothing."""

from collections.abc import Mapping
from time import monotonic

from webapp.core.imap.mailbox.bodystructure import Part
from webapp.core.imap.mailbox.message import Message, open_part
from webapp.core.imap.mailbox.partial_fetch import PartContent
from webapp.core.imap.protocol.errors import ImapError
from webapp.core.imap.protocol.session import Session
from webapp.core.mime import MAX_IMAGE_BYTES, MAX_TOTAL_BYTES, images_by_content_id

_PATIENCE = 10.0
_TYPES = {f"image/{kind}" for kind in ("gif", "jpeg", "jpg", "pjpeg", "png", "webp")}


def inline_parts(message: Message) -> tuple[Part, ...]:
    """Return the parts of a message that its HTML shows, one for each Content-ID."""
    images = (part for part in message.parts if part.content_type in _TYPES and part.size <= MAX_IMAGE_BYTES)
    by_id = {part.content_id: part for part in reversed([*images])}
    named = images_by_content_id(message.html or "") if by_id else ()
    return tuple(by_id[each] for each in named if each in by_id)


def inline_images(session: Session, message: Message) -> Mapping[str, bytes]:
    """Fetch them by their Content-IDs, over the session that has read the message.

    What is too large, comes too late or fails stays away: the message can be read without.
    """
    found: dict[str, bytes] = {}
    left, ends = MAX_TOTAL_BYTES, monotonic() + _PATIENCE
    try:
        for part in inline_parts(message):
            limit = min(MAX_IMAGE_BYTES, left)
            if part.size <= limit and monotonic() < ends:
                data = _beginning(open_part(session, message.uid, part), limit + 1)
                found[part.content_id] = data
                left -= len(data)
    except ImapError:
        pass
    return found


def _beginning(content: PartContent, size: int) -> bytes:
    return b"".join(content.stream(0, size))
