"""One header field as one line of text."""

import re
from collections.abc import Iterator
from itertools import groupby

from webapp.core.mime.charsets import decode_bytes
from webapp.core.mime.control_characters import one_line
from webapp.core.mime.transfer_encoding import from_base64, from_quoted_printable

_LONGEST = 1000
_READ = 32 * 1024
# RFC 2047 §2, and what is seen besides: spaces and a few question marks in the encoded text. What it may contain is
# bounded so that text full of beginnings without an end takes no longer.
_WORD = re.compile(
    r"""=\? (?P<charset>[^?\s*]{1,60}) (?:\*[^?\s]{0,60})? \? (?P<how>[bBqQ]) \?
    (?P<text>[^?]* (?: (?<!=) \? (?!=) [^?]* ){0,8} ) \?=""",
    re.VERBOSE,
)


def decode_header(raw: bytes | str | None, longest: int = _LONGEST) -> str:
    """Return the value of a header field, encoded words and raw 8-bit decoded, in about 1,000 characters at most.

    Take addresses apart before: a decoded name may well look like an address.
    """
    line = one_line("".join(_decode(_plain_text(raw or ""))))
    is_whole = len(line) <= longest and len(raw or "") <= _READ
    return line if is_whole else line[: longest - 1] + "…"


def _plain_text(raw: bytes | str) -> str:
    if isinstance(raw, str):
        # The email package keeps raw 8-bit as halves of characters.
        raw = raw[:_READ].encode("utf-8", "surrogateescape" if _is_escaped(raw[:_READ]) else "replace")
    return decode_bytes(raw[:_READ], None)


def _is_escaped(text: str) -> bool:
    return not any("\ud800" <= char <= "\udc7f" or "\udd00" <= char <= "\udfff" for char in text)


def _decode(text: str) -> Iterator[str]:
    """Yield the pieces; neighbours of one charset are decoded as one, as senders cut characters in two."""
    end = 0
    words: list[tuple[str, bytes]] = []
    for word in _WORD.finditer(text):
        between = text[end : word.start()]
        if between.strip() or not words:
            yield from _join(words)
            yield between
            words = []
        words.append((word["charset"].lower(), _word_bytes(word["how"], word["text"])))
        end = word.end()
    yield from _join(words)
    yield text[end:]


def _join(words: list[tuple[str, bytes]]) -> Iterator[str]:
    for charset, alike in groupby(words, key=lambda word: word[0]):
        yield decode_bytes(b"".join(data for _, data in alike), charset)


def _word_bytes(how: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    return from_base64(data) if how in "bB" else from_quoted_printable(data, header=True)
