"""Search, as people use it: what they type, and the page they have to find."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.pages.help.conftest import pages_in, see, text_of
from tests.web.pages.help.searches import AMONG_THREE, FIRST
from webapp.core.diagnosis.codes import CODES
from webapp.web.pages.help.search_index import SearchIndex
from webapp.web.pages.help.search_index_builder import search_index
from webapp.web.pages.help.search_results import search_help
from webapp.web.pages.help.search_views import LONGEST


@pytest.fixture(scope="module")
def kept() -> dict[str, SearchIndex]:
    return {}


@pytest.fixture
def index(app: Flask, kept: dict[str, SearchIndex]) -> SearchIndex:
    """Make the index once for all the queries."""
    if not kept:
        with app.test_request_context("/"):
            kept["index"] = search_index()
    return kept["index"]


@pytest.mark.parametrize(("query", "slug"), FIRST.items())
def test_the_page_comes_first(index: SearchIndex, query: str, slug: str) -> None:
    assert search_help(query, index).slugs[:1] == (slug,)


@pytest.mark.parametrize(("query", "slug"), AMONG_THREE.items())
def test_the_page_is_among_the_first_three(index: SearchIndex, query: str, slug: str) -> None:
    assert slug in search_help(query, index).slugs[:3]


def test_no_query_is_listed_without_need() -> None:
    assert len(FIRST) + len(AMONG_THREE) >= 60
    assert FIRST.keys() & AMONG_THREE.keys() == set()


def test_every_code_is_found_by_what_it_is_called(index: SearchIndex) -> None:
    missed = [code.code for code in CODES if code.slug not in search_help(code.code, index).slugs[:3]]

    assert missed == []


@pytest.mark.parametrize("query", ["AADSTS50079", "app blocked", "50011", "wrong version number"])
def test_the_first_link_leads_to_the_page(client: FlaskClient, query: str) -> None:
    page = see(client, "/help/search", q=query)

    assert pages_in(page)[0] == FIRST[query]


def test_a_code_is_answered_in_place(client: FlaskClient) -> None:
    [code] = [code for code in CODES if code.code == "AADSTS50079"]

    page = see(client, "/help/search", q="50079")

    assert "<code>AADSTS50079</code>" in page
    assert all(words in text_of(page) for words in (code.meaning, code.who.label, code.action))
    assert f'href="/help/codes#{code.anchor}"' in page


def test_a_line_of_an_error_is_recognised_and_can_be_explained(client: FlaskClient) -> None:
    page = see(client, "/help/search", q="ssl.SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)")

    assert pages_in(page)[0] == "tls-wrong-port"


def test_the_words_that_were_looked_for_are_marked(client: FlaskClient) -> None:
    assert "<mark>firewall</mark>" in see(client, "/help/search", q="firewall")


def test_a_page_is_listed_once(client: FlaskClient) -> None:
    for query in ("AADSTS50079", "app blocked", "shared mailbox"):
        linked = pages_in(see(client, "/help/search", q=query).partition("</form>")[2])
        assert len(linked) == len(set(linked))


def test_without_a_query_there_is_the_form_alone(client: FlaskClient) -> None:
    page = see(client, "/help/search")

    assert 'name="q"' in page
    assert pages_in(page) == []
    assert "No page has these words" not in page


def test_where_nothing_is_found_the_text_can_be_explained(client: FlaskClient) -> None:
    page = see(client, "/help/search", q="xyzzy plugh")

    assert "No page has these words" in page
    assert 'name="text" value="xyzzy plugh"' in page
    assert 'action="/help/explain"' in page


@pytest.mark.parametrize(
    "query", ['"', "*", "NEAR(", "\0", "a\0b", "x" * 300, "x " * 5000, "<script>alert(1)</script>", "\ud83d", " \t"]
)
def test_nothing_typed_is_an_error_or_markup(client: FlaskClient, query: str) -> None:
    page = see(client, "/help/search", q=query.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))

    assert "<script>" not in page


def test_what_was_typed_stands_again_and_no_longer_than_it_may_be(client: FlaskClient) -> None:
    assert 'value="app blocked"' in see(client, "/help/search", q="app blocked")
    assert f'value="{"x" * LONGEST}"' in see(client, "/help/search", q="x" * (LONGEST + 1))


def test_a_secret_in_a_search_is_masked(client: FlaskClient) -> None:
    page = see(client, "/help/search", q="AUTH failed client_secret=hunter2hunter2")

    assert "hunter2" not in page
