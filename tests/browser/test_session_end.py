"""A session that ends while a page is open: the next press leads to the sign-in page, never a sign-in page in a box."""

from playwright.sync_api import Page, expect

from tests.browser.action_steps import create_administrator, sign_in, visit
from tests.browser.conftest import OpenPage
from tests.browser.portal import Portal


def assert_whole_sign_in_page(page: Page) -> None:
    expect(page.get_by_role("heading", name="Sign in", level=1)).to_be_visible()
    expect(page.locator("#connection-form")).to_have_count(0)
    expect(page.get_by_role("status")).to_contain_text("You were signed out meanwhile.")
    assert page.url.partition("?")[0].endswith("/sign-in")


def test_signed_out_in_another_tab_the_next_press_leads_to_the_sign_in_page(
    new_portal: Portal, open_page: OpenPage
) -> None:
    page = open_page(new_portal)
    create_administrator(page, new_portal)
    visit(page, "/connections/new")
    other_tab = page.context.new_page()
    other_tab.goto("/account")
    other_tab.get_by_text("Ada Park").first.click()
    other_tab.get_by_role("button", name="Sign out", exact=True).click()
    expect(other_tab.get_by_role("heading", name="Sign in")).to_be_visible()

    page.get_by_role("button", name="Test connection").click()

    assert_whole_sign_in_page(page)


def test_signed_out_from_another_device_the_next_press_leads_to_the_sign_in_page(
    new_portal: Portal, open_page: OpenPage
) -> None:
    page, device = open_page(new_portal), open_page(new_portal)
    create_administrator(page, new_portal)
    visit(page, "/connections/new")
    sign_in(device, "ada@example.com")
    device.goto("/account")
    device.get_by_role("button", name="Sign out everywhere else").click()
    expect(device.get_by_role("status")).to_contain_text("You are signed out everywhere else.")

    page.get_by_role("radio", name="Gmail OAuth2").click()

    assert_whole_sign_in_page(page)
