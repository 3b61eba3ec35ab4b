"""The index of pages: what it finds, in which order, and that nothing typed is an error."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.web.pages.help.search_index import HelpPage, SearchIndex


def page(slug: str, title: str, text: str = "", **more: str) -> HelpPage:
    return HelpPage(endpoint="help.problem", slug=slug, title=title, text=text, **more)


INDEX = SearchIndex(
    (
        page("expired", "The certificate has expired", "It was good for a year, and the administrator renews it."),
        page("redirect", "The return address is not registered", "Add the redirect URI under Web.", terms="reply url"),
        page("slow", "The server did not answer", "A firewall, or a timeout: the certificate was never seen."),
        page("password", "The password is wrong", "Type it again. An app password is another thing."),
        page("admin", "An administrator has to approve", "Nobody has.", codes="AADSTS90094 approval"),
    )
)


def found(query: str) -> list[str]:
    return [hit.page.slug for hit in INDEX.find(query)]


def test_a_word_of_the_title_counts_more_than_one_of_the_text() -> None:
    assert found("certificate") == ["expired", "slow"]
    assert found("administrator") == ["admin", "expired"]


def test_the_form_of_a_word_and_its_case_do_not_matter() -> None:
    assert found("CERTIFICATES") == found("certificate")
    assert found("approved")[0] == "admin"


def test_what_people_call_it_and_what_programs_call_it_are_found() -> None:
    assert found("reply url") == ["redirect"]
    assert found("aadsts90094") == ["admin"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("redirecturi", "redirect"),
        ("redirect_uri", "redirect"),
        ("apppassword", "password"),
        ("time out", "slow"),
        ("pasword", "password"),
        ("certifcate", "expired"),
        ("firew", "slow"),
    ],
)
def test_a_word_that_no_page_has_is_mended(typed: str, meant: str) -> None:
    assert found(typed)[0] == meant


def test_a_page_that_has_the_words_side_by_side_comes_first() -> None:
    index = SearchIndex((page("apart", "x", "address one, two, three, return"), page("near", "x", "a return address")))

    assert [hit.page.slug for hit in index.find("return address")] == ["near", "apart"]


def test_words_that_are_everywhere_find_nothing() -> None:
    assert found("what is the") == []
    assert found("") == []


def test_a_hit_shows_the_passage_that_fits_and_marks_the_words() -> None:
    [hit] = INDEX.find("firewall")

    assert ("firewall", True) in hit.passage
    assert "".join(piece for piece, _ in hit.passage).startswith("A firewall, or a timeout")


def test_no_more_pages_are_given_than_asked_for() -> None:
    assert len(INDEX.find("the certificate administrator password server address", limit=2)) == 2


@pytest.mark.parametrize(
    "typed",
    [
        '"',
        "*",
        "NEAR(",
        "a AND",
        "OR OR NOT",
        "title:x",
        "-x",
        "^x",
        "(",
        "'",
        "\0",
        "x\0y",
        "x" * 300,
        "ä ß 漢字 🙂",
        "\ud800",
    ],
)
def test_nothing_typed_is_an_error(typed: str) -> None:
    assert isinstance(found(typed), list)


@given(st.text(max_size=80))
def test_no_text_at_all_is_an_error(typed: str) -> None:
    assert isinstance(found(typed), list)


def test_many_threads_search_at_once() -> None:
    answers: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: answers.extend(found("certificate") for _ in range(50))) for _ in range(8)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [["expired", "slow"]] * 400
