"""Test connection in the browser: the result beside the form, the field to fix, and what happens meanwhile."""

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.action_steps import (
    describing,
    fill_in,
    fill_in_practice,
    press_save,
    press_test,
    rest,
    scenario,
    visit,
)
from tests.browser.portal import Portal
from webapp.core.diagnosis.catalogue import PROBLEMS

# The scenario, the field to fix, and a few words of what to do.
FAILURES = {
    "wrong-password": ("Password", "Type the password again"),
    "app-password-required": ("Password", "app password"),
    "tls-wrong-port": ("Port", "STARTTLS"),
    "dns-not-found": ("IMAP server", "name"),
    "connection-refused": ("Port", "port"),
    "tls-hostname-mismatch": ("IMAP server", "certificate"),
}


@pytest.mark.parametrize("key", FAILURES)
def test_a_failed_test_says_what_to_do_and_marks_the_field_to_mend(page: Page, portal: Portal, key: str) -> None:
    label, remedy = FAILURES[key]
    fill_in_practice(page, portal, key)

    result = press_test(page)

    expect(result.get_by_role("heading", level=2)).to_have_text(PROBLEMS[key].verdict)
    expect(result.get_by_role("heading", name="What to do").locator("..")).to_contain_text(remedy)
    expect(result.locator(".who").first).to_be_visible()
    field = page.get_by_role("textbox", name=label)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(describing(page, field).filter(has_text=PROBLEMS[key].hint)).to_be_visible()
    expect(page.locator("[aria-invalid]")).to_have_count(1)


def test_the_marks_go_when_the_next_test_passes(page: Page, portal: Portal) -> None:
    fill_in_practice(page, portal, "wrong-password")
    press_test(page)
    expect(page.locator("[aria-invalid]")).to_have_count(1)
    page.get_by_role("textbox", name="Password").fill("open-sesame")

    result = press_test(page)

    expect(result.get_by_role("heading", name="It works")).to_be_visible()
    expect(page.locator("[aria-invalid]")).to_have_count(0)
    expect(page.locator("p.error")).to_have_count(0)


def test_a_mark_does_not_take_the_hint_of_its_field_away(page: Page, portal: Portal) -> None:
    visit(page, "/connections/2/edit")

    press_test(page)

    field = page.get_by_role("textbox", name="Password")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(describing(page, field).filter(has_text="A password is stored.")).to_be_visible()


def test_the_place_of_the_result_is_announced_and_there_before_the_test(page: Page, portal: Portal) -> None:
    visit(page, "/connections/new")

    place = page.locator("#result")

    expect(place).to_have_attribute("role", "status")
    expect(place).to_have_attribute("aria-live", "polite")
    expect(place).to_contain_text("the result appears here")
    place.evaluate("element => { element.mark = 'the same element' }")
    fill_in(page, "A try", scenario("works"), portal.ports["mail_tls"])
    press_test(page)
    expect(place.get_by_role("heading", name="It works")).to_be_visible()
    assert place.evaluate("element => element.mark") == "the same element"


def test_technical_details_open_and_can_be_copied_whole(page: Page, portal: Portal) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=portal.url)
    fill_in_practice(page, portal, "tls-expired")
    result = press_test(page)
    result.get_by_text("Technical details").click()

    result.get_by_role("button", name="Copy all").click()

    expect(result.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == result.locator("#technical-text").text_content()
    assert "Diagnosis tls-expired" in copied
    assert "open-sesame" not in copied


def test_while_a_test_runs_the_button_says_so_and_a_second_press_does_nothing(page: Page, portal: Portal) -> None:
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.url.endswith("/connections/test") else None)
    fill_in_practice(page, portal, "connection-timeout")
    button = page.get_by_role("button", name="Test")

    press_test(page)

    expect(button).to_have_accessible_name("Testing… up to 20 seconds")
    expect(button).to_have_text("Testing… up to 20 seconds", use_inner_text=True)
    button.click()
    button.press("Enter")
    button.dblclick()
    expect(page.locator("#result")).to_contain_text(PROBLEMS["connection-timeout"].verdict)
    expect(button).to_have_text("Test connection", use_inner_text=True)
    rest(page)
    assert len(sent) == 1


def test_a_tested_connection_is_saved_as_working(page: Page, portal: Portal) -> None:
    fill_in_practice(page, portal, "works-non-ascii", name="Zoë's mail")
    expect(press_test(page).get_by_role("heading", name="It works")).to_be_visible()

    press_save(page)

    expect(page.get_by_role("heading", name="Zoë's mail")).to_be_visible()
    expect(page.locator("#state")).to_contain_text("Works")


def test_a_saved_connection_is_tested_in_its_row_without_leaving_the_list(page: Page, portal: Portal) -> None:
    fill_in_practice(page, portal, "works", name="In the list")
    press_save(page)
    visit(page, "/connections/?search=In+the+list")
    page.evaluate("window.mark = 'the same page'")
    row = page.get_by_role("row").filter(has_text="In the list")
    expect(row).to_contain_text("Not tested")

    row.get_by_role("button", name="Test In the list").click()

    expect(row).to_contain_text("Works")
    assert page.evaluate("window.mark") == "the same page"


def test_a_test_on_its_own_page_brings_state_and_history_up_to_date(page: Page, portal: Portal) -> None:
    fill_in_practice(page, portal, "wrong-password", name="Its own page")
    press_save(page)
    started_at = page.url
    expect(page.locator("#recent")).to_contain_text("It has not been tested yet.")
    visit(page, started_at)

    press_test(page)

    expect(page.locator("#state")).to_contain_text("Fails")
    expect(page.locator("#recent").get_by_role("row").filter(has_text="Failed")).to_have_count(1)
    assert page.url == started_at
