"""Which parts of a long text are read."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from webapp.core.diagnosis.text_condensing import AT_MOST, relevant_excerpt, relevant_spans


def test_a_short_text_is_read_whole() -> None:
    assert relevant_excerpt("a" * AT_MOST) == "a" * AT_MOST


def test_of_a_long_text_beginning_end_and_what_surrounds_a_telling_word_are_read() -> None:
    text = "begin " + "x\n" * 200_000 + "AADSTS50011: no such redirect" + "y\n" * 200_000 + " end"

    condensed = relevant_excerpt(text)

    assert condensed.startswith("begin ")
    assert condensed.endswith(" end")
    assert "AADSTS50011: no such redirect" in condensed
    assert len(condensed) <= AT_MOST


def test_of_a_word_that_comes_often_the_last_place_counts() -> None:
    text = "z\n" * 10_000 + "error: first " + "z\n" * 100_000 + "error: last " + "z\n" * 10_000

    assert "error: last" in relevant_excerpt(text)
    assert "error: first" not in relevant_excerpt(text)


def test_capitals_and_foreign_letters_do_not_shift_a_place() -> None:
    text = "İß" * 50_000 + " Certificate Verify Failed " + "é" * 50_000

    assert " Certificate Verify Failed " in relevant_excerpt(text)


@given(st.lists(st.sampled_from(["aadsts", "error: ", " no ", "x" * 400, "\n", "ß"]), max_size=120).map("".join))
def test_parts_are_in_order_apart_and_inside_the_text(text: str) -> None:
    text *= 20
    chosen = relevant_spans(text)

    assert all(0 <= start <= end <= len(text) for start, end in chosen)
    assert all(end <= start for (_, end), (start, _) in pairwise(chosen))
    assert sum(end - start for start, end in chosen) <= AT_MOST
