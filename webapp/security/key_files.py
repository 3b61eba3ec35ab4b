"""Keys kept in files of the data folder: made once, whole or not at all, readable by their owner only."""

import contextlib
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path


class KeyFileError(Exception):
    """A key file is missing or open to others; the text says which and what to do."""


def read_key(path: Path) -> str:
    """Read a key file; raise `KeyFileError` when it is missing or others can read it."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise KeyFileError(f"the key file {path.name} is missing from the data folder") from None
    except (OSError, UnicodeError) as error:
        raise KeyFileError(f"the key file {path.name} cannot be read ({type(error).__name__})") from None
    if stat.S_IMODE(mode) & 0o077:
        raise KeyFileError(f"the key file {path.name} can be read by others: chmod 600 it")
    return text


def read_or_make_key(path: Path, make: Callable[[], str]) -> str:
    """Read a key file, or make it; processes that start at the same moment get the same key."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(make() + "\n")
                file.flush()
                os.fsync(file.fileno())
            # A link appears with its content or not at all, and fails where another process was first. Creating the
            # file in place let one process read what another had not yet written.
            with contextlib.suppress(FileExistsError):
                os.link(temporary, path)
        finally:
            Path(temporary).unlink()
    return read_key(path)
