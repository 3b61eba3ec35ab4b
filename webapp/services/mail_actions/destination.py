"""What an act comes down to at this server: where messages go, and what somebody should know before.

Gmail's labels and its archive are known here alone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from webapp.core.imap.mailbox.mailbox_list import Mailbox, list_mailboxes
from webapp.core.imap.protocol.errors import GoneError, MailboxError
from webapp.core.imap.protocol.mailbox_names import same_mailbox
from webapp.core.imap.protocol.session import Session
from webapp.models import Kind


class Caution(StrEnum):
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
class Way:
    """What an act comes down to: to delete what is in Trash is to remove it, and Gmail removes through Trash alone."""

    kind: Kind
    destination: str
    cautions: tuple[Caution, ...]


@dataclass(frozen=True)
class _Uses:
    """The mailboxes by their uses."""

    of: Mapping[str, str]
    named: Mapping[str, str]

    @classmethod
    def among(cls, mailboxes: Sequence[Mailbox]) -> "_Uses":
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


def find_way(session: Session, kind: Kind, mailbox: str, destination: str) -> Way:
    """Find out what an act comes down to; raise `NoTrashError`, `NoArchiveError`, or `MailboxError` without a place."""
    if not (_is_storable(mailbox) and _is_storable(destination)):
        raise GoneError("[NONEXISTENT] No mailbox has this name")
    gmail = session.offers("X-GM-EXT-1")
    asks = kind in (Kind.ARCHIVE, Kind.DELETE) or (gmail and not kind.only_marks)
    uses = _Uses.among(list_mailboxes(session, counted=False) if asks else ())
    kind, destination = _resolved(kind, mailbox, destination, uses, gmail=gmail)
    true = {
        Caution.PERMANENT: kind is Kind.EXPUNGE,
        Caution.LEFT_MARKED: _leaves_marked(session, kind),
        Caution.ALREADY_THERE: bool(destination) and same_mailbox(mailbox, destination),
        Caution.GMAIL_LABEL: gmail and kind in (Kind.MOVE, Kind.ARCHIVE) and uses.of.get(mailbox) not in _OUTSIDE,
        Caution.GMAIL_COPY_IS_LABEL: gmail and kind is Kind.COPY,
        Caution.GMAIL_TRASH: gmail and kind is Kind.DELETE,
    }
    return Way(kind, destination, tuple(caution for caution, holds in true.items() if holds))


_OUTSIDE = ("all", "trash", "junk")
"""What has no label at Gmail that could be taken away."""


def _resolved(kind: Kind, mailbox: str, destination: str, uses: _Uses, *, gmail: bool) -> tuple[Kind, str]:
    if kind is Kind.DELETE:
        return (Kind.EXPUNGE, "") if same_mailbox(mailbox, uses.trash) else (kind, uses.trash)
    if kind is Kind.ARCHIVE:
        return kind, uses.archive(gmail=gmail)
    if kind is Kind.EXPUNGE:
        # Elsewhere Gmail takes one label away and keeps the message.
        return kind, uses.trash if gmail and uses.of.get(mailbox) not in ("trash", "junk") else ""
    if kind.only_marks:
        return kind, ""
    if not destination:
        raise MailboxError("[CANNOT] No mailbox was named")
    return kind, "INBOX" if same_mailbox(destination, "INBOX") else destination


def _is_storable(name: str) -> bool:
    """Say whether the name of a mailbox can be written down: without NUL, and without half a character."""
    return not re.search(r"[\x00\ud800-\udfff]", name)


def _leaves_marked(session: Session, kind: Kind) -> bool:
    alone = session.offers("UIDPLUS") or (kind.moves and session.offers("MOVE"))
    return (kind.moves or kind is Kind.EXPUNGE) and not alone
