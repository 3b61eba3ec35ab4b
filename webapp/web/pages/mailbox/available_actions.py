"""Which acts a page offers: fewer where some have no sense. What is permanent says so by its name."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.core.imap.mailbox.mailbox_list import Mailbox
from webapp.core.imap.mailbox.messages import MessageSummary
from webapp.services.mail_actions.service import ActionKind

_ARCHIVES = {"archive", "all"}

Labelled = tuple[tuple[ActionKind, str], ...]

_MARKS: Labelled = (
    (ActionKind.SEEN, "Mark read"),
    (ActionKind.UNSEEN, "Mark unread"),
    (ActionKind.FLAG, "Flag"),
    (ActionKind.UNFLAG, "Unflag"),
)
_WAYS: Labelled = (
    (ActionKind.ARCHIVE, "Archive"),
    (ActionKind.MOVE, "Move to…"),
    (ActionKind.COPY, "Copy to…"),
    (ActionKind.DELETE, "Delete"),
    (ActionKind.EXPUNGE, "Delete permanently"),
)


@dataclass(frozen=True, kw_only=True)
class AvailableActions:
    """The acts that happen at once, and those that are shown before they happen, with their labels."""

    at_once: Labelled
    shown_before: Labelled


def actions_for_list(mailbox: Mailbox | None, known: Sequence[Mailbox]) -> AvailableActions:
    """Offer what can be done with messages of a mailbox."""
    use = mailbox.special_use if mailbox else ""
    uses = {each.special_use for each in known}
    without = {ActionKind.DELETE} if use in ("trash", "junk") or "trash" not in uses else {ActionKind.EXPUNGE}
    if use in _ARCHIVES or not uses & _ARCHIVES:
        without.add(ActionKind.ARCHIVE)
    return AvailableActions(at_once=_MARKS, shown_before=_without(_WAYS, without))


def actions_for_message(message: MessageSummary) -> AvailableActions:
    """Offer what can be done with a single message; its marks, as far as they are not what they would become."""
    without = {
        ActionKind.SEEN if message.seen else ActionKind.UNSEEN,
        ActionKind.FLAG if message.flagged else ActionKind.UNFLAG,
    }
    return AvailableActions(at_once=_without(_MARKS, without), shown_before=_without(_WAYS, {ActionKind.EXPUNGE}))


def _without(acts: Labelled, without: set[ActionKind]) -> Labelled:
    return tuple(act for act in acts if act[0] not in without)
