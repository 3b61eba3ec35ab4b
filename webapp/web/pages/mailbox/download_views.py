"""What a message can be saved as: its attachments, and its source."""

from functools import partial

from flask import Response, abort, request

from webapp.services.connections.mail_session import open_mail_session
from webapp.web import file_response
from webapp.web.connection_lookup import get_connection_or_404
from webapp.web.login import login_required
from webapp.web.mailbox_slug import decode_mailbox_name


@login_required
def part(connection_id: int, ref: str, uid_validity: int, uid: int, section: str) -> Response:
    """Send an attachment as a file."""
    connection, name = get_connection_or_404(connection_id), decode_mailbox_name(ref) or abort(404)
    find = partial(file_response.attachment, mailbox=name, uid=uid, section=section, uid_validity=uid_validity)
    return file_response.send_file(open_mail_session(connection), find)


@login_required
def source(connection_id: int, ref: str, uid_validity: int, uid: int) -> Response:
    """Show the source of a message as plain text, or send it as a file."""
    connection, name = get_connection_or_404(connection_id), decode_mailbox_name(ref) or abort(404)
    find = partial(file_response.source, mailbox=name, uid=uid, uid_validity=uid_validity, save="save" in request.args)
    return file_response.send_file(open_mail_session(connection), find)
