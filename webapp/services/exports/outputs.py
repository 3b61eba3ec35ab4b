"""Where exported messages go: an mbox file, standard output, or a folder with a file each."""

import shutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from tempfile import SpooledTemporaryFile, gettempdir
from typing import BinaryIO

from webapp.core.imap.mailbox.messages import MessageSummary
from webapp.core.mime import safe_filename
from webapp.services.exports import atomic_files, mbox

_IN_MEMORY = 1024 * 1024
_TEMPORARY_PREFIX = ".postroom-export.part"
_BUSY = "Another export to the same place is running."


class ExportOutput(ABC):
    """Takes messages one by one, each as a whole or not at all."""

    def has(self, summary: MessageSummary, whose: str) -> bool:
        """Return whether a message is there from an earlier run."""
        return False

    @abstractmethod
    def save(self, summary: MessageSummary, whose: str, pieces: Iterable[bytes]) -> int:
        """Take a message and return its size; `whose` stands for the mailbox and the UIDVALIDITY."""


class FolderOutput(ExportOutput):
    """A folder with a file for each message; one that is there is whole, as no other has its name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, summary: MessageSummary, whose: str) -> bool:
        """Return whether the file is there."""
        return self._path(summary, whose).exists()

    def save(self, summary: MessageSummary, whose: str, pieces: Iterable[bytes]) -> int:
        """Write the file aside and return it its name."""
        path = self._path(summary, whose)
        aside = self._folder / _TEMPORARY_PREFIX
        written = atomic_files.write(aside, pieces)
        aside.replace(path)
        return written.size

    def _path(self, summary: MessageSummary, whose: str) -> Path:
        day = f"{summary.arrived.astimezone(UTC):%Y-%m-%d}" if summary.arrived else "undated"
        subject = summary.subject.replace("/", "_").replace("\\", "_")
        name = safe_filename(f"{subject}.eml" if subject else "", fallback="message.eml")
        return self._folder / atomic_files.shorten_name(f"{day}_{whose}-{summary.uid}_", name)


class MboxOutput(ExportOutput):
    """An mbox; a message whose end does not come leaves nothing in it."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def save(self, summary: MessageSummary, whose: str, pieces: Iterable[bytes]) -> int:
        """Add the message when all of it is there."""
        with SpooledTemporaryFile(_IN_MEMORY) as spool:
            with atomic_files.error_location(gettempdir()):
                for piece in mbox.entry(pieces, sender=summary.sender, arrived=summary.arrived):
                    spool.write(piece)
                size = spool.tell()
                spool.seek(0)
            shutil.copyfileobj(spool, self._out)
        return size


@contextmanager
def folder(path: Path) -> Iterator[ExportOutput]:
    """Open a folder for a file each."""
    atomic_files.make_folder(path)
    with atomic_files.exclusive_lock(path / ".postroom-export.lock", _BUSY):
        (path / _TEMPORARY_PREFIX).unlink(missing_ok=True)  # a run that was killed has left it
        yield FolderOutput(path)
        atomic_files.fsync_folder(path)


@contextmanager
def mbox_file(path: Path) -> Iterator[ExportOutput]:
    """Open an mbox file, which gets its name when all is in it; `-` is standard output."""
    if str(path) == "-":
        with atomic_files.error_location("standard output"):
            yield MboxOutput(sys.stdout.buffer)
            sys.stdout.buffer.flush()
        return
    path = atomic_files.file_at(path)
    aside = path.with_name(f".{path.name}.part")
    with atomic_files.exclusive_lock(path.with_name(f".{path.name}.lock"), _BUSY):
        try:
            with atomic_files.error_location(path), aside.open("wb") as file:
                yield MboxOutput(file)
                atomic_files.fsync_file(file)
            aside.replace(path)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
        atomic_files.fsync_folder(path.parent)
