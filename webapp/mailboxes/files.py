"""What a message can be saved as: its attachments, and its source."""

from functools import partial

from flask import Response, abort, request

from webapp.connections.access import get_connection
from webapp.mailboxes import sending
from webapp.mailboxes.blueprint import mailboxes
from webapp.mailboxes.reading import MESSAGE
from webapp.mailboxes.refs import name_of
from webapp.opening import opened
from webapp.signed_in import login_required


@mailboxes.get(f"{MESSAGE}/parts/<section>")
@login_required
def part(connection_id: int, ref: str, uid_validity: int, uid: int, section: str) -> Response:
    """Send an attachment as a file."""
    connection, name = get_connection(connection_id), name_of(ref) or abort(404)
    find = partial(sending.attachment, mailbox=name, uid=uid, section=section, uid_validity=uid_validity)
    return sending.sent(opened(connection), find)


@mailboxes.get(f"{MESSAGE}/source")
@login_required
def source(connection_id: int, ref: str, uid_validity: int, uid: int) -> Response:
    """Show the source of a message as plain text, or send it as a file."""
    connection, name = get_connection(connection_id), name_of(ref) or abort(404)
    find = partial(sending.source, mailbox=name, uid=uid, uid_validity=uid_validity, save="save" in request.args)
    return sending.sent(opened(connection), find)
