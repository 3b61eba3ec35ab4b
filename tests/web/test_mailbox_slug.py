"""The name of a mailbox in an address."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.web.mailbox_slug import decode_mailbox_name, encode_mailbox_name

_NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200)


@given(_NAMES)
def test_every_name_comes_back_and_fits_into_one_part_of_an_address(name: str) -> None:
    ref = encode_mailbox_name(name)

    assert decode_mailbox_name(ref) == name
    assert re.fullmatch(r"[A-Za-z0-9_-]+", ref)


@pytest.mark.parametrize(
    "ref",
    [
        "",
        ".",
        "..",
        "INBOX/x",
        "SU5CT1g=",
        "SU5CT1h",
        "A",
        "_w",
        "7aCA",
        encode_mailbox_name("a\r\nb LOGOUT"),
        encode_mailbox_name("\0"),
        "A" * 1500,
    ],
)
def test_what_is_no_name_is_none(ref: str) -> None:
    assert decode_mailbox_name(ref) is None


@given(st.text(max_size=60))
def test_nothing_in_an_address_raises(ref: str) -> None:
    name = decode_mailbox_name(ref)

    assert name is None or encode_mailbox_name(name) == ref
