"""What somebody wants done to messages, what it would come to, and what has come of it. Knows no session."""

from dataclasses import dataclass

from webapp.core.imap.mailbox.message_commands import Chosen
from webapp.core.imap.mailbox.message_list import Summary
from webapp.core.imap.mailbox.search import Query
from webapp.models import Kind
from webapp.services.mail_actions.destination import Caution


@dataclass(frozen=True, kw_only=True)
class Everything:
    """All messages of a mailbox, or all that a search finds; `digest` is what the plan showed, "" before there is one.

    With it, what came after the plan is left alone. Without it only marks are set: whoever moves or removes everything
    has seen how much it is.
    """

    mailbox: str
    uid_validity: int
    query: Query | None
    digest: str = ""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody wants; `destination` is for COPY and MOVE."""

    kind: Kind
    what: Chosen | Everything
    destination: str = ""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What will happen; nothing has been changed.

    `kind` is EXPUNGE where to delete is to remove for good. `destination` is the mailbox it comes down to, "" where
    messages go nowhere. `first` are the newest ten.
    """

    kind: Kind
    mailbox: str
    uid_validity: int
    destination: str
    total: int
    gone_uids: tuple[int, ...]
    first: tuple[Summary, ...]
    digest: str
    undoable: bool
    cautions: tuple[Caution, ...]

    @property
    def gone(self) -> int:
        """Count what is not there any more."""
        return len(self.gone_uids)


@dataclass(frozen=True, kw_only=True)
class Done:
    """What has happened: `act_id` is what `undo` takes, `unfinished_id` what `go_on` takes where some `remaining`.

    `gone_uids` are those of this portion, in the mailbox that messages were chosen in.
    """

    kind: Kind
    mailbox: str
    destination: str
    done: int
    gone: int
    left_marked: bool
    act_id: int | None
    gone_uids: tuple[int, ...] = ()
    remaining: int = 0
    unfinished_id: int | None = None


class StaleError(Exception):
    """The mailbox has other messages than the plan showed."""
