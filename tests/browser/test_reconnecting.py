"""A saved connection gets a grant: again in place, by a script's link; and gives it back when it is deleted."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.action_steps import invite, join, press_save, press_test, started
from tests.browser.conftest import OpenPage
from tests.browser.portal import Portal
from tests.browser.sign_in_steps import (
    allow_if_asked,
    answer,
    choose_account,
    connect,
    open_pop_up,
    panel_of,
    provider_url,
    sign_in_button,
)
from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.models import CredentialType
from webapp.practice.oauth_server.sample_users import OFFICE, SHARED_MAILBOX, WORKSPACE
from webapp.services.providers.gmail import GMAIL
from webapp.services.providers.outlook import OUTLOOK

pytestmark = pytest.mark.usefixtures("strangers")

ANTON, OTTO, TOM, DARIO = f"anton@{OFFICE}", f"otto@{WORKSPACE}", f"tom@{OFFICE}", f"dario@{WORKSPACE}"


def save(page: Page, kind: CredentialType, address: str, name: str) -> str:
    """Connect an account, save the connection and return its address."""
    connect(page, kind, address, name=name)
    press_save(page)
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    return page.url


@pytest.mark.parametrize(
    ("kind", "address", "slug"),
    [
        (OUTLOOK, f"mara@{OFFICE}", "mfa-required"),
        (OUTLOOK, f"rolf@{OFFICE}", "reconnect-required"),
        (GMAIL, f"rhea@{WORKSPACE}", "reconnect-required"),
    ],
)
def test_a_grant_that_ended_is_replaced_in_one_click_and_the_test_runs_by_itself(
    page: Page, kind: CredentialType, address: str, slug: str
) -> None:
    url = save(page, kind, address, f"Reconnected, {address}")
    result = press_test(page)
    expect(result.get_by_role("heading", level=2)).to_have_text(PROBLEMS[slug].verdict)
    expect(page.locator("#state")).to_contain_text("Fails")
    expect(panel_of(page)).to_contain_text("ended the sign-in of")

    started(page)
    with page.expect_popup() as opened:
        result.get_by_role("button", name="Reconnect", exact=True).last.click()
    allow_if_asked(opened.value)

    expect(result.get_by_role("heading", name="It works")).to_be_visible()
    expect(page.locator("#state")).to_contain_text("Works")
    expect(panel_of(page)).to_contain_text(f"Signed in as {address}. The connection uses this sign-in now")
    assert page.url.partition("?")[0] == url


def test_a_page_that_is_loaded_again_after_its_test_does_not_run_it_again(page: Page) -> None:
    save(page, OUTLOOK, f"mara@{OFFICE}", "Loaded again after reconnecting")
    press_test(page)
    started(page)
    with page.expect_popup() as opened:
        page.locator("#result").get_by_role("button", name="Reconnect", exact=True).last.click()
    allow_if_asked(opened.value)
    tests = page.locator("#recent").get_by_role("row").filter(has_text="Passed")
    expect(tests).to_have_count(1)

    page.reload()

    expect(page.locator("#result")).to_contain_text("The last test")
    expect(tests).to_have_count(1)


def link_of(portal: Portal, name: str, address: str, kind: CredentialType) -> str:
    """Add a connection as a script does, and return the link it prints."""
    said = portal.command("connections", "add", "--name", name, "--address", address, "--type", kind.value)
    return said.split()[-1]


def test_the_link_of_a_script_lets_a_member_connect_and_shows_that_it_works(
    page: Page, open_page: OpenPage, portal: Portal
) -> None:
    link = link_of(portal, "From a script", ANTON, OUTLOOK)
    member = open_page(portal)
    join(member, invite(page, "consent@practice.test"), "Mia Falk")
    member.goto(link)
    expect(member.get_by_role("heading", name="From a script")).to_be_visible()

    answer(open_pop_up(member, sign_in_button(member, OUTLOOK)), "Allow")

    expect(panel_of(member)).to_contain_text(f"Signed in as {ANTON}")
    expect(member.locator("#result").get_by_role("heading", name="It works")).to_be_visible()
    expect(member.locator("#state")).to_contain_text("Works")
    expect(member.locator("#account")).to_have_text(ANTON)
    member.goto(link)
    expect(member.get_by_role("heading", level=1)).to_contain_text("link")
    expect(sign_in_button(member, OUTLOOK)).to_have_count(0)


@pytest.mark.parametrize(("chosen", "passes"), [(TOM, True), (ANTON, False)])
def test_behind_the_link_another_account_is_asked_about(page: Page, portal: Portal, chosen: str, passes: bool) -> None:
    page.goto(link_of(portal, f"The team's mailbox, by {chosen}", SHARED_MAILBOX, OUTLOOK))
    pop_up = open_pop_up(page, sign_in_button(page, OUTLOOK))
    choose_account(pop_up, chosen)
    answer(pop_up, "Allow")

    page.get_by_role("button", name=f"{chosen} may open {SHARED_MAILBOX}").click()

    if passes:
        expect(page.locator("#result").get_by_role("heading", name="It works")).to_be_visible()
    else:
        expect(page.get_by_text(f"{chosen} cannot open {SHARED_MAILBOX}")).to_be_visible()
        expect(panel_of(page)).to_contain_text("Which of these is it?")


def test_signing_in_on_the_page_of_a_connection_that_a_script_made_fills_in_its_account(
    page: Page, portal: Portal
) -> None:
    link_of(portal, "Never connected", OTTO, GMAIL)
    page.goto("/connections/?search=Never+connected")
    page.get_by_role("link", name="Never connected").click()
    expect(page.locator("#account")).to_have_text("Nobody has signed in yet")

    answer(open_pop_up(page, panel_of(page).get_by_role("button")), "Allow")

    expect(page.locator("#account")).to_have_text(OTTO)
    expect(page.locator("#result").get_by_role("heading", name="It works")).to_be_visible()


def test_a_connection_that_is_deleted_gives_its_access_back_at_google(page: Page, portal: Portal) -> None:
    url = save(page, GMAIL, DARIO, "To be deleted")
    provider = page.context.new_page()
    provider.goto(provider_url(portal, GMAIL))
    expect(provider.get_by_role("button", name=DARIO)).to_be_visible()

    page.goto(f"{url}/delete")
    page.get_by_role("button", name="Delete connection").click()

    expect(page.get_by_role("status")).to_contain_text("“To be deleted” was deleted.")
    provider.reload()
    expect(provider.get_by_role("heading", name="Accounts")).to_be_visible()
    expect(provider.get_by_role("button", name=DARIO)).to_have_count(0)
