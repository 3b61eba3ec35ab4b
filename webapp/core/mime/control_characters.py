"""Characters that have no place in what is shown: controls, turned directions of writing, halves of characters."""

from collections.abc import Iterable, Mapping

_LINE_ENDS = "\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"
# All that may be invisible and yet change what is read: a file called "annexe.pdf" may really end in ".exe" (UAX #9).
_TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_CONTROLS = [*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), "\ufeff"]
# UTF-7 decodes to halves of characters, which no UTF-8 can hold: an answer with one would be a 500.
_HALVES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


def _table(*steps: tuple[Iterable[str], str]) -> Mapping[int, str]:
    return _HALVES | {ord(char): put for chars, put in steps for char in chars}


_ONE_LINE = _table((_CONTROLS, ""), (_TURNS, ""), (_LINE_ENDS, " "), ("\t", " "))
_LINES = _table((_CONTROLS, ""), (_LINE_ENDS, "\n"), ("\t", "\t"))


def one_line(text: str) -> str:
    """Return text as one line: no controls, no turned directions, single spaces."""
    return " ".join(text.translate(_ONE_LINE).split())


def lines(text: str) -> str:
    """Return text as lines with plain ends, without other controls but tabs."""
    return text.replace("\r\n", "\n").translate(_LINES)
