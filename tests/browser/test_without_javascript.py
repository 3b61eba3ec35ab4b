"""The whole path with JavaScript off: the same forms, a page at a time."""

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.browser.action_steps import create_administrator, fill_in, press_save, press_test, scenario, sign_in
from tests.browser.conftest import OpenPage
from tests.browser.portal import Portal
from tests.servers.dovecot import USERS, Dovecot

ANN = "ann@example.com"


@pytest.fixture
def plain_page(open_page: OpenPage, portal: Portal, as_administrator: StorageState) -> Page:
    """Open a page of the practice portal with JavaScript off, signed in."""
    return open_page(portal, storage_state=as_administrator, java_script_enabled=False)


def test_without_javascript_a_new_portal_leads_to_a_working_connection_and_its_end(
    new_portal: Portal, open_page: OpenPage, dovecot: Dovecot
) -> None:
    page = open_page(new_portal, java_script_enabled=False)
    create_administrator(page, new_portal)
    page.get_by_role("link", name="New connection").click()
    fill_in(
        page, "Ann's mail", scenario("works", address=ANN, host=dovecot.address, password=USERS[ANN]), dovecot.tls_port
    )

    result = press_test(page)

    expect(result.get_by_role("heading", name="It works")).to_be_visible()
    expect(page.get_by_text("The password you typed is kept for this form.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Password")).to_have_value("")
    press_save(page)
    expect(page.locator("#state")).to_contain_text("Works")
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_role("heading", name="Delete “Ann's mail”?")).to_be_visible()
    page.get_by_role("button", name="Delete connection").click()
    expect(page.get_by_role("status")).to_contain_text("“Ann's mail” was deleted.")
    expect(page.get_by_role("heading", name="No connections yet")).to_be_visible()


def test_without_javascript_a_button_brings_the_fields_of_another_credential_type(plain_page: Page) -> None:
    plain_page.goto("/connections/new")
    plain_page.get_by_label("Connection name").fill("Round trip")
    plain_page.get_by_role("textbox", name="IMAP server").fill("imap.own.example")

    plain_page.get_by_role("radio", name="Gmail OAuth2").check()
    plain_page.get_by_role("button", name="Update fields").click()

    expect(plain_page.get_by_role("button", name="Sign in with Google")).to_be_visible()
    plain_page.get_by_role("radio", name="Credentials").check()
    plain_page.get_by_role("button", name="Update fields").click()
    expect(plain_page.get_by_label("Connection name")).to_have_value("Round trip")
    expect(plain_page.get_by_role("textbox", name="IMAP server")).to_have_value("imap.own.example")


def test_without_javascript_a_failed_test_marks_its_field_and_keeps_the_password(
    plain_page: Page, portal: Portal
) -> None:
    plain_page.goto("/connections/new")
    fill_in(plain_page, "Wrong port", scenario("connection-refused"), portal.ports["closed"])

    press_test(plain_page)

    port = plain_page.get_by_role("textbox", name="Port")
    expect(port).to_have_attribute("aria-invalid", "true")
    expect(plain_page.locator("#result")).to_contain_text("What to do")


def test_without_javascript_enter_in_a_field_saves(plain_page: Page, portal: Portal) -> None:
    plain_page.goto("/connections/new")
    fill_in(plain_page, "Saved by Enter", scenario("works"), portal.ports["mail_tls"])

    plain_page.get_by_label("Connection name").press("Enter")

    expect(plain_page.get_by_role("heading", name="Saved by Enter")).to_be_visible()


def test_without_javascript_one_signs_out_and_in_again(new_portal: Portal, open_page: OpenPage) -> None:
    page = open_page(new_portal, java_script_enabled=False)
    create_administrator(page, new_portal)
    page.get_by_text("Ada Park").click()

    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("status")).to_have_text("You are signed out.")
    sign_in(page, "ada@example.com")
    expect(page.get_by_role("heading", name="Connections", exact=True)).to_be_visible()
