"""What a pull remembers from run to run, in a file that is whole at any moment.

A message goes through it in three steps: its files lie under other names in their folder and are `placing`; they have
their names, and it is `waiting` for what is to be done with it; all that is done, and only `after` tells of it. The
person who
is killed in between finds here what was left to do.
"""

import re
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Annotated

import click
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from webapp.services.exports import atomic_files as files
from webapp.services.exports.exit_status import ExitStatus, PullError
from webapp.services.exports.message_selection import MessageFilter


class _StateModel(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_by_name=True, validate_by_alias=True)


class PullSource(_StateModel):
    """What a state holds for: with any other it would pass over messages that were never looked at.

    The address and not the connection: a connection may be renamed or made again, the mailbox stays what it is.
    """

    address: str
    mailbox: str
    names: list[str]
    sender: str
    subject: str
    before: date | None

    @classmethod
    def of(cls, address: str, selection: MessageFilter, names: tuple[str, ...]) -> "PullSource":
        """Describe what is to be pulled."""
        return cls(
            address=address,
            mailbox=selection.mailbox,
            names=sorted({name.casefold() for name in names}),
            sender=selection.sender,
            subject=selection.subject,
            before=selection.before,
        )

    def default_file(self, folder: Path) -> Path:
        """Return the state file where none is named."""
        readable = "-".join(re.findall(r"[A-Za-z0-9]+", f"{self.address} {self.mailbox}"))[:60]
        return folder / f".postroom-{readable}-{files.digest_of(self.model_dump_json())}.json"


class SavedFileRecord(_StateModel):
    """What is told of one file."""

    name: str
    path: str
    size: int
    sha256: str | None
    mailbox: str
    uid: int
    section: str
    message_id: str
    subject: str
    sender: str = Field(alias="from")
    date: str | None


class TemporaryFile(_StateModel):
    """A file that is safe under another name in its folder."""

    aside: str
    line: SavedFileRecord


class PendingRename(_StateModel):
    """A message whose files are about to get their names; `whole` says whether these are all that it has."""

    uid_validity: int
    uid: int
    fingerprint: str
    files: list[TemporaryFile]
    whole: bool = True


class PullState(_StateModel):
    """How far a pull has come: all up to the UID `after` has been seen to, but for what is named.

    `waiting` holds the fingerprints of messages by UID, of those whose files are safe.
    """

    source: PullSource
    since: date | None
    uid_validity: int | None = None
    after: Annotated[int, Field(ge=0, lt=2**32)] = 0
    placing: PendingRename | None = None
    waiting: dict[Annotated[int, Field(gt=0, lt=2**32)], str] = {}

    def save(self, path: Path) -> None:
        """Write it down."""
        files.replace(path, f"{self.model_dump_json(by_alias=True, indent=1)}\n".encode())


def load(path: Path, source: PullSource, since: date | None) -> PullState:
    """Read the state where there is one, and see that it can be gone on from."""
    state = _read(path)
    if state is None:
        return PullState(source=source, since=since)
    if state.source != source:
        raise click.UsageError(f"{path} remembers a pull of something else: name another file with --state")
    if state.since and (since is None or since < state.since):
        raise click.UsageError(
            f"what came before {state.since} was passed over the last time: --begin-anew looks at everything again"
        )
    return state.model_copy(update={"since": since})


def reset(path: Path, source: PullSource, since: date | None) -> PullState:
    """Forget what a state says, but for files that have yet to get their names."""
    with suppress(PullError):
        if (state := _read(path)) and state.placing:
            return PullState(source=source, since=since, placing=state.placing)
    return PullState(source=source, since=since)


def _read(path: Path) -> PullState | None:
    try:
        return PullState.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError:
        raise PullError(
            ExitStatus.FAILED, f"{path} is no state file, or a damaged one; --begin-anew starts over without it"
        ) from None
