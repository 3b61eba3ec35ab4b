"""The practice page: one click fills the form in and shows the result."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.doing import scenario, visit
from webapp.diagnosis.catalogue import PROBLEMS


@pytest.mark.parametrize("key", ["works-user-name", "imap-disabled", "tls-untrusted-cert"])
def test_one_click_tries_a_scenario_and_leaves_its_form_filled_in(page: Page, key: str) -> None:
    tried = scenario(key)
    visit(page, "/practice/")

    card = page.get_by_role("article").filter(has=page.get_by_role("heading", name=tried.title, exact=True))
    card.get_by_role("button", name="Try it").click()

    verdict = PROBLEMS[tried.expected_slug].verdict if tried.expected_slug else "It works"
    expect(page.locator("#result").get_by_role("heading", level=2)).to_contain_text(verdict)
    expect(page.get_by_role("textbox", name="Email address")).to_have_value(tried.address)
    expect(page.get_by_role("textbox", name="IMAP server")).to_have_value(tried.host)


def test_practice_mode_says_so_on_every_page(page: Page) -> None:
    visit(page, "/help/")

    expect(page.get_by_role("note")).to_contain_text("The mail servers here are make-believe")
