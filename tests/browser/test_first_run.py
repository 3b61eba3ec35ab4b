"""From the set-up link of a new portal to the first connection that works."""

from playwright.sync_api import expect

from tests.browser.action_steps import create_administrator, fill_in, press_save, press_test, scenario, started
from tests.browser.conftest import OpenPage
from tests.browser.portal import Portal
from tests.servers.dovecot import USERS, Dovecot

ANN = "ann@example.com"


def test_a_new_portal_leads_from_its_link_to_a_working_connection(
    new_portal: Portal, open_page: OpenPage, dovecot: Dovecot
) -> None:
    page = open_page(new_portal)
    create_administrator(page, new_portal)
    expect(page.get_by_role("heading", name="No connections yet")).to_be_visible()
    page.get_by_role("link", name="New connection").click()
    expect(page.get_by_role("radio", name="Credentials")).to_be_checked()
    started(page)
    page.evaluate("window.mark = 'the same page'")

    fill_in(
        page, "Ann's mail", scenario("works", address=ANN, host=dovecot.address, password=USERS[ANN]), dovecot.tls_port
    )
    result = press_test(page)

    expect(result.get_by_role("heading", name="It works")).to_be_visible()
    assert page.evaluate("window.mark") == "the same page"
    press_save(page)
    expect(page.get_by_role("heading", name="Ann's mail")).to_be_visible()
    page.get_by_role("link", name="Connections", exact=True).click()
    row = page.get_by_role("row").filter(has_text="Ann's mail")
    expect(row).to_contain_text("Works")
    expect(row).to_contain_text(ANN)


def test_a_set_up_link_opens_only_once(new_portal: Portal, open_page: OpenPage) -> None:
    create_administrator(open_page(new_portal), new_portal)
    page = open_page(new_portal)

    page.goto(new_portal.way_in)

    expect(page.get_by_role("main")).not_to_contain_text("Set up your portal")
    expect(page.get_by_role("button", name="Create the portal")).to_have_count(0)
