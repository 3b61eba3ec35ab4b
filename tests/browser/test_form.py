"""The form of a connection: its fields change in place and nothing that was typed is lost."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.action_steps import describing, fill_in_practice, press_test, rest, visit
from tests.browser.portal import Portal

OAUTH = {"Gmail OAuth2": "Google", "Outlook OAuth2": "Microsoft"}


@pytest.mark.parametrize("label", OAUTH)
def test_another_credential_type_brings_its_own_fields_and_keeps_the_focus(page: Page, label: str) -> None:
    visit(page, "/connections/new")
    page.evaluate("window.mark = 'the same page'")

    page.get_by_role("radio", name=label).check()

    expect(page.get_by_role("group", name=f"{OAUTH[label]} account")).to_be_visible()
    expect(page.get_by_role("textbox", name="Password")).to_have_count(0)
    expect(page.get_by_role("radio", name=label)).to_be_focused()
    assert page.evaluate("window.mark") == "the same page"


def test_what_was_typed_survives_a_look_at_every_credential_type(page: Page, portal: Portal) -> None:
    fill_in_practice(page, portal, "works-starttls", name="Round trip")

    for label in (*OAUTH, "Credentials"):
        page.get_by_role("radio", name=label).check()
        rest(page)

    expect(page.get_by_role("textbox", name="Connection name")).to_have_value("Round trip")
    expect(page.get_by_role("textbox", name="Email address")).to_have_value("ben@practice.test")
    expect(page.get_by_role("textbox", name="IMAP server")).to_have_value("imap.practice.test")
    expect(page.get_by_role("textbox", name="Port")).to_have_value(str(portal.ports["mail_starttls"]))
    expect(page.get_by_role("combobox", name="Security")).to_have_value("starttls")


def test_the_arrow_keys_choose_a_credential_type(page: Page) -> None:
    visit(page, "/connections/new")
    page.get_by_role("radio", name="Credentials").focus()

    page.keyboard.press("ArrowUp")

    expect(page.get_by_role("radio", name="Outlook OAuth2")).to_be_checked()
    expect(page.get_by_role("radio", name="Outlook OAuth2")).to_be_focused()
    expect(page.locator("#provider-fields")).to_contain_text("Microsoft")


def test_a_well_known_address_fills_in_its_server_and_says_what_it_wants(page: Page) -> None:
    visit(page, "/connections/new")

    page.get_by_label("Email address").fill("ann@fastmail.com")
    page.get_by_label("Email address").press("Tab")

    expect(page.get_by_role("textbox", name="IMAP server")).to_have_value("imap.fastmail.com")
    expect(page.get_by_role("textbox", name="Port")).to_have_value("993")
    found = page.locator("#server-settings")
    expect(found).to_contain_text("Found from the address: Fastmail.")
    expect(found).to_contain_text("app password")
    expect(found.get_by_role("link", name="Where to make one")).to_have_attribute("href", re.compile("^https://"))


def test_a_server_that_is_typed_while_the_portal_still_looks_for_it_is_kept(page: Page) -> None:
    visit(page, "/connections/new")
    held: list[Route] = []
    page.route("**/connections/server", lambda route: held.append(route))
    page.get_by_label("Email address").fill("ann@fastmail.com")
    page.get_by_label("Email address").press("Tab")
    page.get_by_role("textbox", name="IMAP server").fill("imap.own.example")

    held.pop().continue_()
    rest(page)

    expect(page.get_by_role("textbox", name="IMAP server")).to_have_value("imap.own.example")


def test_an_incomplete_form_is_refused_in_place_and_the_focus_goes_to_what_is_to_mend(page: Page) -> None:
    visit(page, "/connections/new")
    page.get_by_label("Connection name").fill("Half done")

    result = press_test(page)

    summary = result.get_by_role("alert")
    expect(summary).to_contain_text("Enter the mailbox's address.")
    expect(summary).to_be_focused()
    field = page.get_by_label("Email address")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(describing(page, field)).to_contain_text("Enter the mailbox's address.")
    summary.get_by_role("link", name="Email address").click()
    expect(field).to_be_focused()
