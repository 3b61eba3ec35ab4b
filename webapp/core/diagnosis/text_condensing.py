"""Brings a text of any length down to the parts in which a cause can stand. Knows nothing of what they mean.

A cause stands at the beginning of a text or at its end, else near one of a few telling words: what lies between is
stack traces and pages. The words are looked for as they are, which takes the same short time whatever the text.
"""

from collections.abc import Iterator

AT_MOST = 12_000
GAP = "\n…\n"

_HEAD, _TAIL = 4_000, 3_000
_WINDOWS, _BEFORE, _AFTER = 5, 250, 650

# The surest first; of each the last place counts, as the newest line of a log.
_SIGNIFICANT = (
    b"aadsts",
    b"error_description",
    b"error_codes",
    b"invalid_grant",
    b"invalid_client",
    b"access_denied",
    b"[authenticationfailed]",
    b" no [",
    b"* bye ",
    b"login failed",
    b"authenticate failed",
    b"authenticated but not connected",
    b"certificate",
    b"ssl routines",
    b"[ssl: ",
    b"wrong version",
    b"getaddrinfo",
    b"name resolution",
    b"unknownhost",
    b"refused",
    b"timed out",
    b"errno ",
    b" econn",
    b" no ",
    b"exception: ",
    b"error: ",
)


def relevant_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return the spans of a text that are worth reading, in order; of a short text the whole."""
    size = len(text)
    if size <= AT_MOST:
        return ((0, size),)
    chosen = [(0, _HEAD), (size - _TAIL, size)]
    for place in _significant_positions(text):
        window = (place - _BEFORE, place + _AFTER)
        if all(window[1] <= start or end <= window[0] for start, end in chosen):
            chosen.append(window)
        if len(chosen) == 2 + _WINDOWS:
            break
    return tuple(sorted(chosen))


def relevant_excerpt(text: str) -> str:
    """Return the parts of a text that are worth reading."""
    return GAP.join(text[start:end] for start, end in relevant_spans(text))


def _significant_positions(text: str) -> Iterator[int]:
    letters = text.encode("ascii", "replace").lower()  # one byte a character, so that places stay the same
    for word in _SIGNIFICANT:
        place = letters.rfind(word, _HEAD + _BEFORE, len(letters) - _TAIL - _AFTER)
        if place >= 0:
            yield place
