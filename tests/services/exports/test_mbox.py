"""An mbox gives every message back as it came, but for its line ends."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.services.exports.mbox import entry

MOMENT = datetime(2026, 11, 28, 9, 5, tzinfo=UTC)


def written(pieces: Iterable[bytes], sender: str = "Ben <ben@example.com>") -> bytes:
    return b"".join(entry(pieces, sender=sender, arrived=MOMENT))


def read_back(mbox: bytes) -> list[bytes]:
    """Read as RFC 4155 and mboxrd say: "From " after an empty line begins a message, one ">" is taken off."""
    entries = re.split(rb"(?:\A|(?<=\n\n))From [^\n]*\n", mbox)
    return [re.sub(rb"(?m)^>(>*From )", rb"\1", each)[:-1] for each in entries[1:]]


lines = st.lists(
    st.sampled_from([b"From ", b">From x", b">>From ", b"Fro", b"From", b">", b">>", b"x", b"", b"\r", b" From "]),
    max_size=8,
)


@given(st.lists(lines, min_size=1, max_size=3), st.sampled_from([b"\n", b"\r\n"]), st.integers(1, 7))
def test_whatever_lines_and_pieces_there_are_each_message_comes_back(
    messages: list[list[bytes]], end: bytes, size: int
) -> None:
    raw = [b"".join(line + end for line in each) for each in messages]

    mbox = b"".join(written(each[at : at + size] for at in range(0, len(each), size)) for each in raw)

    assert read_back(mbox) == [each.replace(b"\r\n", b"\n") for each in raw]


def test_a_last_line_without_an_end_gets_one() -> None:
    assert written([b"Subject: x\r\n\r\nFrom"]).endswith(b"\nFrom\n\n")


def test_a_line_without_end_is_not_kept_in_memory() -> None:
    pieces = list(entry((b">" * 1_000_000 for _ in range(3)), sender="", arrived=MOMENT))

    assert [len(piece) for piece in pieces[1:]] == [1_000_000, 1_000_000, 1_000_000, 2]


@pytest.mark.parametrize(
    ("sender", "named"),
    [
        ("Ben <ben@example.com>", b"ben@example.com"),
        ("nobody", b"MAILER-DAEMON"),
        ("", b"MAILER-DAEMON"),
        ("x y@exämple.com", b"MAILER-DAEMON"),
    ],
)
def test_the_first_line_names_sender_and_moment(sender: str, named: bytes) -> None:
    assert written([], sender) == b"From " + named + b" Sat Nov 28 09:05:00 2026\n\n"
