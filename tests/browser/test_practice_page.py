"""The practice page: one click fills the form in and shows the result."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.action_steps import scenario, visit
from tests.browser.handoff_steps import card_of, mend
from webapp.core.diagnosis.catalogue import PROBLEMS


@pytest.mark.parametrize("key", ["works-user-name", "imap-disabled", "tls-untrusted-cert"])
def test_one_click_tries_a_scenario_and_leaves_its_form_filled_in(page: Page, key: str) -> None:
    tried = scenario(key)
    visit(page, "/practice/")

    card_of(page, key).get_by_role("button", name="Try it").click()

    verdict = PROBLEMS[tried.expected_slug].verdict if tried.expected_slug else "It works"
    expect(page.locator("#result").get_by_role("heading", level=2)).to_contain_text(verdict)
    expect(page.get_by_role("textbox", name="Email address")).to_have_value(tried.address)
    expect(page.get_by_role("textbox", name="IMAP server")).to_have_value(tried.host)


@pytest.mark.usefixtures("strangers")
@pytest.mark.parametrize("key", ["imap-disabled", "tls-expired"])
def test_a_mended_scenario_works_until_it_is_broken_again(page: Page, key: str) -> None:
    mend(page, key)
    card_of(page, key).get_by_role("button", name="Try it").click()
    expect(page.locator("#result").get_by_role("heading", level=2)).to_contain_text("It works")
    visit(page, "/practice/")

    card_of(page, key).get_by_role("button", name="Break it again").click()

    expect(card_of(page, key)).not_to_contain_text("Mended")
    card_of(page, key).get_by_role("button", name="Try it").click()
    expect(page.locator("#result").get_by_role("heading", level=2)).to_contain_text(PROBLEMS[key].verdict)


def test_practice_mode_says_so_on_every_page(page: Page) -> None:
    visit(page, "/help/")

    expect(page.get_by_role("note")).to_contain_text("The mail servers here are make-believe")
