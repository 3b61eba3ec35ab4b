"""The mailboxes of a connection as its pages list them: how deep, by which name, how many unread."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.core.imap.mailbox.mailbox_list import Mailbox
from webapp.web.mailbox_slug import encode_mailbox_name

_DEEPEST = 4


@dataclass(frozen=True, kw_only=True)
class MailboxNode:
    """One mailbox in the list: `label` is the last part of its name where its parents stand above it."""

    ref: str
    name: str
    label: str
    depth: int
    selectable: bool
    unseen: int
    current: bool


def mailbox_tree(mailboxes: Sequence[Mailbox], current: str) -> tuple[MailboxNode, ...]:
    """Put the mailboxes under one another."""
    listed: dict[str, int] = {}
    places = []
    for mailbox in mailboxes:
        parent, label = _split_name(mailbox)
        if parent not in listed:
            label = label if mailbox.special_use else mailbox.name
        depth = min(listed[parent] + 1, _DEEPEST) if parent in listed else 0
        listed[mailbox.name] = depth
        places.append(
            MailboxNode(
                ref=encode_mailbox_name(mailbox.name),
                name=mailbox.name,
                label=label,
                depth=depth,
                selectable=mailbox.selectable,
                unseen=mailbox.unseen or 0,
                current=mailbox.name == current,
            )
        )
    return tuple(places)


def label_of(mailbox: Mailbox | None, name: str) -> str:
    """Return the name of a mailbox at the head of its page."""
    return (_split_name(mailbox)[1] if mailbox and mailbox.special_use else "") or name


def _split_name(mailbox: Mailbox) -> tuple[str, str]:
    parent, _, label = mailbox.name.rpartition(mailbox.delimiter) if mailbox.delimiter else ("", "", mailbox.name)
    return (parent, label) if label else ("", mailbox.name)
