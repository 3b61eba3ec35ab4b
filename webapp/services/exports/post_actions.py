"""What happens to a message when its files are safe, by the same acts that a person has on the pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click

from webapp.core.imap.mailbox.message_commands import MessageSet
from webapp.core.imap.mailbox.message_state import fetch_states
from webapp.core.imap.protocol.errors import NotFoundError, ReadOnlyError
from webapp.models import Connection
from webapp.services.connections.mail_session import open_mail_session
from webapp.services.exports.exit_status import ExitStatus, PullError
from webapp.services.mail_actions.service import ActionKind, ActionRequest, ActionResult, NoTrashError, execute, preview

_PLAIN = {"delete": ActionKind.DELETE, "seen": ActionKind.SEEN}


@dataclass(frozen=True)
class PostAction:
    """An act, as it is typed; nothing where `kind` is None."""

    text: str
    kind: ActionKind | None
    destination: str = ""

    @classmethod
    def read(cls, text: str) -> "PostAction":
        """Read it as it is typed; raise `ValueError`."""
        if text == "nothing":
            return cls(text, None)
        if text in _PLAIN:
            return cls(text, _PLAIN[text])
        word, _, destination = text.partition(":")
        if word != "move" or not destination.strip():
            raise ValueError(text)
        return cls(text, ActionKind.MOVE, destination)

    def validate(self, connection: Connection, chosen: MessageSet) -> None:
        """Find out whether it can be done; raise what would stand in its way."""
        if self.kind is None:
            return
        with self._in_words():
            planned = preview(connection, ActionRequest(kind=self.kind, what=chosen, destination=self.destination))
        if planned.kind is ActionKind.EXPUNGE:
            raise click.UsageError(f"{chosen.mailbox} is the trash: to delete what is in it would remove it for good")

    def do(self, connection: Connection, chosen: MessageSet) -> ActionResult:
        """Do it with messages; one that is gone is none of our business any more."""
        if self.kind is None:
            raise ValueError("there is nothing to do")
        with self._in_words():
            return execute(connection, ActionRequest(kind=self.kind, what=chosen, destination=self.destination), None)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Return what is in the way of the act, where that is not the connection."""
        try:
            yield
        except NoTrashError:
            why = "The server names no mailbox as its Trash, so nothing can be deleted: use --then move:MAILBOX."
            raise PullError(ExitStatus.ACT, why) from None
        except ReadOnlyError as error:
            why = f"The mailbox can only be read: its owner has to allow changes, or leave --then out. {error.text}"
            raise PullError(ExitStatus.ACT, why) from None
        except NotFoundError as error:  # the mailbox of the messages was there a moment ago
            if not self.destination:
                raise
            why = f"The mailbox “{self.destination}”, to move messages to, is not there. The server said: {error.text}"
            raise PullError(ExitStatus.ACT, why) from None


def unchanged_messages(connection: Connection, chosen: MessageSet) -> dict[int, str]:
    """Return those of some messages that are where they were, with their fingerprints."""
    with open_mail_session(connection) as session:
        session.open_mailbox(chosen.mailbox, chosen.uid_validity)
        now = fetch_states(session, chosen.messages.keys())
    return {uid: seen.fingerprint for uid, seen in now.items() if seen.fingerprint == chosen.messages[uid]}


class PostActionType(click.ParamType[PostAction]):
    """The option that names an act."""

    name = "act"

    def convert(self, value: PostAction | str, param: click.Parameter | None, ctx: click.Context | None) -> PostAction:
        """Read what was typed."""
        if isinstance(value, PostAction):
            return value
        try:
            return PostAction.read(value)
        except ValueError:
            self.fail("it is move:MAILBOX, delete, seen or nothing.", param, ctx)
