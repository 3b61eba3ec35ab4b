"""The recent changes of a connection's mail: who did what, how far it came, and what takes it back or goes on."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response, flash, redirect, render_template, request, url_for

from webapp.services.connections.permissions import get_connection
from webapp.services.mail_actions.history import PastAct, recent_acts
from webapp.services.mail_actions.service import ActError
from webapp.services.mail_actions.service import go_on as do_the_rest
from webapp.services.mail_actions.service import undo as bring_back
from webapp.web.login import current_user, login_required
from webapp.web.pages.mailbox import action_texts
from webapp.web.pages.mailbox.action_progress import PORTION, going_on, to_mailbox, told
from webapp.web.pages.mailbox.blueprint import mailboxes

PAGE_SIZE = 50


@dataclass(frozen=True, kw_only=True)
class Change:
    """One act as a line of the list."""

    id: int
    sentence: str
    note: str
    who: str
    at: datetime
    undoable: bool
    unfinished: bool

    @classmethod
    def of(cls, act: PastAct) -> "Change":
        """Describe an act."""
        return cls(
            id=act.id,
            sentence=action_texts.was_done(act),
            note=action_texts.what_became_of(act),
            who=act.who or "Nobody known",
            at=act.at,
            undoable=act.undoable,
            unfinished=not (act.finished or act.running or act.undone),
        )


@mailboxes.get("/changes")
@login_required
def changes(connection_id: int) -> Response:
    """List the changes of the last days, newest first."""
    connection = get_connection(connection_id)
    found = recent_acts(connection.id, before=request.args.get("before", type=int), limit=PAGE_SIZE + 1)
    shown = [Change.of(act) for act in found[:PAGE_SIZE]]
    older = shown[-1].id if len(found) > PAGE_SIZE else None
    page = render_template("mailboxes/changes.html", connection=connection, changes=shown, older=older)
    return Response(page)


@mailboxes.post("/changes/<id:act_id>/undo")
@login_required
def undo(connection_id: int, act_id: int) -> Response:
    """Bring back what an act has moved."""
    connection = get_connection(connection_id)
    try:
        done = bring_back(connection, act_id, current_user(), seconds=PORTION)
    except ActError as error:
        return _refused(connection_id, error)
    if done.remaining:
        return going_on(done, connection_id, url_for("mailboxes.undo", connection_id=connection_id, act_id=act_id))
    flash(action_texts.is_back(done), "good" if done.done else "warning")
    return redirect(to_mailbox(connection_id, done.destination), 303)  # type: ignore[return-value]


@mailboxes.post("/changes/<id:act_id>/go-on")
@login_required
def go_on(connection_id: int, act_id: int) -> Response:
    """Go on with an act that takes long, or was interrupted."""
    connection = get_connection(connection_id)
    try:
        done = do_the_rest(connection, act_id, seconds=PORTION)
    except ActError as error:
        return _refused(connection_id, error)
    if done.remaining:
        return going_on(done, connection_id)
    return told(done, connection_id, to_mailbox(connection_id, done.mailbox))


def _refused(connection_id: int, error: ActError) -> Response:
    flash(action_texts.why_not(error), "warning")
    return redirect(url_for("mailboxes.changes", connection_id=connection_id), 303)  # type: ignore[return-value]
