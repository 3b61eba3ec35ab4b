"""The name of a mailbox in an address."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.web.mailbox_slug import name_of, ref_of

_NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200)


@given(_NAMES)
def test_every_name_comes_back_and_fits_into_one_part_of_an_address(name: str) -> None:
    ref = ref_of(name)

    assert name_of(ref) == name
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
        ref_of("a\r\nb LOGOUT"),
        ref_of("\0"),
        "A" * 1500,
    ],
)
def test_what_is_no_name_is_none(ref: str) -> None:
    assert name_of(ref) is None


@given(st.text(max_size=60))
def test_nothing_in_an_address_raises(ref: str) -> None:
    name = name_of(ref)

    assert name is None or ref_of(name) == ref
