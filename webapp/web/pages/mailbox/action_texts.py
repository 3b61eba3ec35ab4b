"""What pages say of an act: what will happen, what to press, what has happened. Words only, a row a kind of act."""

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.core.phrases import plural
from webapp.models import MailAction
from webapp.services.mail_actions.history import PastAction
from webapp.services.mail_actions.service import (
    ActionError,
    ActionKind,
    ActionResult,
    ActionWarning,
    Preview,
    ResumeRefusal,
)

_LONGEST = 80


@dataclass(frozen=True)
class _Words:
    """`will` follows "3 messages will", `done` and `listed` follow "3 messages"; `press` is the button."""

    will: str
    press: str
    done: str
    listed: str


def _mark_words(will: str, press: str, done: str) -> _Words:
    return _Words(will, press, done, f"{done} in {{mailbox}}")


def _move_words(press: str) -> _Words:
    return _Words("move from {mailbox} to {to}", press, "moved to {to}", "moved from {mailbox} to {to}")


_WORDS: Mapping[ActionKind, _Words] = {
    ActionKind.SEEN: _mark_words("be marked as read", "Mark {} as read", "marked as read"),
    ActionKind.UNSEEN: _mark_words("be marked as unread", "Mark {} as unread", "marked as unread"),
    ActionKind.FLAG: _mark_words("be flagged", "Flag {}", "flagged"),
    ActionKind.UNFLAG: _mark_words("lose their flag", "Unflag {}", "unflagged"),
    ActionKind.COPY: _Words(
        "be copied to {to}, and stay in {mailbox} too", "Copy {}", "copied to {to}", "copied from {mailbox} to {to}"
    ),
    ActionKind.MOVE: _move_words("Move {}"),
    ActionKind.ARCHIVE: _move_words("Archive {}"),
    ActionKind.DELETE: _move_words("Delete {}"),
    ActionKind.EXPUNGE: _Words(
        "be deleted permanently from {mailbox}",
        "Delete {} permanently",
        "deleted permanently",
        "deleted permanently from {mailbox}",
    ),
}

CAUTIONS: Mapping[ActionWarning, str] = {
    ActionWarning.PERMANENT: "This is for good: neither you nor the portal can undo it.",
    ActionWarning.LEFT_MARKED: "This mail server cannot remove single messages. They stay in {mailbox}, marked as "
    "deleted, "
    "until a mail program cleans up there.",
    ActionWarning.NO_UNDO: "The portal cannot undo this at this mail server.",
    ActionWarning.GMAIL_LABEL: "At Gmail this takes the label {mailbox} away; the messages stay in All Mail.",
    ActionWarning.GMAIL_COPY_IS_LABEL: "At Gmail this adds the label {to}; there is still one message, under both.",
    ActionWarning.GMAIL_TRASH: "Gmail takes all labels away, and empties {to} after 30 days.",
    ActionWarning.ALREADY_THERE: "They are in {mailbox} already.",
}


_REFUSALS: Mapping[ResumeRefusal, str] = {
    ResumeRefusal.UNKNOWN: "This change is not known any more.",
    ResumeRefusal.TOO_OLD: "This was more than seven days ago, so the portal does not know enough to undo it.",
    ResumeRefusal.UNDONE: "This was undone already.",
    ResumeRefusal.RUNNING: "This is being done at this moment. Try again in a minute.",
    ResumeRefusal.FINISHED: "This is finished already.",
    ResumeRefusal.NOT_UNDOABLE: "This cannot be undone.",
}


def preview_sentence(plan: Preview) -> str:
    """Return what a plan would do, in one sentence."""
    if not plan.total:
        return "None of these messages is there any more"
    return f"{plural(plan.total, 'message')} will {_fill(_WORDS[plan.kind].will, plan)}."


def button_label(plan: Preview) -> str:
    """Label the button that does it."""
    return _WORDS[plan.kind].press.format(plural(plan.total, "message"))


def is_possible(plan: Preview) -> bool:
    """Return whether there is anything to do."""
    return plan.total > 0 and ActionWarning.ALREADY_THERE not in plan.cautions


def cautions(plan: Preview) -> list[str]:
    """Return what to know before it is done."""
    return [_fill(CAUTIONS[each], plan) for each in plan.cautions]


def result_sentence(done: ActionResult) -> str:
    """Return what was done, and what could not be."""
    gone = f"{plural(done.gone, 'message was', 'messages were')} not there any more." if done.gone else ""
    if not done.done:
        return f"Nothing was changed. {gone or 'There was nothing to do.'}"
    where = _mailbox_label(done.mailbox)
    left = f"This mail server cannot remove single messages: they stay in {where}, marked as deleted."
    happened = f"{plural(done.done, 'message')} {_fill(_WORDS[done.kind].done, done)}."
    return " ".join(each for each in (happened, gone, left if done.left_marked else "") if each)


def undo_sentence(done: ActionResult) -> str:
    """Return what was brought back."""
    if not done.done:
        return f"Nothing was brought back: the messages are not in {_mailbox_label(done.mailbox)} any more."
    back = f"{plural(done.done, 'message is', 'messages are')} back in {_mailbox_label(done.destination)}."
    lost = f"{plural(done.gone, 'message was', 'messages were')} not in {_mailbox_label(done.mailbox)} any more."
    return f"{back} {lost}" if done.gone else back


def progress_sentence(act: ActionResult | PastAction | MailAction, total: int) -> str:
    """Return how far an act is that is not finished."""
    return f"{act.done + act.gone:,} of {plural(total, 'message')} {_fill(_WORDS[act.kind].done, act)}"


def past_sentence(act: PastAction) -> str:
    """Return what an act has done, as the list of changes has it."""
    return f"{plural(act.done, 'message')} {_fill(_WORDS[act.kind].listed, act)}"


def outcome_note(act: PastAction) -> str:
    """Return how an act ended, where there is more to say than that it was done."""
    if act.undone:
        return "Undone."
    if act.running:
        return f"Being done: {progress_sentence(act, act.total)}."
    notes = {
        f"Interrupted: {progress_sentence(act, act.total)}.": not act.finished,
        f"{plural(act.gone, 'message was', 'messages were')} not there any more.": act.gone > 0,
        f"They stay in {_mailbox_label(act.mailbox)}, marked as deleted.": act.left_marked,
    }
    return " ".join(note for note, holds in notes.items() if holds)


def refusal_sentence(error: ActionError) -> str:
    """Return why an act cannot be undone, or gone on with."""
    return _REFUSALS[error.reason]


def _fill(words: str, of: Preview | ActionResult | PastAction | MailAction) -> str:
    return words.format(mailbox=_mailbox_label(of.mailbox), to=_mailbox_label(of.destination))


def _mailbox_label(mailbox: str) -> str:
    """Write the name of a mailbox into a sentence: not endless, and in its own direction of writing."""
    name = mailbox if len(mailbox) <= _LONGEST else f"{mailbox[:_LONGEST]}…"
    return name if name.isascii() else f"\u2068{name}\u2069"
