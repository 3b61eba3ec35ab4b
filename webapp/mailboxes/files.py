"""What a message can be saved as: its attachments, and its source; streamed, so that size costs no memory."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from urllib.parse import quote

from flask import Response, abort, request
from werkzeug.http import dump_options_header

from webapp.connections.access import get_connection
from webapp.imap.messages import find_part, stream_found, stream_source
from webapp.imap.session import Session
from webapp.mail import safe_name
from webapp.mailboxes.blueprint import mailboxes
from webapp.mailboxes.opening import opened
from webapp.mailboxes.reading import MESSAGE
from webapp.mailboxes.refs import name_of
from webapp.models import Connection
from webapp.signed_in import login_required

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")
# Not even when somebody opens the answer in a tab of its own does anything in it run.
_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


@mailboxes.get(f"{MESSAGE}/parts/<section>")
@login_required
def part(connection_id: int, ref: str, uid_validity: int, uid: int, section: str) -> Response:
    """Send an attachment as a file."""
    name = name_of(ref) or abort(404)

    def begin(session: Session) -> File:
        found = find_part(session, name, uid, section, uid_validity=uid_validity)
        kind = found.content_type.lower()
        return File(
            pieces=stream_found(session, uid, found),
            kind=kind if _TYPE.fullmatch(kind) else "application/octet-stream",
            name=safe_name(found.name, fallback=f"attachment-{section}"),
        )

    return _sent(get_connection(connection_id), begin)


@mailboxes.get(f"{MESSAGE}/source")
@login_required
def source(connection_id: int, ref: str, uid_validity: int, uid: int) -> Response:
    """Show the source of a message as plain text, or send it as a file."""
    name = name_of(ref) or abort(404)
    as_file = "save" in request.args

    def begin(session: Session) -> File:
        return File(
            pieces=stream_source(session, name, uid, uid_validity=uid_validity),
            kind="message/rfc822" if as_file else "text/plain; charset=utf-8",
            name=f"message-{uid}.eml" if as_file else "",
        )

    return _sent(get_connection(connection_id), begin)


@dataclass(frozen=True, kw_only=True)
class File:
    """What is sent piece by piece; without a name it is shown and not saved."""

    pieces: Iterator[bytes]
    kind: str
    name: str


def _sent(connection: Connection, begin: Callable[[Session], File]) -> Response:
    """Send a file over one session, which is given back when all is sent or the reader goes away.

    What fails before the first piece is a page that says so.
    """
    with ExitStack() as lent:
        file = begin(lent.enter_context(opened(connection)))
        first = next(file.pieces, b"")
        response = Response(chain((first,), file.pieces), content_type=file.kind)
        response.call_on_close(lent.pop_all().close)
    response.headers["Content-Security-Policy"] = _POLICY
    if file.name:
        response.headers["Content-Disposition"] = _attachment(file.name)
    return response


def _attachment(file_name: str) -> str:
    """Name a file by RFC 6266: in ASCII, and as it is for whoever reads RFC 8187."""
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", file_name)
    names = (
        {"filename": plain}
        if plain == file_name
        else {"filename": plain, "filename*": f"UTF-8''{quote(file_name, safe='')}"}
    )
    return dump_options_header("attachment", names)
