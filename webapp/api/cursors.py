"""Cursors: opaque to whoever gets one, good for the list they came from, and refused when they were made up."""

import base64
import binascii

from webapp.api.problems import unfit


def cursor_of(position: int, of: str) -> str:
    """Write a place in a list."""
    return base64.urlsafe_b64encode(f"{of}:{position}".encode()).decode().rstrip("=")


def position_of(cursor: str, of: str) -> int:
    """Read a place in a list; 0 is its beginning."""
    if not cursor:
        return 0
    try:
        kind, _, place = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        kind, place = "", ""
    if kind != of or not (place.isascii() and place.isdecimal()) or len(place) > 10:
        raise unfit("cursor: is not one of this list. Begin without.")
    return min(int(place), 2**31 - 1)
