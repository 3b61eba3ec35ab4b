"""One message: its text, or its HTML in a frame that runs nothing and fetches nothing."""

from flask import Response, abort, render_template, request

from webapp.core.imap.mailbox.messages import inline_images, inline_parts, read_message
from webapp.core.mime import FRAME_POLICY, FRAME_POLICY_WITH_IMAGES, sanitize_html
from webapp.services.connections.mail_session import open_mail_session
from webapp.web.connection_lookup import get_connection_or_404
from webapp.web.login import login_required
from webapp.web.mailbox_slug import decode_mailbox_name
from webapp.web.pages.mailbox.available_actions import actions_for_message
from webapp.web.pages.mailbox.search_form import ListOrigin

MESSAGE = "/<ref>/<int(max=4294967295):uid_validity>.<int(min=1,max=4294967295):uid>"


@login_required
def message(connection_id: int, ref: str, uid_validity: int, uid: int) -> Response:
    """Show a message."""
    connection = get_connection_or_404(connection_id)
    name = decode_mailbox_name(ref) or abort(404)
    with open_mail_session(connection) as session:
        found = read_message(session, name, uid, uid_validity)
    origin = ListOrigin.of(request.args)
    wants_html = request.args.get("view") == "html" or not found.text.strip()
    page = render_template(
        "mailbox/message.html",
        connection=connection,
        ref=ref,
        name=name,
        message=found,
        origin=origin.arguments,
        address={"connection_id": connection_id, "ref": ref, "uid_validity": found.uid_validity, "uid": uid},
        as_html=found.html is not None and wants_html,
        images="images" in request.args,
        acts=actions_for_message(found.summary),
        inline=inline_parts(found),
    )
    return Response(page)


@login_required
def frame(connection_id: int, ref: str, uid_validity: int, uid: int) -> Response:
    """Return the document for the frame of a message's HTML."""
    connection = get_connection_or_404(connection_id)
    with open_mail_session(connection) as session:
        found = read_message(session, decode_mailbox_name(ref) or abort(404), uid, uid_validity)
        inline = inline_images(session, found)
    if found.html is None:
        abort(404)
    images = "images" in request.args
    policy = FRAME_POLICY_WITH_IMAGES if images else FRAME_POLICY
    headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}
    return Response(sanitize_html(found.html, images=images, inline=inline), mimetype="text/html", headers=headers)
