"""Signing in by the pop-up, the everyday way: it always finishes, whatever becomes of the windows meanwhile.

The practice provider cuts the tie between the windows on every page (Cross-Origin-Opener-Policy: same-origin).
"""

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.action_steps import press_save, press_test, rest, started, visit
from tests.browser.conftest import OpenPage
from tests.browser.keyboard import tab_to, type_into
from tests.browser.portal import Portal
from tests.browser.sign_in_steps import (
    LABELS,
    answer,
    at_provider,
    connect,
    fill_in_account,
    open_pop_up,
    panel_of,
    sign_in_button,
    wait_until_closed,
)
from webapp.models import CredentialType
from webapp.practice.oauth_server.sample_users import OFFICE, WORKSPACE
from webapp.services.providers.gmail import GMAIL
from webapp.services.providers.outlook import OUTLOOK

pytestmark = pytest.mark.usefixtures("strangers")

ANNA, OTTO, ANTON = f"anna@{WORKSPACE}", f"otto@{WORKSPACE}", f"anton@{OFFICE}"


@pytest.mark.parametrize(("kind", "address"), [(GMAIL, ANNA), (OUTLOOK, ANTON)])
def test_an_empty_form_leads_through_the_pop_up_to_a_connection_that_works(
    page: Page, kind: CredentialType, address: str
) -> None:
    fill_in_account(page, kind, address, name=f"By pop-up, {kind.value}")
    page.evaluate("window.mark = 'the same page'")

    pop_up = open_pop_up(page, sign_in_button(page, kind))

    assert pop_up.evaluate("window.opener") is None
    expect(panel_of(page)).to_contain_text("Waiting for")
    answer(pop_up, "Allow")
    expect(panel_of(page)).to_contain_text(f"Signed in as {address}")
    wait_until_closed(pop_up)
    expect(press_test(page).get_by_role("heading", name="It works")).to_be_visible()
    assert page.evaluate("window.mark") == "the same page"
    press_save(page)
    expect(page.get_by_role("heading", name=f"By pop-up, {kind.value}")).to_be_visible()
    expect(page.locator("#state")).to_contain_text("Works")


def test_the_outcome_arrives_where_the_windows_cannot_talk_at_all(page: Page) -> None:
    page.context.add_init_script("delete window.BroadcastChannel")

    connect(page, GMAIL, ANNA)

    assert page.evaluate("'BroadcastChannel' in window") is False


def test_a_page_that_is_loaded_again_meanwhile_still_learns_the_outcome(page: Page) -> None:
    fill_in_account(page, GMAIL, ANNA, name="Loaded again")
    pop_up = open_pop_up(page, sign_in_button(page, GMAIL))
    expect(panel_of(page)).to_contain_text("Waiting for Google")

    page.reload()
    started(page)
    answer(pop_up, "Allow")

    expect(panel_of(page)).to_contain_text(f"Signed in as {ANNA}")
    expect(page.get_by_label("Connection name")).to_have_value("Loaded again")
    expect(press_test(page).get_by_role("heading", name="It works")).to_be_visible()


def test_two_sign_ins_in_two_tabs_each_end_in_their_own_form(page: Page) -> None:
    other_tab = page.context.new_page()
    fill_in_account(page, GMAIL, ANNA)
    fill_in_account(other_tab, GMAIL, OTTO)
    pop_up = open_pop_up(page, sign_in_button(page, GMAIL))
    other_pop_up = open_pop_up(other_tab, sign_in_button(other_tab, GMAIL))

    answer(other_pop_up, "Allow")
    expect(panel_of(other_tab)).to_contain_text(f"Signed in as {OTTO}")
    expect(panel_of(page)).to_contain_text("Waiting for Google")
    answer(pop_up, "Allow")

    expect(panel_of(page)).to_contain_text(f"Signed in as {ANNA}")
    expect(panel_of(other_tab)).to_contain_text(f"Signed in as {OTTO}")


def test_a_pop_up_that_was_closed_leaves_a_button_that_begins_again(page: Page) -> None:
    fill_in_account(page, GMAIL, ANNA)
    open_pop_up(page, sign_in_button(page, GMAIL)).close()

    answer(open_pop_up(page, page.get_by_role("button", name="Begin again")), "Allow")

    expect(panel_of(page)).to_contain_text(f"Signed in as {ANNA}")


def test_after_a_refusal_one_button_asks_again_and_the_new_outcome_arrives(page: Page) -> None:
    fill_in_account(page, GMAIL, ANNA)
    pop_up = open_pop_up(page, sign_in_button(page, GMAIL))
    answer(pop_up, "Deny")
    expect(panel_of(page)).to_contain_text("The permission was not given")
    wait_until_closed(pop_up)

    answer(open_pop_up(page, page.get_by_role("button", name="Try again with Google")), "Allow")

    expect(panel_of(page)).to_contain_text(f"Signed in as {ANNA}")


def test_a_button_that_is_pressed_twice_opens_one_window_and_ends_well(page: Page) -> None:
    fill_in_account(page, GMAIL, ANNA)
    with page.expect_popup() as opened:
        sign_in_button(page, GMAIL).dblclick()
    pop_up = opened.value
    pop_up.wait_for_load_state("networkidle")  # until the second press, if it got through, has replaced the first

    answer(pop_up, "Allow")

    expect(panel_of(page)).to_contain_text(f"Signed in as {ANNA}")
    wait_until_closed(pop_up)
    assert page.context.pages == [page]


def test_a_pop_up_that_was_answered_asks_no_more(page: Page) -> None:
    connect(page, GMAIL, ANNA)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if "/sign-ins/" in request.url else None)

    expect(press_test(page).get_by_role("heading", name="It works")).to_be_visible()

    assert asked == []


def test_signing_in_needs_no_mouse_and_keeps_the_place_in_the_page(page: Page) -> None:
    visit(page, "/connections/new")
    type_into(page, "Connection name", "By keyboard")
    type_into(page, "Email address", ANTON)
    tab_to(page, page.get_by_role("radio", name="Credentials"))
    rest(page)
    page.keyboard.press("ArrowUp")
    tab_to(page, sign_in_button(page, OUTLOOK))

    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    pop_up = opened.value
    at_provider(pop_up)
    expect(panel_of(page)).to_contain_text("Waiting for Microsoft")
    expect(panel_of(page)).to_be_focused()
    tab_to(pop_up, pop_up.get_by_role("button", name="Allow"))
    pop_up.keyboard.press("Enter")

    expect(panel_of(page)).to_contain_text(f"Signed in as {ANTON}")
    expect(panel_of(page)).to_be_focused()
    tab_to(page, page.get_by_role("button", name="Test connection"))
    page.keyboard.press("Enter")
    expect(page.locator("#result").get_by_role("heading", name="It works")).to_be_visible()
    expect(page.get_by_role("button", name="Test connection")).to_be_focused()


def test_typing_goes_on_where_it_is_when_the_outcome_arrives(page: Page) -> None:
    fill_in_account(page, GMAIL, ANNA)
    pop_up = open_pop_up(page, sign_in_button(page, GMAIL))
    name = page.get_by_label("Connection name")
    name.fill("Typed meanwhile")

    answer(pop_up, "Allow")

    expect(panel_of(page)).to_contain_text(f"Signed in as {ANNA}")
    expect(name).to_be_focused()
    expect(name).to_have_value("Typed meanwhile")


def test_a_narrow_screen_shows_all_of_it(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    fill_in_account(page, OUTLOOK, ANTON)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    answer(open_pop_up(page, sign_in_button(page, OUTLOOK)), "Allow")

    expect(panel_of(page)).to_contain_text(f"Signed in as {ANTON}")
    expect(panel_of(page)).to_be_in_viewport()
    works = press_test(page).get_by_role("heading", name="It works")
    expect(works).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_portal_session_that_ended_during_the_trip_connects_nothing(open_page: OpenPage, portal: Portal) -> None:
    page = open_page(portal)
    page.goto(portal.way_in)
    fill_in_account(page, GMAIL, ANNA)
    pop_up = open_pop_up(page, sign_in_button(page, GMAIL))
    other_tab = page.context.new_page()
    other_tab.goto("/help/")
    other_tab.get_by_text("Ada Park").click()
    other_tab.get_by_role("button", name="Sign out").click()
    expect(other_tab.get_by_role("status")).to_have_text("You are signed out.")

    answer(pop_up, "Allow")

    expect(pop_up.get_by_role("heading", name="You were signed out of the portal meanwhile")).to_be_visible()
    expect(pop_up.get_by_role("main")).to_contain_text("Nothing was connected.")
    expect(page.get_by_role("heading", name="Sign in", level=1)).to_be_visible()  # the page that asked and asked


def test_a_look_at_another_credential_type_loses_no_sign_in(page: Page) -> None:
    connect(page, GMAIL, ANNA)

    page.get_by_role("radio", name=LABELS[OUTLOOK]).check()
    expect(sign_in_button(page, OUTLOOK)).to_be_visible()
    page.get_by_role("radio", name=LABELS[GMAIL]).check()

    expect(panel_of(page)).to_contain_text(f"Signed in as {ANNA}")
