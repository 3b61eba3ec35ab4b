"""What a sender can make a parser do: time and memory stay within bounds for a megabyte of the worst."""

import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.mime import html_to_text, sanitize_html
from webapp.core.mime.html_tokenizer import VOID, EndTag, StartTag, TreeBalancer, names

MEGABYTE = 2**20
TAGS = (
    "<div>",
    "<b></b>",
    "<font color={}>",
    "<font color={}><p>",
    "<table><font color={}><tr>x",
    "<div><table><tr><td></div></td></tr></table>",
    "<li><font color={}>x</li>",
    "<ul><li><font color={}>",
    "<table><table>",
    "<p><a href=x{}>",
    "<td><td>",
    "<svg>",
    "<p style='a:b'>",
)
CHARACTERS = (
    "<!--",
    "<![",
    "</",
    "<",
    "<a ",
    "<a x='",
    '<a x="',
    "<a x= ",
    "<style>",
    "&x",
    "&#x",
    "&nbsp;x",
    "x",
    " ",
    "\n",
)


def read_in(html: str) -> float:
    """Return the seconds that all of it takes."""
    started = time.process_time()
    sanitize_html(html)
    html_to_text(html)
    return time.process_time() - started


@pytest.mark.parametrize("piece", TAGS)
def test_no_nesting_takes_long(piece: str) -> None:
    html = "".join(piece.replace("{}", str(number)) for number in range(MEGABYTE // 4 // len(piece)))

    # 20,000 nested fonts took nh3 alone 13 seconds.
    assert read_in(html) < 4


@pytest.mark.parametrize("piece", CHARACTERS)
def test_no_run_of_characters_takes_long(piece: str) -> None:
    assert read_in(piece * (MEGABYTE // len(piece))) < 10


@pytest.mark.parametrize(
    "html",
    ["<p title='" + "&x" * 500_000 + "'>", "<p " + "a=b " * 250_000 + ">", "<p style='" + "a:b;" * 250_000 + "'>"],
)
def test_a_megabyte_of_attributes_is_read_in_time(html: str) -> None:
    assert read_in(html) < 2


def test_what_is_beyond_the_bound_is_not_read() -> None:
    html = "x" * MEGABYTE + "beyond"

    assert "beyond" not in sanitize_html(html)
    assert "beyond" not in html_to_text(html)


def test_memory_stays_within_bounds() -> None:
    html = "<p title=a>x</p>" * 5_000 + "x" * (50 * MEGABYTE)
    tracemalloc.start()

    sanitize_html(html)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 16 * MEGABYTE


KNOWN = names("a b font p div ul li dl dt dd table tbody tr td th caption colgroup col h1 h2 br blockquote")
MIXED = st.sampled_from([*(f"<{name}>" for name in sorted(KNOWN)), *(f"</{name}>" for name in sorted(KNOWN)), "x"])


@given(st.lists(MIXED, max_size=200).map("".join))
def test_whatever_comes_in_what_goes_out_is_nested_properly(html: str) -> None:
    nested: list[str] = []
    for piece in TreeBalancer(KNOWN).read(html):
        match piece:
            case StartTag(name) if name not in VOID:
                nested.append(name)
            case EndTag(name):
                assert nested.pop() == name

    assert nested == []


def test_no_element_is_nested_deeper_than_the_bound() -> None:
    deep = sanitize_html("<div>" * 20_000 + "the text" + "</div>" * 20_000)

    assert deep.count("<div>") == 100
    assert "the text" in deep
