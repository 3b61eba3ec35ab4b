"""Doing something with messages: marks are set at once; what moves or deletes is shown before it happens."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, flash, g, redirect, render_template, request, url_for

from webapp.core.imap.mailbox.mailbox_list import list_mailboxes
from webapp.models import Connection, utcnow
from webapp.services.connections.mail_session import open_mail_session
from webapp.services.mail_actions.service import ActionKind, SearchSelection, SelectionChangedError, execute, preview
from webapp.web.connection_lookup import get_connection_or_404
from webapp.web.login import current_user, login_required
from webapp.web.mailbox_slug import decode_mailbox_name
from webapp.web.pages.mailbox import action_texts
from webapp.web.pages.mailbox.action_progress import MESSAGES_PER_REQUEST, progress_page, redirect_with_result
from webapp.web.pages.mailbox.mailbox_tree import mailbox_tree
from webapp.web.pages.mailbox.message_selection import MessageSelection

_WITH_DESTINATION = (ActionKind.COPY, ActionKind.MOVE)
_FIRST_CHOOSE = "Nothing was changed: first select the messages."
_LONGEST_ADDRESS = 3000  # servers and proxies take some 4,000 characters


@login_required
def submit_preview(connection_id: int, ref: str) -> Response:
    """Lead to what an act would do."""
    connection = get_connection_or_404(connection_id)
    choice = MessageSelection.of(decode_mailbox_name(ref) or abort(404), request.form)
    if choice.is_empty:
        return _back(choice, connection_id, _FIRST_CHOOSE)
    return _redirect_to_preview(connection, ref, choice)


@login_required
def show_preview(connection_id: int, ref: str) -> Response:
    """Show what an act would do, and ask for what it still needs."""
    connection = get_connection_or_404(connection_id)
    return _render_preview(connection, ref, MessageSelection.of(decode_mailbox_name(ref) or abort(404), request.args))


@login_required
def execute_action(connection_id: int, ref: str) -> Response:
    """Do it; what needs to be seen before is shown."""
    connection = get_connection_or_404(connection_id)
    choice = MessageSelection.of(decode_mailbox_name(ref) or abort(404), request.form)
    if choice.is_empty:
        return _back(choice, connection_id, _FIRST_CHOOSE)
    if _is_to_be_shown(choice):
        return _redirect_to_preview(connection, ref, choice)
    g.act_begins = utcnow()  # whatever stands in the book from now on is of this request
    try:
        done = execute(connection, choice.action_request, current_user(), seconds=MESSAGES_PER_REQUEST)
    except SelectionChangedError:
        return _render_preview(connection, ref, choice, stale=True)
    if done.remaining:
        return progress_page(done, connection_id)
    stays = choice.kind.only_marks or choice.kind is ActionKind.COPY
    return redirect_with_result(done, connection_id, choice.back_url(connection_id, stays=stays))


def _is_to_be_shown(choice: MessageSelection) -> bool:
    unseen = isinstance(choice.what, SearchSelection) and not choice.what.digest
    return unseen or (choice.kind in _WITH_DESTINATION and not choice.destination)


def _redirect_to_preview(connection: Connection, ref: str, choice: MessageSelection) -> Response:
    """Show it at an address of its own: Back and Reload ask for it again, and never show what has become untrue."""
    asked = urlencode([*choice.hidden_fields(), ("kind", choice.kind), ("destination", choice.destination_ref)])
    url = f"{url_for('mailboxes.show_preview', connection_id=connection.id, ref=ref)}?{asked}"
    if len(url) > _LONGEST_ADDRESS:
        return _render_preview(connection, ref, choice)
    return redirect(url, 303)  # type: ignore[return-value]


def _render_preview(connection: Connection, ref: str, choice: MessageSelection, *, stale: bool = False) -> Response:
    known: dict[str, Any] = {"connection": connection, "ref": ref, "name": choice.what.mailbox, "choice": choice}
    known["back"] = choice.back_url(connection.id)
    if choice.kind in _WITH_DESTINATION and not choice.destination:
        return _ask_destination(connection, choice, known)
    shown = preview(connection, choice.action_request)
    page = render_template(
        "mailbox/preview.html",
        plan=shown,
        sentence=action_texts.preview_sentence(shown),
        press=action_texts.button_label(shown),
        cautions=action_texts.cautions(shown),
        possible=action_texts.is_possible(shown),
        carried=choice.hidden_fields(shown.digest),
        stale=stale,
        **known,
    )
    return Response(page, 409 if stale else 200)


def _ask_destination(connection: Connection, choice: MessageSelection, known: dict[str, Any]) -> Response:
    with open_mail_session(connection) as session:
        places = mailbox_tree(list_mailboxes(session, counted=False), choice.what.mailbox)
    page = render_template(
        "mailbox/choose_destination.html",
        places=[place for place in places if place.selectable and not place.current],
        carried=choice.hidden_fields(),
        heading=f"{choice.kind.capitalize()} {choice.count_phrase}",
        **known,
    )
    return Response(page)


def _back(choice: MessageSelection, connection_id: int, notice: str) -> Response:
    flash(notice, "warning")
    return redirect(choice.back_url(connection_id), 303)  # type: ignore[return-value]
