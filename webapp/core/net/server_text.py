"""Make the text of a server or a library fit to be shown: one line, no control characters, no secrets, not too long."""

import ast
import re
from collections.abc import Iterable

from webapp.core.diagnosis.secret_masking import redact

_LONGEST = 2000
_READ = 4 * _LONGEST  # cut after masking, or half a secret might be left at the end
_BYTES_REPR = re.compile(r"""b(['"]).*\1""", re.DOTALL)


def single_line(words: object) -> str:
    """Return words as one line of plain text; imaplib puts the repr of bytes into its messages, which is undone."""
    text = words[:_READ].decode("utf-8", "replace") if isinstance(words, bytes) else str(words)[:_READ]
    plain = _unwrap(text.strip())
    if not plain.isprintable():  # controls, and the marks that turn the direction of writing
        plain = "".join(char if char.isprintable() else " " for char in plain)
    return " ".join(plain.split())


def redacted_line(words: object, secrets: Iterable[str]) -> str:
    """Return words to be stored and shown: clean, with dots in the place of secrets."""
    text = single_line(words)
    if not text:
        return ""
    hidden = [spelling for secret in secrets for spelling in (secret, single_line(secret))]
    return redact(text, *hidden)[:_LONGEST]


def _unwrap(text: str) -> str:
    if not _BYTES_REPR.fullmatch(text):
        return text
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else text
