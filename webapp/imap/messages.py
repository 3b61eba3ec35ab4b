"""Messages: lists of them, one of them, and its parts as streams. This is what pages and the API use."""

from webapp.imap.errors import ChangedError, GoneError
from webapp.imap.listing import CursorError, Listing, Summary, list_messages
from webapp.imap.reading import (
    Message,
    find_part,
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
    "CursorError",
    "GoneError",
    "Listing",
    "Message",
    "Part",
    "Query",
    "Summary",
    "find_part",
    "list_messages",
    "read_message",
    "stream_found",
    "stream_message",
    "stream_part",
    "stream_source",
]
