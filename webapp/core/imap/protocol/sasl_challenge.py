"""Read the error that a server sends as JSON before it refuses a token (RFC 7628 section 3.2.2)."""

import json
from base64 import b64decode

from webapp.core.net.server_text import single_line

# Both mechanisms have the same three; what else there is follows in the server's own order.
_FIRST = ("status", "schemes", "scope")


def read_challenge(challenge: bytes) -> str:
    """Return a challenge in words, as in "status 400, schemes Bearer"; empty where it is no error.

    LOGIN only asks "Username:" and "Password:", and some servers send a remark that is not even base64.
    """
    try:
        text = single_line(b64decode(challenge, validate=True))
    except ValueError:
        return ""
    return _in_words(text) if text.startswith("{") else ""


def _in_words(text: str) -> str:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(fields, dict):
        return text
    names = (*(name for name in _FIRST if name in fields), *(name for name in fields if name not in _FIRST))
    return (
        single_line(", ".join(f"{name} {value}" for name in names if isinstance(value := fields[name], str | int)))
        or text
    )
