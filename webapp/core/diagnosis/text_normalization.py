"""Brings the many spellings of one message to one form, so that a rule names a phrase once.

Knows nothing of what a phrase means.
"""

import html
import re
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote

from webapp.core.diagnosis.text_condensing import relevant_excerpt

_ESCAPES = re.compile(r"\\(?:[rnt]|u0027|u0022|x27)")
# What a server could do is not what happened: "AUTH=XOAUTH2" in a transcript does not mean that it was used.
_CAPABILITIES = re.compile(r"CAPABILITY IMAP4[^\]\r\n]{0,2000}")
# What may part two words: blanks and signs, plain or as JSON, URL and HTML write them.
_BETWEEN = r"(?:%[0-9A-Fa-f]{2}|\\[rnt]|&#?\w{1,6};|[\W_]){1,20}"
_CAMEL_CASE = re.compile(r"[A-Za-z]*[a-z][A-Z][A-Za-z]*")
_CAMEL_BOUNDARY = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NAMES_AN_ERROR = (
    *("Error", "Exception", "Fail", "Denied", "Invalid", "Required", "TooMany", "Mismatch", "Expired", "Refused"),
    *("Untrusted", "NotFound", "Unreachable", "Revoked", "Disabled", "Blocked", "Unavailable", "Exceeded"),
)
# A library that cannot tell lists what is often the cause; a list of possibilities says nothing of this case.
_POSSIBILITIES = re.compile(
    r"(?:this usually means|one possibility is|the other possibility is)[^.:]{0,300}[.:]"
    r"(?:\s{0,20}\d\.[^.]{0,300}\.){0,9}",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[\W_]+")


class Phrase(NamedTuple):
    """Words in normal form, and the first of them: without that one the rest need not be looked for."""

    text: str
    first: str

    @classmethod
    def of(cls, text: str) -> "Phrase":
        """Read a phrase: whole words, but that a final `*` lets the last one go on.

        In scripts that have no blanks between words a phrase may stand anywhere.
        """
        words = normalize(text)
        if not words.isascii():
            return cls(text=words.strip(), first="")
        first, *others = words.split()
        if not text.endswith("*"):
            return cls(text=words, first=first)
        return cls(text=words.rstrip(), first=first if others else "")


@dataclass(frozen=True)
class NormalizedText:
    """A text as rules read it: `raw` as it was said, `words` in normal form."""

    raw: str
    words: str = field(repr=False)
    vocabulary: frozenset[str] = field(repr=False)

    @classmethod
    def of(cls, text: str) -> "NormalizedText":
        """Read a text; of a very long one the parts in which a cause can stand."""
        raw = relevant_excerpt(text)
        words = normalize(raw) + _error_names(raw)
        return cls(raw=raw, words=words, vocabulary=frozenset(("", *words.split())))

    def has(self, phrase: Phrase) -> bool:
        """Return whether a phrase occurs."""
        return phrase.first in self.vocabulary and phrase.text in self.words

    def quote(self, phrase: Phrase) -> str:
        """Return the words of the text that a phrase stands for, as they were said."""
        span = find_words(phrase.text, self.raw)
        return " ".join(self.raw[slice(*span)].split()) if span else phrase.text.strip()


def find_words(words: str, text: str) -> tuple[int, int] | None:
    """Find where words stand in a text, whatever parts them there; in the name of an error nothing does."""
    parts = list(map(re.escape, re.findall(r"[^\W_]+", words)))
    for pattern in (rf"(?<![^\W_]){_BETWEEN.join(parts)}", f"(?:{_BETWEEN})?".join(parts)):
        if parts and (found := re.search(pattern, text, re.IGNORECASE)):
            return found.span()
    return None


def _error_names(text: str) -> str:
    """Read `TooManyConnectionsError` and its like as words."""
    names = (name for name in _CAMEL_CASE.findall(text) if _names_an_error(name))
    return "".join(f"{_CAMEL_BOUNDARY.sub(' ', name).casefold()} " for name in dict.fromkeys(names))


def _names_an_error(name: str) -> bool:
    return any(mark in name for mark in _NAMES_AN_ERROR) or (name[0].isupper() and name.endswith("Timeout"))


def normalize(text: str) -> str:
    """Lower the case and part words by single blanks: `CERT_HAS_EXPIRED` and "cert has expired" become the same.

    The blanks at both ends make a phrase match whole words only.
    """
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "%" in text:
        text = unquote(text)
    text = _POSSIBILITIES.sub(" possibly ", text)
    text = _CAPABILITIES.sub(lambda found: " LOGINDISABLED " if "LOGINDISABLED" in found[0] else " ", text)
    return f" {_SEPARATORS.sub(' ', _ESCAPES.sub(' ', text)).strip().casefold()} "
