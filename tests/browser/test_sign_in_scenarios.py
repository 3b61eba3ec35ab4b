"""Every scenario of the practice page that begins with a sign-in ends in its diagnosis and its remedy, or works."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.action_steps import press_test, visit
from tests.browser.sign_in_steps import answer, at_provider, open_pop_up, panel_of, sign_in_button
from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.practice.oauth_scenarios import OAUTH_SCENARIOS, OAuthScenario
from webapp.practice.oauth_server.sample_users import GOOGLE_USERS, MICROSOFT_USERS

pytestmark = pytest.mark.usefixtures("strangers")

SETTLED = re.compile("ready|failed|other")
BLOCKED = {person.address for person in (*GOOGLE_USERS, *MICROSOFT_USERS) if person.blocked}


def begin(page: Page, scenario: OAuthScenario) -> Page:
    """Press the one button of a scenario, then that of its form, and return the pop-up."""
    visit(page, "/practice/")
    card = page.get_by_role("article").filter(has=page.get_by_role("heading", name=scenario.title, exact=True))
    card.get_by_role("button", name="Try it").click()
    expect(page.get_by_label("Email address")).to_have_value(scenario.address)
    return open_pop_up(page, sign_in_button(page, scenario.credential_type))


def decide(pop_up: Page, scenario: OAuthScenario) -> None:
    """Do at the provider what the scenario says."""
    if scenario.address in BLOCKED:
        pop_up.get_by_role("link", name="Return to the application without granting consent").click(no_wait_after=True)
    else:
        answer(pop_up, "Deny" if "press Deny" in scenario.blurb else "Allow")


def outcome(page: Page) -> Locator:
    """Return the place that says what came of it: the panel, or the result of the test that a sign-in leads to."""
    panel = panel_of(page)
    expect(panel).to_have_attribute("data-state", SETTLED)
    state = panel.get_attribute("data-state")
    if state == "other":
        panel.get_by_role("button", name="may open").click()
    elif state == "ready":
        press_test(page)
    return panel if state == "failed" else page.locator("#result")


@pytest.mark.parametrize("key", [each.key for each in OAUTH_SCENARIOS if not each.ends_at_provider])
def test_one_click_leads_through_the_sign_in_to_what_the_scenario_promises(page: Page, key: str) -> None:
    scenario = next(each for each in OAUTH_SCENARIOS if each.key == key)

    decide(begin(page, scenario), scenario)

    place = outcome(page)
    if scenario.expected_slug is None:
        expect(place.get_by_role("heading", name="It works")).to_be_visible()
    else:
        expect(place.locator(".bad").first).to_be_visible()
        remedies = place.get_by_role("heading", name="What to do").locator("..")
        expect(remedies.get_by_role("listitem").first).to_be_visible()
        expect(place.locator(".who").first).to_be_visible()
        page_of_problem = place.get_by_role("link", name="More about this")
        provider = scenario.credential_type.value.partition("_")[0]
        expect(page_of_problem).to_have_attribute("href", f"/help/problems/{scenario.expected_slug}?for={provider}")


@pytest.mark.parametrize("key", [each.key for each in OAUTH_SCENARIOS if each.ends_at_provider])
def test_where_the_provider_never_calls_back_the_waiting_page_knows_what_its_page_means(page: Page, key: str) -> None:
    scenario = next(each for each in OAUTH_SCENARIOS if each.key == key)

    pop_up = begin(page, scenario)

    expect(pop_up.get_by_role("heading", level=1)).to_contain_text("Access blocked")
    page.get_by_text("Does the window show an error instead?").click()
    link = panel_of(page).get_by_role("link", name="Access blocked: your institution's admin needs to review")
    with page.context.expect_page() as opened:
        link.click()
    assert scenario.expected_slug
    expect(opened.value.get_by_role("heading", level=1)).to_have_text(PROBLEMS[scenario.expected_slug].verdict)
    pop_up.close()
    page.bring_to_front()
    at_provider(open_pop_up(page, page.get_by_role("button", name="Begin again")))
