"""What a failure in the middle of an act has left behind: how far the act of this request has come."""

from flask import g, request
from sqlalchemy import or_, select

from webapp.core.imap.protocol.errors import ImapError, MailboxError
from webapp.models import Connection, MailAction, db, utcnow
from webapp.web.login import current_user
from webapp.web.mailbox_slug import decode_mailbox_name
from webapp.web.pages.mailbox import action_texts

_ACTING = ("mailboxes.execute_action", "mailboxes.undo", "mailboxes.resume")


def interruption_message(connection: Connection, error: ImapError) -> str:
    """Return what was changed before an error, or that nothing was."""
    act = _unfinished(connection) if request.endpoint in _ACTING else None
    if act and act.done:
        done = action_texts.progress_sentence(act, act.total)
        return f"{done} before it stopped. “Recent changes” offers to go on, or to undo it."
    # Who refuses has done nothing; who does not answer may have.
    if act and not isinstance(error, MailboxError):
        return "It may have been done before the connection broke off: look at the messages before you try again."
    return "Nothing was changed."


def _unfinished(connection: Connection) -> MailAction | None:
    place = request.view_args or {}
    newest = select(MailAction).where(MailAction.connection_id == connection.id, MailAction.finished_at.is_(None))
    if act_id := place.get("act_id"):
        newest = newest.where(or_(MailAction.id == act_id, MailAction.undo_of_id == act_id))
    else:
        own = (MailAction.user_id == current_user().id, MailAction.created_at >= g.get("act_begins", utcnow()))
        newest = newest.where(*own, MailAction.mailbox == decode_mailbox_name(place.get("ref", "")))
    return db.session.scalar(newest.order_by(MailAction.id.desc()).limit(1))
