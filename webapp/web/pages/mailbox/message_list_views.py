"""The messages of a mailbox, newest first, beside the mailboxes of its connection."""

from flask import Response, abort, redirect, render_template, request, url_for

from webapp.core.imap.mailbox.mailbox_list import list_mailboxes
from webapp.core.imap.mailbox.messages import MessageListing, list_messages
from webapp.core.imap.protocol.errors import MailboxError
from webapp.services.connections.mail_session import open_mail_session
from webapp.web.connection_lookup import get_connection_or_404
from webapp.web.login import login_required
from webapp.web.mailbox_slug import decode_mailbox_name, encode_mailbox_name
from webapp.web.pages.mailbox.available_actions import actions_for_list
from webapp.web.pages.mailbox.mailbox_tree import label_of, mailbox_tree
from webapp.web.pages.mailbox.search_form import ListOrigin

PAGE_SIZE = 50


@login_required
def index(connection_id: int) -> Response:
    """Lead to the INBOX."""
    get_connection_or_404(connection_id)
    url = url_for("mailboxes.mailbox", connection_id=connection_id, ref=encode_mailbox_name("INBOX"))
    return redirect(url, 303)  # type: ignore[return-value]


@login_required
def mailbox(connection_id: int, ref: str) -> Response:
    """Show one page of a mailbox's messages."""
    connection = get_connection_or_404(connection_id)
    name = decode_mailbox_name(ref) or abort(404)
    origin = ListOrigin.of(request.args)
    listing: MessageListing | None = None
    refusal = ""
    with open_mail_session(connection) as session:
        known = list_mailboxes(session)
        found = next((each for each in known if each.name == name), None)
        if found is None or found.selectable:
            try:
                listing = list_messages(session, name, cursor=origin.page, limit=PAGE_SIZE, query=origin.search.query)
            except MailboxError as error:
                if found is None or type(error) is not MailboxError:
                    raise
                refusal = error.text
    page = render_template(
        "mailbox/index.html",
        connection=connection,
        ref=ref,
        name=name,
        label=label_of(found, name),
        mailbox=found,
        places=mailbox_tree(known, name),
        listing=listing,
        refusal=refusal,
        origin=origin,
        acts=actions_for_list(found, known),
        outgoing=found is not None and found.special_use in ("sent", "drafts"),
    )
    return Response(page)
