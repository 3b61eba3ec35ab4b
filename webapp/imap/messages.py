"""Messages: lists of them, one of them, and its parts as streams. This is what pages and the API use."""

from webapp.imap.contents import Content
from webapp.imap.errors import ChangedError, GoneError
from webapp.imap.inline_images import inline_images, inline_parts
from webapp.imap.listing import CursorError, Listing, Summary, list_messages
from webapp.imap.reading import (
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
from webapp.imap.search import Query
from webapp.imap.structure import Part

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
