"""Sequence sets (RFC 9051 section 9): UIDs as commands and responses have them. Knows no session."""

from collections.abc import Iterable, Iterator

from webapp.core.imap.protocol.response_parser import parse_number


def sequence_set(uids: Iterable[int]) -> bytes:
    """Write UIDs in ascending order, neighbours as a range."""
    ranges: list[tuple[int, int]] = []
    for uid in sorted(set(uids)):
        if ranges and ranges[-1][1] == uid - 1:
            ranges[-1] = ranges[-1][0], uid
        else:
            ranges.append((uid, uid))
    return b",".join(b"%d" % first if first == last else b"%d:%d" % (first, last) for first, last in ranges)


def ranges_in(text: object) -> Iterator[tuple[int, int]]:
    """Read the ranges of a set in their order; what is none is passed over."""
    for each in text.split(b",") if isinstance(text, bytes) else ():
        first, _, last = each.partition(b":")
        one, other = parse_number(first), parse_number(last or first)
        if one is not None and other is not None:
            yield min(one, other), max(one, other)


def merge(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Put ranges in ascending order and drop what is told twice."""
    end = 0
    for first, last in sorted(ranges):
        if last > end:
            yield max(first, end + 1), last
            end = last
