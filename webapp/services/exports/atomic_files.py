"""Files that are whole or not there: written under another name in the same folder, and renamed when they are safe."""

import errno
import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from webapp.services.exports.exit_status import ExitStatus, PullError

_ROOM = 240
"""Bytes that a name may have: most file systems hold 255."""

_LONGEST_SUFFIX = 64
"""Bytes of what still counts as an ending: whoever sends a file may call it as he likes."""


class WrittenFile(NamedTuple):
    """What has been written."""

    size: int
    sha256: str


def write(path: Path, pieces: Iterable[bytes]) -> WrittenFile:
    """Write a file and see it safe on the disk; nothing is left of one that could not be finished."""
    size, digest = 0, hashlib.sha256()
    try:
        with error_location(path), path.open("wb") as file:
            for piece in pieces:
                file.write(piece)
                size += len(piece)
                digest.update(piece)
            fsync_file(file)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return WrittenFile(size, digest.hexdigest())


@contextmanager
def error_location(place: object) -> Iterator[None]:
    """Let a failure say where it was: the system tells it of what is opened, and not of what is written to."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(place)
        raise


def fsync_file(file: BinaryIO) -> None:
    """Wait until what was written is on the disk."""
    file.flush()
    os.fsync(file.fileno())


def fsync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network drives know no such thing
            raise
    finally:
        os.close(opened)


def replace(path: Path, data: bytes) -> None:
    """Put data in the place of what a file holds, at once."""
    aside = path.with_name(f"{path.name}.new")
    write(aside, [data])
    aside.replace(path)
    fsync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder unless it is there; what it is to be in must be there, so that no missing drive is made up for."""
    try:
        folder.mkdir(exist_ok=True)
    except FileExistsError:
        raise PullError(ExitStatus.FAILED, f"{folder} is not a folder") from None
    except FileNotFoundError:
        raise PullError(ExitStatus.FAILED, f"There is no folder {folder.parent}") from None


def file_at(path: Path) -> Path:
    """Return the file that a path leads to, also one that is yet to be; stop where it leads to something else."""
    if path.exists() and not path.is_file():
        raise PullError(ExitStatus.FAILED, f"{path} is not a file")
    return Path(os.path.realpath(path))


@contextmanager
def exclusive_lock(path: Path, otherwise: str) -> Iterator[None]:
    """Hold a file as a lock, which ends with the process; stop where another holds it."""
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PullError(ExitStatus.RUNNING, otherwise) from None
        yield


def shorten_name(start: str, name: str) -> str:
    """Put a start before the name of a file, and shorten the name, but for its ending, where both are too long."""
    stem, dot, suffix = name.rpartition(".")
    stem, ending = (stem, dot + suffix) if stem and len(suffix.encode()) <= _LONGEST_SUFFIX else (name, "")
    room = _ROOM - len((start + ending).encode())
    return start + stem.encode()[:room].decode("utf-8", "ignore") + ending


def digest_of(*words: object) -> str:
    """Return six characters that stand for words, alike for the same."""
    return hashlib.sha256("\0".join(map(str, words)).encode("utf-8", "surrogatepass")).hexdigest()[:6]
