"""The problem pages as help shows them: for any provider or for one, with this portal's values and the codes."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.pages.help.conftest import GMAIL_ID, OUTLOOK_ID, see, text_of
from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.core.diagnosis.codes import CODES, Family
from webapp.services.connections.check_result import HelpContext
from webapp.services.providers.oauth.spec import PROVIDER_SPECS
from webapp.web.pages.help.portal_facts import portal_facts
from webapp.web.pages.help.problem_views import BY_PROVIDER, problem_text

OF_ONE = {slug: spec.key for spec in PROVIDER_SPECS.values() for slug in spec.own_problems}


def shown_for(page: str) -> dict[str, bool]:
    """Return the providers a page can be shown for, and whether it is now."""
    nav = page.partition('class="shown-for"')[2].partition("</nav>")[0]
    return {label: bool(mark) for mark, label in re.findall(r"<a [^>]*?( aria-current[^>]*)?>([^<]+)</a>", nav)}


def test_the_pages_that_depend_on_the_provider_are_exactly_those_with_the_choice(app: Flask) -> None:
    def texts(slug: str) -> set[str]:
        """Read a page for everybody and for each; the server's name alone is no reason to choose."""
        every = (HelpContext(), replace(portal_facts("gmail"), host=""), replace(portal_facts("outlook"), host=""))
        return {text_of(problem_text(PROBLEMS[slug], facts)) for facts in every}

    with app.test_request_context("/"):
        assert {slug for slug in PROBLEMS if len(texts(slug)) > 1} == BY_PROVIDER | OF_ONE.keys()


def test_a_page_that_one_provider_has_to_itself_is_one_whose_codes_only_that_one_uses() -> None:
    families = {"outlook": {Family.AADSTS}, "gmail": {Family.GOOGLE}}

    for slug, key in OF_ONE.items():
        assert slug not in BY_PROVIDER
        assert {code.family for code in CODES if code.slug == slug} == families[key], slug


def test_a_page_of_one_provider_has_its_values_at_once(client: FlaskClient) -> None:
    page = see(client, "/help/problems/admin-consent-required")

    assert OUTLOOK_ID in page
    assert "/adminconsent?" in page


@pytest.mark.parametrize("slug", PROBLEMS)
def test_who_reads_a_page_chooses_the_provider_where_it_matters(client: FlaskClient, slug: str) -> None:
    page = see(client, f"/help/problems/{slug}")

    wanted = {"any provider": True, "Gmail": False, "Outlook": False} if slug in BY_PROVIDER else {}
    assert shown_for(page) == wanted


@pytest.mark.parametrize(("key", "label"), [("gmail", "Gmail"), ("outlook", "Outlook")])
def test_the_chosen_provider_is_marked_and_its_values_filled_in(client: FlaskClient, key: str, label: str) -> None:
    page = see(client, "/help/problems/redirect-uri-mismatch", **{"for": key})

    assert [name for name, chosen in shown_for(page).items() if chosen] == [label]
    assert f"/oauth/{key}/callback" in page


def test_the_client_id_is_that_of_this_portal(client: FlaskClient) -> None:
    assert GMAIL_ID in see(client, "/help/problems/app-blocked-by-admin", **{"for": "gmail"})
    assert OUTLOOK_ID in see(client, "/help/problems/app-blocked-by-admin", **{"for": "outlook"})


@pytest.mark.parametrize("key", ["yahoo", "<b>", "gmail\0", "GMAIL"])
def test_a_provider_that_nobody_knows_is_everybody(client: FlaskClient, key: str) -> None:
    path = "/help/problems/redirect-uri-mismatch"

    assert see(client, path, **{"for": key}) == see(client, path)


@pytest.mark.parametrize("slug", PROBLEMS)
def test_the_codes_of_a_page_lead_to_their_rows(client: FlaskClient, slug: str) -> None:
    listed = re.findall(r'href="/help/codes#([^"]+)">([^<]+)</a>', see(client, f"/help/problems/{slug}"))

    assert sorted(anchor for anchor, _ in listed) == sorted(code.anchor for code in CODES if code.slug == slug)


def test_readers_of_a_provider_see_no_codes_of_another(client: FlaskClient) -> None:
    def families(key: str) -> set[Family]:
        page = see(client, "/help/problems/app-blocked-by-admin", **{"for": key})
        return {code.family for code in CODES if f'#{code.anchor}"' in page}

    assert (families("gmail"), families("outlook")) == ({Family.GOOGLE}, {Family.AADSTS})


def test_a_problem_that_nobody_knows_is_not_found(client: FlaskClient) -> None:
    assert client.get("/help/problems/nothing").status_code == 404
