"""Which acts a page offers: fewer where some have no sense. What is permanent says so by its name."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.core.imap.mailbox.mailbox_list import Mailbox
from webapp.core.imap.mailbox.messages import Summary
from webapp.services.mail_actions.service import Kind

_ARCHIVES = {"archive", "all"}

Labelled = tuple[tuple[Kind, str], ...]

_MARKS: Labelled = (
    (Kind.SEEN, "Mark read"),
    (Kind.UNSEEN, "Mark unread"),
    (Kind.FLAG, "Flag"),
    (Kind.UNFLAG, "Unflag"),
)
_WAYS: Labelled = (
    (Kind.ARCHIVE, "Archive"),
    (Kind.MOVE, "Move to…"),
    (Kind.COPY, "Copy to…"),
    (Kind.DELETE, "Delete"),
    (Kind.EXPUNGE, "Delete permanently"),
)


@dataclass(frozen=True, kw_only=True)
class Offer:
    """The acts that happen at once, and those that are shown before they happen, with their labels."""

    at_once: Labelled
    shown_before: Labelled


def acts_in(mailbox: Mailbox | None, known: Sequence[Mailbox]) -> Offer:
    """Offer what can be done with messages of a mailbox."""
    use = mailbox.special_use if mailbox else ""
    uses = {each.special_use for each in known}
    without = {Kind.DELETE} if use in ("trash", "junk") or "trash" not in uses else {Kind.EXPUNGE}
    if use in _ARCHIVES or not uses & _ARCHIVES:
        without.add(Kind.ARCHIVE)
    return Offer(at_once=_MARKS, shown_before=_but(_WAYS, without))


def acts_on(message: Summary) -> Offer:
    """Offer what can be done with a single message; its marks, as far as they are not what they would become."""
    without = {Kind.SEEN if message.seen else Kind.UNSEEN, Kind.FLAG if message.flagged else Kind.UNFLAG}
    return Offer(at_once=_but(_MARKS, without), shown_before=_but(_WAYS, {Kind.EXPUNGE}))


def _but(acts: Labelled, without: set[Kind]) -> Labelled:
    return tuple(act for act in acts if act[0] not in without)
