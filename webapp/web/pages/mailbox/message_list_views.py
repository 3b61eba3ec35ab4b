"""The messages of a mailbox, newest first, beside the mailboxes of its connection."""

from flask import Response, abort, redirect, render_template, request, url_for

from webapp.core.imap.mailbox.mailbox_list import list_mailboxes
from webapp.core.imap.mailbox.messages import Listing, list_messages
from webapp.core.imap.protocol.errors import MailboxError
from webapp.services.connections.mail_session import opened
from webapp.services.connections.permissions import get_connection
from webapp.web.login import login_required
from webapp.web.mailbox_slug import name_of, ref_of
from webapp.web.pages.mailbox.available_actions import acts_in
from webapp.web.pages.mailbox.blueprint import mailboxes
from webapp.web.pages.mailbox.mailbox_tree import label_of, places_of
from webapp.web.pages.mailbox.search_form import Origin

PAGE_SIZE = 50


@mailboxes.get("/")
@login_required
def index(connection_id: int) -> Response:
    """Lead to the INBOX."""
    get_connection(connection_id)
    url = url_for("mailboxes.mailbox", connection_id=connection_id, ref=ref_of("INBOX"))
    return redirect(url, 303)  # type: ignore[return-value]


@mailboxes.get("/<ref>/")
@login_required
def mailbox(connection_id: int, ref: str) -> Response:
    """Show one page of a mailbox's messages."""
    connection = get_connection(connection_id)
    name = name_of(ref) or abort(404)
    origin = Origin.of(request.args)
    listing: Listing | None = None
    refusal = ""
    with opened(connection) as session:
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
        "mailboxes/index.html",
        connection=connection,
        ref=ref,
        name=name,
        label=label_of(found, name),
        mailbox=found,
        places=places_of(known, name),
        listing=listing,
        refusal=refusal,
        origin=origin,
        acts=acts_in(found, known),
        outgoing=found is not None and found.special_use in ("sent", "drafts"),
    )
    return Response(page)
