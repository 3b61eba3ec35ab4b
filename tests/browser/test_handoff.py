"""From a failed connection to a link, from the link to the fixed mailbox, and to green on both sides."""

import re

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.browser.action_steps import fill_in_practice, press_save, press_test, scenario
from tests.browser.conftest import OpenPage
from tests.browser.handoff_steps import (
    GREEN,
    HAND_OVER,
    again_button,
    card_of,
    hand_over,
    hand_over_sign_in,
    let_a_minute_pass,
    mend,
    standing_of,
    value_of,
)
from tests.browser.keyboard import tab_to
from tests.browser.portal import Portal
from tests.browser.sign_in_steps import (
    answer,
    connect,
    fill_in_account,
    fill_in_plain,
    open_pop_up,
    panel_of,
    sign_in_button,
    wait_until_closed,
)
from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.practice.oauth_server.sample_users import OFFICE
from webapp.services.providers.outlook import OUTLOOK

pytestmark = pytest.mark.usefixtures("strangers")

LENA, ADA = f"lena@{OFFICE}", f"ada@{OFFICE}"


def fails(page: Page, portal: Portal, key: str, name: str) -> str:
    """Save a connection by password that fails its test, and return its page's address."""
    fill_in_practice(page, portal, key, name=name)
    press_save(page)
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    url = page.url
    press_test(page)
    expect(page.locator("#state")).to_contain_text("Fails")
    return url


def test_a_mailbox_with_imap_off_is_handed_over_mended_and_green_on_both_sides(
    page: Page, open_page: OpenPage, portal: Portal
) -> None:
    url = fails(page, portal, "imap-disabled", "Handed over by password")
    stranger, tried = open_page(portal), scenario("imap-disabled")

    stranger.goto(hand_over(page))

    expect(stranger.get_by_role("heading", level=1)).to_contain_text("Ada Park asks for your help")
    expect(standing_of(stranger)).to_have_text(PROBLEMS["imap-disabled"].verdict)
    expect(value_of(stranger, "Mailbox")).to_have_text(tried.address)
    expect(value_of(stranger, "Mail server")).to_have_text(f"{tried.host}:{portal.ports['moods']}")
    expect(stranger.locator("body")).not_to_contain_text(tried.password)
    mend(page, "imap-disabled")
    let_a_minute_pass(portal)
    again_button(stranger).click()
    expect(standing_of(stranger)).to_have_text(GREEN)
    expect(again_button(stranger)).to_have_count(0)
    page.goto(url)
    expect(page.locator("#state")).to_contain_text("Works")
    expect(page.locator("#handed")).to_contain_text("It works")


def test_an_account_without_a_mailbox_is_handed_over_mended_and_green_on_both_sides(
    page: Page, open_page: OpenPage, portal: Portal
) -> None:
    connect(page, OUTLOOK, LENA, name="Handed over by OAuth")
    press_save(page)
    expect(page.get_by_role("heading", name="Handed over by OAuth")).to_be_visible()
    url = page.url.partition("?")[0]
    press_test(page)
    stranger = open_page(portal)

    stranger.goto(hand_over(page))

    expect(value_of(stranger, "Mailbox")).to_have_text(LENA)
    expect(value_of(stranger, "Client ID")).to_have_text("practice-microsoft-client")
    expect(value_of(stranger, "Redirect URI")).to_have_text(f"{portal.url}/oauth/outlook/callback")
    expect(value_of(stranger, "Scopes")).to_contain_text("https://outlook.office.com/IMAP.AccessAsUser.All")
    mend(page, "outlook-no-mailbox")
    let_a_minute_pass(portal)
    again_button(stranger).click()
    expect(standing_of(stranger)).to_have_text(GREEN)
    page.goto(url)
    expect(page.locator("#state")).to_contain_text("Works")


def test_an_administrator_approves_the_portal_by_the_link_and_the_next_sign_in_turns_it_green(
    page: Page, open_page: OpenPage, portal: Portal
) -> None:
    fill_in_account(page, OUTLOOK, ADA, name="Approved by an administrator")
    pop_up = open_pop_up(page, sign_in_button(page, OUTLOOK))
    pop_up.get_by_role("link", name="Return to the application without granting consent").click(no_wait_after=True)
    expect(panel_of(page)).to_contain_text(PROBLEMS["admin-consent-required"].verdict)
    stranger = open_page(portal)
    link = hand_over_sign_in(page)

    stranger.goto(link)
    stranger.get_by_role("link", name="Approve the portal for your organisation").click()
    expect(stranger.get_by_role("heading", name="Permissions requested")).to_be_visible()
    stranger.get_by_role("button", name="Accept").click()

    expect(stranger.get_by_role("heading", name="Microsoft says that the portal is approved")).to_be_visible()
    retried = open_pop_up(page, panel_of(page).get_by_role("button", name="Try again with Microsoft"))
    answer(retried, "Allow")
    expect(panel_of(page)).to_contain_text(f"Signed in as {ADA}")
    wait_until_closed(retried)
    press_save(page)
    expect(page.get_by_role("heading", name="Approved by an administrator")).to_be_visible()
    press_test(page)
    expect(page.locator("#state")).to_contain_text("Works")
    stranger.goto(link)
    expect(standing_of(stranger)).to_have_text(GREEN)


def test_whoever_asked_sees_that_the_link_was_opened(page: Page, open_page: OpenPage, portal: Portal) -> None:
    url = fails(page, portal, "mailbox-access-denied", "Opened by somebody")
    link = hand_over(page)
    page.goto(url)
    expect(page.locator("#handed")).to_contain_text("Not opened yet")

    stranger = open_page(portal)
    with stranger.expect_response(re.compile("/hand-off/.*/state")):
        stranger.goto(link)

    page.reload()
    expect(page.locator("#handed")).to_contain_text("Opened")


def test_a_test_before_it_is_mended_says_that_it_is_not(page: Page, open_page: OpenPage, portal: Portal) -> None:
    fails(page, portal, "account-disabled", "Tested too early")
    stranger = open_page(portal)
    stranger.goto(hand_over(page))
    let_a_minute_pass(portal)

    again_button(stranger).click()

    expect(standing_of(stranger)).to_have_text(PROBLEMS["account-disabled"].verdict)
    expect(again_button(stranger)).to_be_visible()
    again_button(stranger).click()
    expect(stranger.get_by_text("It can be tested once a minute")).to_be_visible()


def test_a_withdrawn_link_opens_no_more_and_a_page_that_is_open_tests_no_more(
    page: Page, open_page: OpenPage, portal: Portal
) -> None:
    fails(page, portal, "imap-disabled", "Withdrawn")
    link = hand_over(page)
    reading, late = open_page(portal), open_page(portal)
    reading.goto(link)

    page.get_by_role("button", name="Withdraw the link").click()

    expect(page.get_by_role("status").filter(has_text="The link is withdrawn")).to_be_visible()
    late.goto(link)
    expect(late.get_by_role("heading", level=1)).to_have_text("This link was withdrawn")
    expect(late.locator("body")).not_to_contain_text("imap-disabled@practice.test")
    again_button(reading).click()
    expect(reading.get_by_text("This link was withdrawn")).to_be_visible()


def test_a_link_that_was_never_made_is_not_found(open_page: OpenPage, portal: Portal) -> None:
    stranger = open_page(portal)

    response = stranger.goto("/hand-off/nobody-made-this")

    assert response is not None
    assert response.status == 404


def test_without_javascript_it_is_handed_over_mended_and_green_on_both_sides(
    open_page: OpenPage, portal: Portal, as_administrator: StorageState
) -> None:
    page = open_page(portal, storage_state=as_administrator, java_script_enabled=False)
    stranger = open_page(portal, java_script_enabled=False)
    page.goto("/connections/new")
    tried = scenario("imap-disabled")
    page.get_by_label("Connection name").fill("Handed over without JavaScript")
    page.get_by_label("Email address").fill(tried.address)
    page.get_by_label("Password").fill(tried.password)
    page.get_by_role("textbox", name="IMAP server").fill(tried.host)
    page.get_by_label("Port").fill(str(portal.ports["moods"]))
    press_save(page)
    url = page.url
    press_test(page)

    stranger.goto(hand_over(page))

    expect(standing_of(stranger)).to_have_text(PROBLEMS["imap-disabled"].verdict)
    expect(stranger.locator(".script-only").first).to_be_hidden()
    mend(page, "imap-disabled")
    let_a_minute_pass(portal)
    again_button(stranger).click()
    expect(standing_of(stranger)).to_have_text(GREEN)
    page.goto(url)
    expect(page.locator("#state")).to_contain_text("Works")


def test_without_javascript_a_sign_in_is_handed_over_approved_and_green(
    open_page: OpenPage, portal: Portal, as_administrator: StorageState
) -> None:
    page = open_page(portal, storage_state=as_administrator, java_script_enabled=False)
    stranger = open_page(portal, java_script_enabled=False)
    fill_in_plain(page, OUTLOOK, ADA, name="Approved without JavaScript")
    sign_in_button(page, OUTLOOK).click()
    page.get_by_role("link", name="Return to the application without granting consent").click()
    expect(panel_of(page)).to_contain_text(PROBLEMS["admin-consent-required"].verdict)
    link = hand_over_sign_in(page)

    stranger.goto(link)
    stranger.get_by_role("link", name="Approve the portal for your organisation").click()
    stranger.get_by_role("button", name="Accept").click()

    expect(stranger.get_by_role("heading", name="Microsoft says that the portal is approved")).to_be_visible()
    panel_of(page).get_by_role("button", name="Try again with Microsoft").click()
    page.get_by_role("button", name="Allow").click()
    expect(panel_of(page)).to_contain_text(f"Signed in as {ADA}")
    press_save(page)
    press_test(page)
    expect(page.locator("#state")).to_contain_text("Works")
    stranger.goto(link)
    expect(standing_of(stranger)).to_have_text(GREEN)


def test_handing_over_mending_and_testing_again_need_no_mouse(page: Page, open_page: OpenPage, portal: Portal) -> None:
    fails(page, portal, "imap-disabled", "By keyboard alone")
    stranger = open_page(portal)

    tab_to(page, page.get_by_role("button", name=HAND_OVER))
    page.keyboard.press("Enter")
    link = page.get_by_label(re.compile("^Opens until")).input_value()
    page.goto("/practice/#imap-disabled")
    tab_to(page, card_of(page, "imap-disabled").get_by_role("button", name="Mend it"))
    page.keyboard.press("Enter")
    expect(card_of(page, "imap-disabled").get_by_role("button", name="Break it again")).to_be_visible()
    let_a_minute_pass(portal)
    stranger.goto(link)
    tab_to(stranger, again_button(stranger))
    stranger.keyboard.press("Enter")

    expect(standing_of(stranger)).to_have_text(GREEN)


def test_the_message_and_the_link_are_copied_whole(page: Page, portal: Portal) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=portal.url)
    fails(page, portal, "imap-disabled", "Copied")
    link = hand_over(page)

    page.get_by_role("button", name="Copy message").click()

    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.replace("\r\n", "\n") == page.get_by_label("Text").input_value()
    assert link in copied
    assert "open-sesame" not in copied


def test_each_value_on_the_page_of_the_link_can_be_copied(page: Page, open_page: OpenPage, portal: Portal) -> None:
    fails(page, portal, "imap-disabled", "Values")
    stranger = open_page(portal)
    stranger.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=portal.url)
    stranger.goto(hand_over(page))

    stranger.get_by_role("button", name="Copy mailbox").click()

    assert stranger.evaluate("navigator.clipboard.readText()") == "imap-disabled@practice.test"
