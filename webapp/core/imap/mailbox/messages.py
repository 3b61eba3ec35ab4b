"""Messages: lists of them, one of them, and its parts as streams. This is what pages and the API use."""

from webapp.core.imap.mailbox.bodystructure import Part
from webapp.core.imap.mailbox.inline_images import inline_images, inline_parts
from webapp.core.imap.mailbox.message import (
    Message,
    content_of,
    find_part,
    find_source,
    read_message,
    stream_found,
    stream_message,
    stream_part,
    stream_source,
)
from webapp.core.imap.mailbox.message_list import CursorError, Listing, Summary, list_messages
from webapp.core.imap.mailbox.partial_fetch import Content
from webapp.core.imap.mailbox.search import Query
from webapp.core.imap.protocol.errors import ChangedError, GoneError

__all__ = [
    "ChangedError",
    "Content",
    "CursorError",
    "GoneError",
    "Listing",
    "Message",
    "Part",
    "Query",
    "Summary",
    "content_of",
    "find_part",
    "find_source",
    "inline_images",
    "inline_parts",
    "list_messages",
    "read_message",
    "stream_found",
    "stream_message",
    "stream_part",
    "stream_source",
]
