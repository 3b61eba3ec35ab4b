"""A file out of a message as an answer: in pieces, and from where a download broke off (RFC 9110 section 14, ranges).

The person who asks says how a session is lent and what is to be found over it; pages and the API do so in their own
ways.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple
from urllib.parse import quote

from flask import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import dump_options_header

from webapp.core.imap.mailbox.messages import PartContent, locate_part, locate_source, open_part
from webapp.core.imap.protocol.errors import ProtocolError
from webapp.core.imap.protocol.session import Session
from webapp.core.mime import safe_filename

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}(; charset=utf-8)?")
# Not even when a person opens the answer in a tab of its own does anything in it run.
_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


@dataclass(frozen=True, kw_only=True)
class DownloadableFile:
    """What is sent; `tag` is of these bytes alone, as messages never change. Without a name it is shown, not saved."""

    content: PartContent
    tag: str
    kind: str
    name: str


class ByteRange(NamedTuple):
    """Which bytes are sent, and of how many."""

    start: int
    stop: int
    size: int


def attachment(
    session: Session, mailbox: str, uid: int, section: str, *, uid_validity: int, fingerprint: str | None = None
) -> DownloadableFile:
    """Find a part of a message as a file to save; raise `GoneError` where there is none such."""
    part = locate_part(session, mailbox, uid, section, uid_validity=uid_validity, fingerprint=fingerprint)
    return DownloadableFile(
        content=open_part(session, uid, part),
        tag=f"{uid_validity}-{uid}-{section}",
        kind=part.content_type.lower(),
        name=safe_filename(part.name, fallback=f"attachment-{section}"),
    )


def source(session: Session, mailbox: str, uid: int, *, uid_validity: int, save: bool) -> DownloadableFile:
    """Find a message as it came, to save or to be shown as plain text; raise `GoneError` where it is not there."""
    return DownloadableFile(
        content=locate_source(session, mailbox, uid, uid_validity=uid_validity),
        tag=f"{uid_validity}-{uid}",
        kind="message/rfc822" if save else "text/plain; charset=utf-8",
        name=f"message-{uid}.eml" if save else "",
    )


def send_file(lent: AbstractContextManager[Session], find: Callable[[Session], DownloadableFile]) -> Response:
    """Send a file over one session, which is given back when all is sent or the reader goes away.

    What fails before the first piece is raised; raises `RequestedRangeNotSatisfiable` too.
    """
    with ExitStack() as stack:
        file = find(stack.enter_context(lent))
        response = _file_response(file)
        response.call_on_close(stack.pop_all().close)
    response.set_etag(file.tag)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def _file_response(file: DownloadableFile) -> Response:
    # On the page of the API a file is tried by POST, of which no condition and no range is asked.
    if request.method in ("GET", "HEAD") and request.if_none_match.contains_weak(file.tag):
        return Response(status=304)
    stretch = _requested_range(file)
    size = stretch.stop - stretch.start if stretch else file.content.known_size()
    response = Response(_first_piece_fetched(file.content, stretch, size), 206 if stretch else 200)
    response.content_type = file.kind if _TYPE.fullmatch(file.kind) else "application/octet-stream"
    if size is not None:
        response.content_length = size
    if stretch:
        response.content_range.set(*stretch)
    if file.name:
        response.headers["Content-Disposition"] = _attachment(file.name)
    return response


def _requested_range(file: DownloadableFile) -> ByteRange | None:
    """Return the requested range; None for the whole file, for several ranges and for other units."""
    asked = request.range
    # Compared as it is written: a tag that a proxy has weakened is of bytes that may differ (RFC 9110 section 13.1.5).
    same = request.headers.get("If-Range", f'"{file.tag}"') == f'"{file.tag}"'
    if request.method != "GET" or not same or asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    ((start, stop),) = asked.ranges
    size = file.content.size()
    start = max(0, size + start) if start < 0 else start
    if start >= size:
        raise RequestedRangeNotSatisfiable(size)
    return ByteRange(start, size if stop is None else min(stop, size), size)


def _first_piece_fetched(content: PartContent, stretch: ByteRange | None, size: int | None) -> Iterator[bytes]:
    """Fetch the first piece, so that what fails by then is still said in words; to HEAD no bytes are sent."""
    if request.method == "HEAD":
        return iter(())
    pieces = content.stream(*stretch[:2]) if stretch else content.stream()
    exact = pieces if size is None else _require_length(size, pieces)
    return chain((next(exact, b""),), exact)


def _require_length(size: int, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Break off rather than end early: the person who was told a length must not take less for all of it."""
    for piece in pieces:
        size -= len(piece)
        yield piece
    if size > 0:
        raise ProtocolError("The server sent fewer bytes than before")


def _attachment(file_name: str) -> str:
    """Return the name of a file by RFC 6266: in ASCII, and as it is for the person who reads RFC 8187."""
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", file_name)
    names = (
        {"filename": plain}
        if plain == file_name
        else {"filename": plain, "filename*": f"UTF-8''{quote(file_name, safe='')}"}
    )
    return dump_options_header("attachment", names)
