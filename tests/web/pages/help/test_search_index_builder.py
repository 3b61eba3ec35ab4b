"""The index of this portal's help: every page is in it, as people read it, and it is made once."""

import re
import threading

import pytest
from flask import Flask

from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.core.diagnosis.codes import CODES
from webapp.web.pages.help.guides import GUIDES
from webapp.web.pages.help.search_index import HelpPage, SearchIndex
from webapp.web.pages.help.search_index_builder import TERMS, help_pages_to_search, search_index


@pytest.fixture
def pages(app: Flask) -> list[HelpPage]:
    with app.test_request_context("/"):
        return help_pages_to_search()


def test_every_problem_and_every_guide_is_in_it(pages: list[HelpPage]) -> None:
    assert [page.slug for page in pages] == [*PROBLEMS, *GUIDES]


def test_every_code_is_in_it_with_its_page(pages: list[HelpPage]) -> None:
    codes = {page.slug: page.codes for page in pages}

    assert [code.code for code in CODES if code.code not in codes[code.slug]] == []


def test_what_is_searched_is_what_is_read(pages: list[HelpPage]) -> None:
    for page in pages:
        assert len(page.text) > 40, page.slug
        assert not re.search(r"</?(p|li|code|svg|section)\b|&#?\w+;|\{\{", page.text), page.slug


def test_further_words_belong_to_a_problem() -> None:
    assert TERMS.keys() <= PROBLEMS.keys()


def test_it_is_made_once_however_many_search_at_the_same_moment(app: Flask) -> None:
    made: list[SearchIndex] = []

    def search() -> None:
        with app.test_request_context("/"):
            made.append(search_index())

    threads = [threading.Thread(target=search) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 6
    assert len(set(map(id, made))) == 1
