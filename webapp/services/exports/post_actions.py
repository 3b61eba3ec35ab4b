"""What happens to a message when its files are safe, by the same acts that a person has on the pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click

from webapp.core.imap.mailbox.message_commands import Chosen
from webapp.core.imap.mailbox.message_state import seen_now
from webapp.core.imap.protocol.errors import GoneError, ReadOnlyError
from webapp.models import Connection
from webapp.services.connections.mail_session import opened
from webapp.services.exports.exit_status import Exit, StopError
from webapp.services.mail_actions.service import Done, Kind, NoTrashError, Wish, perform, plan

_PLAIN = {"delete": Kind.DELETE, "seen": Kind.SEEN}


@dataclass(frozen=True)
class Then:
    """An act, as it is typed; nothing where `kind` is None."""

    text: str
    kind: Kind | None
    destination: str = ""

    @classmethod
    def read(cls, text: str) -> "Then":
        """Read it as it is typed; raise `ValueError`."""
        if text == "nothing":
            return cls(text, None)
        if text in _PLAIN:
            return cls(text, _PLAIN[text])
        word, _, destination = text.partition(":")
        if word != "move" or not destination.strip():
            raise ValueError(text)
        return cls(text, Kind.MOVE, destination)

    def rehearse(self, connection: Connection, chosen: Chosen) -> None:
        """Find out whether it can be done; raise what would stand in its way."""
        if self.kind is None:
            return
        with self._in_words():
            planned = plan(connection, Wish(kind=self.kind, what=chosen, destination=self.destination))
        if planned.kind is Kind.EXPUNGE:
            raise click.UsageError(f"{chosen.mailbox} is the trash: to delete what is in it would remove it for good")

    def do(self, connection: Connection, chosen: Chosen) -> Done:
        """Do it with messages; one that is gone is none of our business any more."""
        if self.kind is None:
            raise ValueError("there is nothing to do")
        with self._in_words():
            return perform(connection, Wish(kind=self.kind, what=chosen, destination=self.destination), None)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Say what is in the way of the act, where that is not the connection."""
        try:
            yield
        except NoTrashError:
            why = "The server names no mailbox as its Trash, so nothing can be deleted: use --then move:MAILBOX."
            raise StopError(Exit.ACT, why) from None
        except ReadOnlyError as error:
            why = f"The mailbox can only be read: its owner has to allow changes, or leave --then out. {error.text}"
            raise StopError(Exit.ACT, why) from None
        except GoneError as error:  # the mailbox of the messages was there a moment ago
            if not self.destination:
                raise
            why = f"The mailbox “{self.destination}”, to move messages to, is not there. The server said: {error.text}"
            raise StopError(Exit.ACT, why) from None


def still_there(connection: Connection, chosen: Chosen) -> dict[int, str]:
    """Give those of some messages that are where they were, with their fingerprints."""
    with opened(connection) as session:
        session.open_mailbox(chosen.mailbox, chosen.uid_validity)
        now = seen_now(session, chosen.messages.keys())
    return {uid: seen.fingerprint for uid, seen in now.items() if seen.fingerprint == chosen.messages[uid]}


class ThenType(click.ParamType[Then]):
    """The option that names an act."""

    name = "act"

    def convert(self, value: Then | str, param: click.Parameter | None, ctx: click.Context | None) -> Then:
        """Read what was typed."""
        if isinstance(value, Then):
            return value
        try:
            return Then.read(value)
        except ValueError:
            self.fail("it is move:MAILBOX, delete, seen or nothing.", param, ctx)
