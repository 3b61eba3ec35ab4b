"""What an act comes down to at this server: where messages go, and what a person should know before.

Gmail's labels and its archive are known here alone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from webapp.core.imap.mailbox.mailbox_list import Mailbox, list_mailboxes
from webapp.core.imap.protocol.errors import MailboxError, NotFoundError
from webapp.core.imap.protocol.mailbox_names import same_mailbox
from webapp.core.imap.protocol.session import Session
from webapp.models import ActionKind


class ActionWarning(StrEnum):
    """What somebody should know before the act."""

    PERMANENT = "permanent"
    LEFT_MARKED = "left-marked"
    NO_UNDO = "no-undo"
    ALREADY_THERE = "already-there"
    GMAIL_LABEL = "gmail-label"
    GMAIL_COPY_IS_LABEL = "gmail-copy-is-label"
    GMAIL_TRASH = "gmail-trash"


class NoTrashError(MailboxError):
    """No mailbox of the server is known to be its trash."""


class NoArchiveError(MailboxError):
    """No mailbox of the server is known to be its archive."""


@dataclass(frozen=True)
class ResolvedAction:
    """What an act comes down to: to delete what is in Trash is to remove it, and Gmail removes through Trash alone."""

    kind: ActionKind
    destination: str
    cautions: tuple[ActionWarning, ...]


@dataclass(frozen=True)
class _SpecialUseMailboxes:
    """The mailboxes by their uses."""

    of: Mapping[str, str]
    named: Mapping[str, str]

    @classmethod
    def among(cls, mailboxes: Sequence[Mailbox]) -> "_SpecialUseMailboxes":
        usable = [each for each in mailboxes if each.selectable and _is_storable(each.name)]
        return cls(
            {each.name: each.special_use for each in usable}, {each.special_use: each.name for each in reversed(usable)}
        )

    @property
    def trash(self) -> str:
        return self._find("trash", NoTrashError("[NONEXISTENT] The server names no mailbox as its trash"))

    def archive(self, *, gmail: bool) -> str:
        missing = NoArchiveError("[NONEXISTENT] The server names no mailbox as its archive")
        return self._find("all" if gmail else "archive", missing)

    def _find(self, use: str, missing: MailboxError) -> str:
        if use not in self.named:
            raise missing
        return self.named[use]


def resolve_action(session: Session, kind: ActionKind, mailbox: str, destination: str) -> ResolvedAction:
    """Find out what an act comes down to; raise `NoTrashError`, `NoArchiveError`, or `MailboxError` without a place."""
    if not (_is_storable(mailbox) and _is_storable(destination)):
        raise NotFoundError("[NONEXISTENT] No mailbox has this name")
    gmail = session.has_capability("X-GM-EXT-1")
    asks = kind in (ActionKind.ARCHIVE, ActionKind.DELETE) or (gmail and not kind.only_marks)
    uses = _SpecialUseMailboxes.among(list_mailboxes(session, counted=False) if asks else ())
    kind, destination = _resolve(kind, mailbox, destination, uses, gmail=gmail)
    true = {
        ActionWarning.PERMANENT: kind is ActionKind.EXPUNGE,
        ActionWarning.LEFT_MARKED: _leaves_marked(session, kind),
        ActionWarning.ALREADY_THERE: bool(destination) and same_mailbox(mailbox, destination),
        ActionWarning.GMAIL_LABEL: gmail
        and kind in (ActionKind.MOVE, ActionKind.ARCHIVE)
        and uses.of.get(mailbox) not in _OUTSIDE,
        ActionWarning.GMAIL_COPY_IS_LABEL: gmail and kind is ActionKind.COPY,
        ActionWarning.GMAIL_TRASH: gmail and kind is ActionKind.DELETE,
    }
    return ResolvedAction(kind, destination, tuple(caution for caution, holds in true.items() if holds))


_OUTSIDE = ("all", "trash", "junk")
"""What has no label at Gmail that could be taken away."""


def _resolve(
    kind: ActionKind, mailbox: str, destination: str, uses: _SpecialUseMailboxes, *, gmail: bool
) -> tuple[ActionKind, str]:
    if kind is ActionKind.DELETE:
        return (ActionKind.EXPUNGE, "") if same_mailbox(mailbox, uses.trash) else (kind, uses.trash)
    if kind is ActionKind.ARCHIVE:
        return kind, uses.archive(gmail=gmail)
    if kind is ActionKind.EXPUNGE:
        # Elsewhere Gmail takes one label away and keeps the message.
        return kind, uses.trash if gmail and uses.of.get(mailbox) not in ("trash", "junk") else ""
    if kind.only_marks:
        return kind, ""
    if not destination:
        raise MailboxError("[CANNOT] No mailbox was named")
    return kind, "INBOX" if same_mailbox(destination, "INBOX") else destination


def _is_storable(name: str) -> bool:
    """Return whether the name of a mailbox can be written down: without NUL, and without half a character."""
    return not re.search(r"[\x00\ud800-\udfff]", name)


def _leaves_marked(session: Session, kind: ActionKind) -> bool:
    alone = session.has_capability("UIDPLUS") or (kind.moves and session.has_capability("MOVE"))
    return (kind.moves or kind is ActionKind.EXPUNGE) and not alone
