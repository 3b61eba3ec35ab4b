"""Doing something with messages: marks are set at once; what moves or deletes is shown before it happens."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, flash, g, redirect, render_template, request, url_for

from webapp.core.imap.mailbox.mailbox_list import list_mailboxes
from webapp.models import Connection, utcnow
from webapp.services.connections.mail_session import opened
from webapp.services.connections.permissions import get_connection
from webapp.services.mail_actions.service import Everything, Kind, StaleError, perform, plan
from webapp.web.login import current_user, login_required
from webapp.web.mailbox_slug import name_of
from webapp.web.pages.mailbox import action_texts
from webapp.web.pages.mailbox.action_progress import PORTION, going_on, told
from webapp.web.pages.mailbox.blueprint import mailboxes
from webapp.web.pages.mailbox.mailbox_tree import places_of
from webapp.web.pages.mailbox.message_selection import Choice

_WITH_DESTINATION = (Kind.COPY, Kind.MOVE)
_FIRST_CHOOSE = "Nothing was changed: first select the messages."
_LONGEST_ADDRESS = 3000  # servers and proxies take some 4,000 characters


@mailboxes.post("/<ref>/preview")
@login_required
def preview(connection_id: int, ref: str) -> Response:
    """Lead to what an act would do."""
    connection = get_connection(connection_id)
    choice = Choice.of(name_of(ref) or abort(404), request.form)
    if choice.is_empty:
        return _back(choice, connection_id, _FIRST_CHOOSE)
    return _led(connection, ref, choice)


@mailboxes.get("/<ref>/preview")
@login_required
def previewed(connection_id: int, ref: str) -> Response:
    """Show what an act would do, and ask for what it still needs."""
    connection = get_connection(connection_id)
    return _shown(connection, ref, Choice.of(name_of(ref) or abort(404), request.args))


@mailboxes.post("/<ref>/act")
@login_required
def act(connection_id: int, ref: str) -> Response:
    """Do it; what needs to be seen before is shown."""
    connection = get_connection(connection_id)
    choice = Choice.of(name_of(ref) or abort(404), request.form)
    if choice.is_empty:
        return _back(choice, connection_id, _FIRST_CHOOSE)
    if _is_to_be_shown(choice):
        return _led(connection, ref, choice)
    g.act_begins = utcnow()  # whatever stands in the book from now on is of this request
    try:
        done = perform(connection, choice.wish, current_user(), seconds=PORTION)
    except StaleError:
        return _shown(connection, ref, choice, stale=True)
    if done.remaining:
        return going_on(done, connection_id)
    stays = choice.kind.only_marks or choice.kind is Kind.COPY
    return told(done, connection_id, choice.back(connection_id, stays=stays))


def _is_to_be_shown(choice: Choice) -> bool:
    unseen = isinstance(choice.what, Everything) and not choice.what.digest
    return unseen or (choice.kind in _WITH_DESTINATION and not choice.destination)


def _led(connection: Connection, ref: str, choice: Choice) -> Response:
    """Show it at an address of its own: Back and Reload ask for it anew, and never show what has become untrue."""
    asked = urlencode([*choice.carried(), ("kind", choice.kind), ("destination", choice.destination_ref)])
    url = f"{url_for('mailboxes.previewed', connection_id=connection.id, ref=ref)}?{asked}"
    if len(url) > _LONGEST_ADDRESS:
        return _shown(connection, ref, choice)
    return redirect(url, 303)  # type: ignore[return-value]


def _shown(connection: Connection, ref: str, choice: Choice, *, stale: bool = False) -> Response:
    known: dict[str, Any] = {"connection": connection, "ref": ref, "name": choice.what.mailbox, "choice": choice}
    known["back"] = choice.back(connection.id)
    if choice.kind in _WITH_DESTINATION and not choice.destination:
        return _asked_where(connection, choice, known)
    shown = plan(connection, choice.wish)
    page = render_template(
        "mailboxes/preview.html",
        plan=shown,
        sentence=action_texts.will_happen(shown),
        press=action_texts.press(shown),
        cautions=action_texts.cautions(shown),
        possible=action_texts.is_possible(shown),
        carried=choice.carried(shown.digest),
        stale=stale,
        **known,
    )
    return Response(page, 409 if stale else 200)


def _asked_where(connection: Connection, choice: Choice, known: dict[str, Any]) -> Response:
    with opened(connection) as session:
        places = places_of(list_mailboxes(session, counted=False), choice.what.mailbox)
    page = render_template(
        "mailboxes/where.html",
        places=[place for place in places if place.selectable and not place.current],
        carried=choice.carried(),
        heading=f"{choice.kind.capitalize()} {choice.how_many}",
        **known,
    )
    return Response(page)


def _back(choice: Choice, connection_id: int, notice: str) -> Response:
    flash(notice, "warning")
    return redirect(choice.back(connection_id), 303)  # type: ignore[return-value]
