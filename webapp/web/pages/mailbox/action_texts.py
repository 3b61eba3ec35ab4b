"""What pages say of an act: what will happen, what to press, what has happened. Words only, a row a kind of act."""

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.core.phrases import plural
from webapp.models import MailAct
from webapp.services.mail_actions.history import PastAct
from webapp.services.mail_actions.service import ActError, Caution, Done, Kind, Plan, Refusal

_LONGEST = 80


@dataclass(frozen=True)
class _Words:
    """`will` follows "3 messages will", `done` and `listed` follow "3 messages"; `press` is the button."""

    will: str
    press: str
    done: str
    listed: str


def _marking(will: str, press: str, done: str) -> _Words:
    return _Words(will, press, done, f"{done} in {{mailbox}}")


def _moving(press: str) -> _Words:
    return _Words("move from {mailbox} to {to}", press, "moved to {to}", "moved from {mailbox} to {to}")


_WORDS: Mapping[Kind, _Words] = {
    Kind.SEEN: _marking("be marked as read", "Mark {} as read", "marked as read"),
    Kind.UNSEEN: _marking("be marked as unread", "Mark {} as unread", "marked as unread"),
    Kind.FLAG: _marking("be flagged", "Flag {}", "flagged"),
    Kind.UNFLAG: _marking("lose their flag", "Unflag {}", "unflagged"),
    Kind.COPY: _Words(
        "be copied to {to}, and stay in {mailbox} too", "Copy {}", "copied to {to}", "copied from {mailbox} to {to}"
    ),
    Kind.MOVE: _moving("Move {}"),
    Kind.ARCHIVE: _moving("Archive {}"),
    Kind.DELETE: _moving("Delete {}"),
    Kind.EXPUNGE: _Words(
        "be deleted permanently from {mailbox}",
        "Delete {} permanently",
        "deleted permanently",
        "deleted permanently from {mailbox}",
    ),
}

CAUTIONS: Mapping[Caution, str] = {
    Caution.PERMANENT: "This is for good: neither you nor the portal can undo it.",
    Caution.LEFT_MARKED: "This mail server cannot remove single messages. They stay in {mailbox}, marked as deleted, "
    "until a mail program cleans up there.",
    Caution.NO_UNDO: "The portal cannot undo this at this mail server.",
    Caution.GMAIL_LABEL: "At Gmail this takes the label {mailbox} away; the messages stay in All Mail.",
    Caution.GMAIL_COPY_IS_LABEL: "At Gmail this adds the label {to}; there is still one message, under both.",
    Caution.GMAIL_TRASH: "Gmail takes all labels away, and empties {to} after 30 days.",
    Caution.ALREADY_THERE: "They are in {mailbox} already.",
}


_REFUSALS: Mapping[Refusal, str] = {
    Refusal.UNKNOWN: "This change is not known any more.",
    Refusal.TOO_OLD: "This was more than seven days ago, so the portal does not know enough to undo it.",
    Refusal.UNDONE: "This was undone already.",
    Refusal.RUNNING: "This is being done at this moment. Try again in a minute.",
    Refusal.FINISHED: "This is finished already.",
    Refusal.NOT_UNDOABLE: "This cannot be undone.",
}


def will_happen(plan: Plan) -> str:
    """Say what a plan would do, in one sentence."""
    if not plan.total:
        return "None of these messages is there any more"
    return f"{plural(plan.total, 'message')} will {_filled(_WORDS[plan.kind].will, plan)}."


def press(plan: Plan) -> str:
    """Label the button that does it."""
    return _WORDS[plan.kind].press.format(plural(plan.total, "message"))


def is_possible(plan: Plan) -> bool:
    """Say whether there is anything to do."""
    return plan.total > 0 and Caution.ALREADY_THERE not in plan.cautions


def cautions(plan: Plan) -> list[str]:
    """Say what to know before it is done."""
    return [_filled(CAUTIONS[each], plan) for each in plan.cautions]


def has_happened(done: Done) -> str:
    """Say what was done, and what could not be."""
    gone = f"{plural(done.gone, 'message was', 'messages were')} not there any more." if done.gone else ""
    if not done.done:
        return f"Nothing was changed. {gone or 'There was nothing to do.'}"
    left = f"This mail server cannot remove single messages: they stay in {_named(done.mailbox)}, marked as deleted."
    happened = f"{plural(done.done, 'message')} {_filled(_WORDS[done.kind].done, done)}."
    return " ".join(each for each in (happened, gone, left if done.left_marked else "") if each)


def is_back(done: Done) -> str:
    """Say what was brought back."""
    if not done.done:
        return f"Nothing was brought back: the messages are not in {_named(done.mailbox)} any more."
    back = f"{plural(done.done, 'message is', 'messages are')} back in {_named(done.destination)}."
    lost = f"{plural(done.gone, 'message was', 'messages were')} not in {_named(done.mailbox)} any more."
    return f"{back} {lost}" if done.gone else back


def how_far(act: Done | PastAct | MailAct, total: int) -> str:
    """Say how far an act is that is not finished."""
    return f"{act.done + act.gone:,} of {plural(total, 'message')} {_filled(_WORDS[act.kind].done, act)}"


def was_done(act: PastAct) -> str:
    """Say what an act has done, as the list of changes has it."""
    return f"{plural(act.done, 'message')} {_filled(_WORDS[act.kind].listed, act)}"


def what_became_of(act: PastAct) -> str:
    """Say how an act ended, where there is more to say than that it was done."""
    if act.undone:
        return "Undone."
    if act.running:
        return f"Being done: {how_far(act, act.total)}."
    notes = {
        f"Interrupted: {how_far(act, act.total)}.": not act.finished,
        f"{plural(act.gone, 'message was', 'messages were')} not there any more.": act.gone > 0,
        f"They stay in {_named(act.mailbox)}, marked as deleted.": act.left_marked,
    }
    return " ".join(note for note, holds in notes.items() if holds)


def why_not(error: ActError) -> str:
    """Say why an act cannot be undone, or gone on with."""
    return _REFUSALS[error.reason]


def _filled(words: str, of: Plan | Done | PastAct | MailAct) -> str:
    return words.format(mailbox=_named(of.mailbox), to=_named(of.destination))


def _named(mailbox: str) -> str:
    """Write the name of a mailbox into a sentence: not endless, and in its own direction of writing."""
    name = mailbox if len(mailbox) <= _LONGEST else f"{mailbox[:_LONGEST]}…"
    return name if name.isascii() else f"\u2068{name}\u2069"
