"""The whole work without a mouse, and always with a ring that shows where one is."""

from playwright.sync_api import Page, expect

from tests.browser.action_steps import PASSWORD, create_administrator, rest, started, visit
from tests.browser.conftest import OpenPage
from tests.browser.keyboard import tab_to, type_into
from tests.browser.portal import Portal
from tests.servers.dovecot import USERS, Dovecot


def test_signing_in_testing_saving_and_signing_out_need_no_mouse(
    new_portal: Portal, open_page: OpenPage, dovecot: Dovecot
) -> None:
    create_administrator(open_page(new_portal), new_portal)
    page = open_page(new_portal)
    page.goto("/sign-in")
    expect(page.get_by_label("Email address")).to_be_focused()

    page.keyboard.type("ada@example.com")
    type_into(page, "Password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="No connections yet")).to_be_visible()
    tab_to(page, page.get_by_role("link", name="New connection"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="New connection")).to_be_visible()
    started(page)
    type_into(page, "Connection name", "Ann's mail")
    type_into(page, "Email address", "ann@example.com")
    tab_to(page, page.get_by_role("radio", name="Credentials"))
    rest(page)
    type_into(page, "Password", USERS["ann@example.com"])
    type_into(page, "IMAP server", dovecot.address)
    type_into(page, "Port", str(dovecot.tls_port))
    tab_to(page, page.get_by_role("button", name="Test connection"))
    page.keyboard.press("Enter")
    expect(page.locator("#result").get_by_role("heading", name="It works")).to_be_visible()
    expect(page.get_by_role("button", name="Test connection")).to_be_focused()
    tab_to(page, page.get_by_role("button", name="Save connection"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ann's mail")).to_be_visible()
    menu = page.locator("summary").filter(has_text="Ada Park")
    tab_to(page, menu)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Sign out"))
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_have_text("You are signed out.")


def test_escape_closes_the_user_menu_and_gives_the_focus_back(page: Page) -> None:
    visit(page, "/help/")
    menu = page.locator("summary").filter(has_text="Ada Park")
    menu.press("Enter")
    link = page.get_by_role("link", name="Your account")
    tab_to(page, link)

    page.keyboard.press("Escape")

    expect(link).to_be_hidden()
    expect(menu).to_be_focused()


def test_the_first_tab_offers_to_skip_to_the_content(page: Page) -> None:
    visit(page, "/connections/")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).not_to_be_in_viewport()

    page.keyboard.press("Tab")

    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Search name or address")).to_be_focused()


def test_the_focus_lands_on_what_is_to_mend(page: Page) -> None:
    page.goto("/administration/people/invite")
    page.get_by_label("Email address").fill("nobody")

    page.keyboard.press("Enter")

    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("1 thing to mend")
    expect(summary).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Email address")).to_be_focused()
