"""Cursors: opaque to the person who gets one, good for the list they came from, and refused when they were made up."""

import base64
import re

from webapp.web.api.problems import unprocessable

_NUMBERS = re.compile(r"[0-9]{1,10}(\.[0-9]{1,10})*")
_MOST = 2**32


def cursor_of(of: str, *numbers: int) -> str:
    """Write a place in a list."""
    place = f"{of}:{'.'.join(map(str, numbers))}"
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def read_cursor(cursor: str, of: str, *, numbers: int = 1) -> tuple[int, ...]:
    """Read a place in a list."""
    try:
        kind, _, written = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().rpartition(":")
    except ValueError:
        kind, written = "", ""
    found = tuple(map(int, written.split("."))) if _NUMBERS.fullmatch(written) else ()
    # Spelt in one way only.
    if kind != of or len(found) != numbers or max(found) >= _MOST or cursor_of(kind, *found) != cursor:
        raise unprocessable("cursor: is not one of this list. Begin without.")
    return found
