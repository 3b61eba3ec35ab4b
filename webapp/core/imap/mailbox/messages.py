"""Messages: lists of them, one of them, and its parts as streams. This is what pages and the API use."""

from webapp.core.imap.mailbox.bodystructure import Part
from webapp.core.imap.mailbox.inline_images import inline_images, inline_parts
from webapp.core.imap.mailbox.message import (
    Message,
    locate_part,
    locate_source,
    open_part,
    read_message,
    stream_located_part,
    stream_message,
    stream_part,
    stream_source,
)
from webapp.core.imap.mailbox.message_list import CursorError, MessageListing, MessageSummary, list_messages
from webapp.core.imap.mailbox.partial_fetch import PartContent
from webapp.core.imap.mailbox.search import SearchQuery
from webapp.core.imap.protocol.errors import NotFoundError, UidValidityChangedError

__all__ = [
    "CursorError",
    "Message",
    "MessageListing",
    "MessageSummary",
    "NotFoundError",
    "Part",
    "PartContent",
    "SearchQuery",
    "UidValidityChangedError",
    "inline_images",
    "inline_parts",
    "list_messages",
    "locate_part",
    "locate_source",
    "open_part",
    "read_message",
    "stream_located_part",
    "stream_message",
    "stream_part",
    "stream_source",
]
