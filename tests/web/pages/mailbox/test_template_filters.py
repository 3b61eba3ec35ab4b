"""How a message reads."""

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from webapp.web.pages.mailbox.template_filters import arrival_html, exact_time, link_addresses, person, size

_FIRST_DAY = datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))
_LAST_DAY = datetime.max.replace(tzinfo=timezone(timedelta(hours=-12)))


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        ("Mila Okonkwo <mila@practice.test>", "Mila Okonkwo"),
        ('"Okonkwo, Mila" <mila@practice.test>', "Okonkwo, Mila"),
        ("mila@practice.test", "mila@practice.test"),
        ("<mila@practice.test>", "<mila@practice.test>"),
        ('"boss@corp.example" <evil@example.com>', '"boss@corp.example" <evil@example.com>'),
        ("", ""),
    ],
)
def test_a_sender_is_named_unless_the_name_looks_like_an_address(sender: str, name: str) -> None:
    assert person(sender) == name


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (51_234, "51 kB"), (7e9, "7.0 GB")]
)
def test_a_size_reads_as_people_say_it(count: int, words: str) -> None:
    assert size(count) == words


@pytest.mark.parametrize("moment", [None, _FIRST_DAY, _LAST_DAY])
def test_a_date_that_no_calendar_has_is_left_out(moment: datetime | None) -> None:
    assert (arrival_html(moment), exact_time(moment)) == ("", "not said")


def test_a_date_is_told_in_full() -> None:
    assert exact_time(datetime(2026, 11, 4, 9, 5, tzinfo=UTC)) == "Wednesday, 4 November 2026, 09:05 UTC"


@pytest.mark.parametrize(
    ("text", "address", "after"),
    [
        ("see https://a.example/b.", "https://a.example/b", "."),
        ("(https://a.example/b)", "https://a.example/b", ")"),
        ("https://a.example/x_(y)", "https://a.example/x_(y)", ""),
        ("HTTP://A.EXAMPLE/?a=1&b=2!", "HTTP://A.EXAMPLE/?a=1&amp;b=2", "!"),
    ],
)
def test_a_web_address_becomes_a_link_that_ends_where_it_ends(text: str, address: str, after: str) -> None:
    assert f' rel="noreferrer noopener nofollow">{address}</a>{after}' in link_addresses(text)
    assert f'href="{address}"' in link_addresses(text)


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "<b>", "data:text/html,x", 'https://a.example/"onclick="x', "http://a.example/<b>"]
)
def test_nothing_else_becomes_markup(text: str) -> None:
    shown = link_addresses(text)

    assert "<b>" not in shown
    assert '"onclick' not in shown
    assert ("href" in shown) is text.startswith("http")


@pytest.mark.parametrize("piece", ["https://a.example/))))))))", "http://", "(((", "https://x/" + ")" * 1900 + " "])
def test_a_megabyte_of_anything_is_shown_in_no_time(piece: str) -> None:
    began = time.perf_counter()

    link_addresses((piece * (2**20 // len(piece) + 1))[: 2**20])

    assert time.perf_counter() - began < 2
