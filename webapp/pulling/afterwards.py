"""What happens to a message when its files are safe, by the same acts that a person has on the pages."""

from collections.abc import Mapping
from dataclasses import dataclass

import click

from webapp.imap.acts import Chosen
from webapp.mailboxes.acting import Done, Kind, Wish, perform
from webapp.models import Connection

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

    def do(self, connection: Connection, mailbox: str, uid_validity: int, messages: Mapping[int, str]) -> Done:
        """Do it with messages, by UID with their fingerprints; one that is gone is none of our business any more."""
        if self.kind is None:
            raise ValueError("there is nothing to do")
        chosen = Chosen(mailbox=mailbox, uid_validity=uid_validity, messages=dict(messages))
        return perform(connection, Wish(kind=self.kind, what=chosen, destination=self.destination), None)


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
