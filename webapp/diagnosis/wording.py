"""Brings the many spellings of one message to one form, so that a rule names a phrase once.

Knows nothing of what a phrase means.
"""

import html
import re
from dataclasses import dataclass, field
from urllib.parse import unquote

# A cause stands at the beginning of a text or at its end; what lies between in a long one is a stack trace or a page.
_HEAD = 8_000
_TAIL = 4_000

_ESCAPES = re.compile(r"\\(?:[rnt]|u0027|u0022|x27)")
# What a server could do is not what happened: "AUTH=XOAUTH2" in a transcript does not mean that it was used.
_CAPABILITIES = re.compile(r"CAPABILITY IMAP4[^\]\r\n]{0,2000}")
_SEPARATORS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Wording:
    """A text as rules read it: `raw` as it was said, `words` in normal form."""

    raw: str
    words: str = field(repr=False)

    @classmethod
    def of(cls, text: str) -> "Wording":
        """Read a text; of a very long one the beginning and the end."""
        raw = text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"
        return cls(raw=raw, words=normal_form(raw))

    def has(self, phrase: str) -> bool:
        """Say whether a phrase in normal form occurs: whole words, but for scripts that have no blanks."""
        return phrase in self.words if phrase.isascii() else phrase.strip() in self.words

    def quote(self, phrase: str) -> str:
        """Give the words of the text that a phrase in normal form stands for, as they were said."""
        found = re.search(r"[\W_]{1,20}".join(map(re.escape, phrase.split())), self.raw, re.IGNORECASE)
        return " ".join(found[0].split()) if found else phrase.strip()


def normal_form(text: str) -> str:
    """Lower the case and part words by single blanks: `CERT_HAS_EXPIRED` and "cert has expired" become the same.

    The blanks at both ends make a phrase match whole words only.
    """
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "%" in text:
        text = unquote(text)
    text = _CAPABILITIES.sub(lambda found: " LOGINDISABLED " if "LOGINDISABLED" in found[0] else " ", text)
    return f" {_SEPARATORS.sub(' ', _ESCAPES.sub(' ', text)).strip().casefold()} "
