"""The recent changes of a connection's mail: who did what, how far it came, and what takes it back or goes on."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response, flash, redirect, render_template, request, url_for

from webapp.services.mail_actions.history import PastAction, recent_actions
from webapp.services.mail_actions.service import ActionError
from webapp.services.mail_actions.service import resume as do_the_rest
from webapp.services.mail_actions.service import undo as bring_back
from webapp.web.connection_lookup import get_connection_or_404
from webapp.web.login import current_user, login_required
from webapp.web.pages.mailbox import action_texts
from webapp.web.pages.mailbox.action_progress import (
    MESSAGES_PER_REQUEST,
    mailbox_url,
    progress_page,
    redirect_with_result,
)

PAGE_SIZE = 50


@dataclass(frozen=True, kw_only=True)
class HistoryEntry:
    """One act as a line of the list."""

    id: int
    sentence: str
    note: str
    who: str
    at: datetime
    undoable: bool
    unfinished: bool

    @classmethod
    def of(cls, act: PastAction) -> "HistoryEntry":
        """Describe an act."""
        return cls(
            id=act.id,
            sentence=action_texts.past_sentence(act),
            note=action_texts.outcome_note(act),
            who=act.who or "Nobody known",
            at=act.at,
            undoable=act.undoable,
            unfinished=not (act.finished or act.running or act.undone),
        )


@login_required
def history(connection_id: int) -> Response:
    """List the changes of the last days, newest first."""
    connection = get_connection_or_404(connection_id)
    found = recent_actions(connection.id, before=request.args.get("before", type=int), limit=PAGE_SIZE + 1)
    shown = [HistoryEntry.of(act) for act in found[:PAGE_SIZE]]
    older = shown[-1].id if len(found) > PAGE_SIZE else None
    page = render_template("mailbox/history.html", connection=connection, changes=shown, older=older)
    return Response(page)


@login_required
def undo(connection_id: int, act_id: int) -> Response:
    """Bring back what an act has moved."""
    connection = get_connection_or_404(connection_id)
    try:
        done = bring_back(connection, act_id, current_user(), seconds=MESSAGES_PER_REQUEST)
    except ActionError as error:
        return _refused(connection_id, error)
    if done.remaining:
        return progress_page(done, connection_id, url_for("mailboxes.undo", connection_id=connection_id, act_id=act_id))
    flash(action_texts.undo_sentence(done), "good" if done.done else "warning")
    return redirect(mailbox_url(connection_id, done.destination), 303)  # type: ignore[return-value]


@login_required
def resume(connection_id: int, act_id: int) -> Response:
    """Go on with an act that takes long, or was interrupted."""
    connection = get_connection_or_404(connection_id)
    try:
        done = do_the_rest(connection, act_id, seconds=MESSAGES_PER_REQUEST)
    except ActionError as error:
        return _refused(connection_id, error)
    if done.remaining:
        return progress_page(done, connection_id)
    return redirect_with_result(done, connection_id, mailbox_url(connection_id, done.mailbox))


def _refused(connection_id: int, error: ActionError) -> Response:
    flash(action_texts.refusal_sentence(error), "warning")
    return redirect(url_for("mailboxes.history", connection_id=connection_id), 303)  # type: ignore[return-value]
