"""What a page answers once something was done: how far it is where it takes long, else what has happened."""

from flask import Response, flash, redirect, render_template, url_for

from webapp.services.mail_actions.service import ActionResult
from webapp.web.mailbox_slug import encode_mailbox_name
from webapp.web.pages.mailbox import action_texts

MESSAGES_PER_REQUEST = 20.0
"""Seconds after which an act pauses and the page says how far it is."""


def progress_page(done: ActionResult, connection_id: int, action: str = "") -> Response:
    """Return how far an act is, on a page that goes on by itself, or by its button where there is no JavaScript."""
    so_far = done.done + done.gone
    total = so_far + done.remaining
    page = render_template(
        "mailbox/progress.html",
        sentence=action_texts.progress_sentence(done, total),
        so_far=so_far,
        total=total,
        action=action or url_for("mailboxes.resume", connection_id=connection_id, act_id=done.unfinished_id),
        back=url_for("mailboxes.history", connection_id=connection_id),
    )
    return Response(page)


def redirect_with_result(done: ActionResult, connection_id: int, back: str) -> Response:
    """Go back and say what has happened, beside the button that undoes it."""
    text, kind = action_texts.result_sentence(done), "good" if done.done else "warning"
    if done.act_id is None:
        flash(text, kind)
    else:
        undo = url_for("mailboxes.undo", connection_id=connection_id, act_id=done.act_id)
        flash({"text": text, "press": "Undo", "url": undo}, kind)  # type: ignore[arg-type]
    return redirect(back, 303)  # type: ignore[return-value]


def mailbox_url(connection_id: int, mailbox: str) -> str:
    """Lead to the messages of a mailbox."""
    return url_for("mailboxes.mailbox", connection_id=connection_id, ref=encode_mailbox_name(mailbox))
