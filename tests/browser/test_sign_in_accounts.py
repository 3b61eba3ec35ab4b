"""Another account signed in than the one that was typed: never silently, always with a way on."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.action_steps import press_save, press_test
from tests.browser.sign_in_steps import answer, choose_account, fill_in_account, open_pop_up, panel_of, sign_in_button
from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.practice.oauth_server.sample_users import OFFICE, SHARED_MAILBOX, WORKSPACE
from webapp.services.providers.gmail import GMAIL
from webapp.services.providers.outlook import OUTLOOK

pytestmark = pytest.mark.usefixtures("strangers")

WANDA, OTTO, TOM = f"wanda@{WORKSPACE}", f"otto@{WORKSPACE}", f"tom@{OFFICE}"


@pytest.fixture
def asked_page(page: Page) -> Page:
    """Open the form of Wanda's mailbox, for which Otto has signed in: Google still knew him."""
    fill_in_account(page, GMAIL, WANDA, name="Wanda or Otto")
    answer(open_pop_up(page, sign_in_button(page, GMAIL)), "Allow")
    expect(panel_of(page)).to_contain_text(f"{OTTO} signed in, not {WANDA}.")
    return page


def test_until_it_is_decided_nothing_is_tested_or_saved(asked_page: Page) -> None:
    result = press_test(asked_page)

    expect(result.get_by_role("alert")).to_contain_text(f"{OTTO} has signed in. Decide first")
    press_save(asked_page)
    expect(asked_page.get_by_role("alert")).to_contain_text(f"{OTTO} has signed in. Decide first")
    expect(panel_of(asked_page)).to_contain_text(f"{OTTO} signed in, not {WANDA}.")


def test_the_account_that_signed_in_can_be_meant(asked_page: Page) -> None:
    asked_page.get_by_role("button", name=f"Use {OTTO}").click()

    expect(panel_of(asked_page)).to_contain_text(f"Signed in as {OTTO}")
    expect(asked_page.get_by_label("Email address")).to_have_value(OTTO)
    expect(asked_page.get_by_label("Connection name")).to_have_value("Wanda or Otto")
    expect(press_test(asked_page).get_by_role("heading", name="It works")).to_be_visible()


def test_a_mailbox_that_the_account_may_not_open_is_refused_with_its_diagnosis(asked_page: Page) -> None:
    asked_page.get_by_role("button", name=f"{OTTO} may open {WANDA}").click()

    result = asked_page.locator("#result")
    expect(result.get_by_role("heading", level=2)).to_have_text(PROBLEMS["wrong-account"].verdict)
    expect(result.get_by_role("heading", name="What to do").locator("..")).to_contain_text(WANDA)
    expect(panel_of(asked_page)).to_contain_text(f"{OTTO} signed in, not {WANDA}.")


def test_the_right_account_can_sign_in_after_all(asked_page: Page) -> None:
    pop_up = open_pop_up(asked_page, asked_page.get_by_role("button", name=f"Sign in again as {WANDA}"))
    choose_account(pop_up, WANDA)
    answer(pop_up, "Allow")

    expect(panel_of(asked_page)).to_contain_text(f"Signed in as {WANDA}")
    expect(asked_page.get_by_label("Email address")).to_have_value(WANDA)
    expect(press_test(asked_page).get_by_role("heading", name="It works")).to_be_visible()


def test_a_shared_mailbox_is_proved_by_logging_in_to_it(page: Page) -> None:
    fill_in_account(page, OUTLOOK, SHARED_MAILBOX, name="Proved")
    pop_up = open_pop_up(page, sign_in_button(page, OUTLOOK))
    choose_account(pop_up, TOM)
    answer(pop_up, "Allow")

    page.get_by_role("button", name=f"{TOM} may open {SHARED_MAILBOX}").click()

    expect(page.locator("#result").get_by_role("heading", name="It works")).to_be_visible()
    expect(panel_of(page)).to_contain_text(f"Signed in as {TOM}")
    press_save(page)
    expect(page.get_by_role("heading", name="Proved")).to_be_visible()
    expect(page.locator("#state")).to_contain_text("Works")
    expect(page.locator("dl")).to_contain_text(TOM)
