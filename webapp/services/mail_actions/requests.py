"""What a person wants done to messages, what it would come to, and what has come of it. Knows no session."""

from dataclasses import dataclass

from webapp.core.imap.mailbox.message_commands import MessageSet
from webapp.core.imap.mailbox.message_list import MessageSummary
from webapp.core.imap.mailbox.search import SearchQuery
from webapp.models import ActionKind
from webapp.services.mail_actions.destination import ActionWarning


@dataclass(frozen=True, kw_only=True)
class SearchSelection:
    """All messages of a mailbox, or all that a search finds; `digest` is what the plan showed, "" before there is one.

    With it, what came after the plan is left alone. Without it only marks are set: the person who moves or removes
    everything
    has seen how much it is.
    """

    mailbox: str
    uid_validity: int
    query: SearchQuery | None
    digest: str = ""


@dataclass(frozen=True, kw_only=True)
class ActionRequest:
    """What a person wants; `destination` is for COPY and MOVE."""

    kind: ActionKind
    what: MessageSet | SearchSelection
    destination: str = ""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What will happen; nothing has been changed.

    `kind` is EXPUNGE where to delete is to remove for good. `destination` is the mailbox it comes down to, "" where
    messages go nowhere. `first` are the newest ten.
    """

    kind: ActionKind
    mailbox: str
    uid_validity: int
    destination: str
    total: int
    gone_uids: tuple[int, ...]
    first: tuple[MessageSummary, ...]
    digest: str
    undoable: bool
    cautions: tuple[ActionWarning, ...]

    @property
    def gone(self) -> int:
        """Count what is not there any more."""
        return len(self.gone_uids)


@dataclass(frozen=True, kw_only=True)
class ActionResult:
    """What has happened: `act_id` is what `undo` takes, `unfinished_id` what `go_on` takes where some `remaining`.

    `gone_uids` are those of this portion, in the mailbox that messages were chosen in.
    """

    kind: ActionKind
    mailbox: str
    destination: str
    done: int
    gone: int
    left_marked: bool
    act_id: int | None
    gone_uids: tuple[int, ...] = ()
    remaining: int = 0
    unfinished_id: int | None = None


class SelectionChangedError(Exception):
    """The mailbox has other messages than the plan showed."""
