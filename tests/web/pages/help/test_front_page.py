"""The front page of help leads to all there is, the search first."""

import re

from flask.testing import FlaskClient

from tests.web.pages.help.conftest import pages_in, see, text_of
from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.core.diagnosis.codes import Family
from webapp.core.diagnosis.problem import UNKNOWN
from webapp.web.pages.help.guides import GROUPS, GUIDES


def test_the_search_is_the_first_thing_and_the_explanation_of_a_text_the_next(client: FlaskClient) -> None:
    page = see(client, "/help/")

    places = [
        page.index(mark)
        for mark in ('action="/help/search"', 'href="/help/explain"', "/help/guides/", "/help/problems/")
    ]
    assert places == sorted(places)


def test_every_guide_and_every_problem_is_listed_once(client: FlaskClient) -> None:
    assert sorted(pages_in(see(client, "/help/"))) == sorted(GUIDES.keys() | (PROBLEMS.keys() - {UNKNOWN}))


def test_guides_stand_in_their_groups(client: FlaskClient) -> None:
    words = text_of(see(client, "/help/"))

    for title, guides in GROUPS.items():
        assert f"{title} {guides[0].title} {guides[0].summary}" in words


def test_every_problem_says_who_acts_first(client: FlaskClient) -> None:
    items = re.findall(
        r'<li><a href="/help/problems/([\w-]+)">.*?</a> <span class="who[^>]*>([^<]+)</span></li>',
        see(client, "/help/"),
    )

    assert dict(items) == {slug: problem.who.label for slug, problem in PROBLEMS.items() if slug != UNKNOWN}


def test_every_table_of_codes_is_linked(client: FlaskClient) -> None:
    page = see(client, "/help/")

    assert [f'href="/help/codes#{family}"' in page for family in Family] == [True] * len(Family)
