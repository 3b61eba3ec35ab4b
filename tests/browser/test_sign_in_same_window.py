"""Where no pop-up opens the sign-in goes on in the same window, and comes back to the half-filled form."""

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.browser.action_steps import press_save, press_test, started
from tests.browser.conftest import OpenPage
from tests.browser.portal import Portal
from tests.browser.sign_in_steps import (
    LABELS,
    answer,
    at_provider,
    choose_account,
    fill_in_account,
    fill_in_plain,
    panel_of,
    sign_in_button,
)
from webapp.models import CredentialType
from webapp.practice.oauth_server.sample_users import OFFICE, SHARED_MAILBOX, WORKSPACE
from webapp.services.providers.gmail import GMAIL
from webapp.services.providers.outlook import OUTLOOK

pytestmark = pytest.mark.usefixtures("strangers")

ANNA, ANTON, TOM = f"anna@{WORKSPACE}", f"anton@{OFFICE}", f"tom@{OFFICE}"
both_types = pytest.mark.parametrize(("kind", "address"), [(GMAIL, ANNA), (OUTLOOK, ANTON)])


@pytest.fixture
def blocked_page(page: Page) -> Page:
    """Open a page whose browser blocks every pop-up."""
    page.context.add_init_script("window.open = () => null")
    return page


@pytest.fixture
def plain_page(open_page: OpenPage, portal: Portal, as_administrator: StorageState) -> Page:
    """Open a page of the practice portal with JavaScript off, signed in."""
    return open_page(portal, storage_state=as_administrator, java_script_enabled=False)


def sign_in_here(page: Page, kind: CredentialType, decision: str = "Allow") -> None:
    sign_in_button(page, kind).click()
    at_provider(page)
    answer(page, decision)


@both_types
def test_a_blocked_pop_up_goes_on_in_this_window_and_returns_to_the_form(
    blocked_page: Page, kind: CredentialType, address: str
) -> None:
    fill_in_account(blocked_page, kind, address, name="Blocked")

    sign_in_here(blocked_page, kind)

    expect(panel_of(blocked_page)).to_contain_text(f"Signed in as {address}")
    expect(blocked_page.get_by_label("Connection name")).to_have_value("Blocked")
    expect(blocked_page.get_by_label("Email address")).to_have_value(address)
    expect(blocked_page.get_by_role("radio", name=LABELS[kind])).to_be_checked()
    started(blocked_page)
    expect(press_test(blocked_page).get_by_role("heading", name="It works")).to_be_visible()
    assert blocked_page.context.pages == [blocked_page]


def test_the_shared_mailbox_that_was_typed_comes_back_too(blocked_page: Page) -> None:
    fill_in_account(blocked_page, OUTLOOK, TOM, shared=SHARED_MAILBOX)

    sign_in_here(blocked_page, OUTLOOK)

    expect(panel_of(blocked_page)).to_contain_text(f"Signed in as {TOM}")
    expect(blocked_page.get_by_label("Shared mailbox")).to_have_value(SHARED_MAILBOX)


def test_going_back_and_allowing_once_more_changes_nothing(blocked_page: Page) -> None:
    fill_in_account(blocked_page, GMAIL, ANNA)
    sign_in_here(blocked_page, GMAIL)
    expect(panel_of(blocked_page)).to_contain_text(f"Signed in as {ANNA}")

    blocked_page.go_back()
    at_provider(blocked_page)
    answer(blocked_page, "Allow")

    expect(panel_of(blocked_page)).to_contain_text(f"Signed in as {ANNA}")
    started(blocked_page)
    expect(press_test(blocked_page).get_by_role("heading", name="It works")).to_be_visible()


@both_types
def test_without_javascript_the_whole_path_ends_in_a_connection_that_works(
    plain_page: Page, kind: CredentialType, address: str
) -> None:
    name = f"Without JavaScript, {kind.value}"
    fill_in_plain(plain_page, kind, address, name)

    sign_in_here(plain_page, kind)

    expect(panel_of(plain_page)).to_contain_text(f"Signed in as {address}")
    expect(plain_page.get_by_label("Connection name")).to_have_value(name)
    expect(press_test(plain_page).get_by_role("heading", name="It works")).to_be_visible()
    expect(panel_of(plain_page)).to_contain_text(f"Signed in as {address}")
    press_save(plain_page)
    expect(plain_page.get_by_role("heading", name=name)).to_be_visible()
    expect(plain_page.locator("#state")).to_contain_text("Works")
    plain_page.get_by_role("button", name="Test again").click()
    expect(plain_page.locator("#result").get_by_role("heading", name="It works")).to_be_visible()


def test_without_javascript_a_refusal_is_explained_and_one_button_tries_again(plain_page: Page) -> None:
    fill_in_plain(plain_page, GMAIL, ANNA)
    sign_in_here(plain_page, GMAIL, "Deny")
    expect(panel_of(plain_page)).to_contain_text("The permission was not given")
    expect(panel_of(plain_page).get_by_role("heading", name="What to do")).to_be_visible()

    plain_page.get_by_role("button", name="Try again with Google").click()
    at_provider(plain_page)
    answer(plain_page, "Allow")

    expect(panel_of(plain_page)).to_contain_text(f"Signed in as {ANNA}")


def test_without_javascript_a_shared_mailbox_is_proved_by_its_button(plain_page: Page) -> None:
    fill_in_plain(plain_page, OUTLOOK, SHARED_MAILBOX)
    sign_in_button(plain_page, OUTLOOK).click()
    choose_account(plain_page, TOM)
    answer(plain_page, "Allow")
    expect(panel_of(plain_page)).to_contain_text(f"{TOM} signed in, not {SHARED_MAILBOX}.")

    plain_page.get_by_role("button", name=f"{TOM} may open {SHARED_MAILBOX}").click()

    expect(plain_page.locator("#result").get_by_role("heading", name="It works")).to_be_visible()
    expect(panel_of(plain_page)).to_contain_text(f"Signed in as {TOM}")
