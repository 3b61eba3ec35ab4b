"""What a person does in the browser, in the words of the pages; every function leaves the page at rest."""

import re
from dataclasses import replace
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.portal import Portal
from webapp.practice.imap_server.scenarios import SCENARIOS, Scenario

PASSWORD = "correct horse battery"

# Not `wait_for_function`: that polls with eval, which the portal's Content-Security-Policy forbids.
_HTMX_STARTED = """() => new Promise(resolve => {
  const look = () => document.body["htmx-internal-data"] ? resolve(true) : setTimeout(look, 10);
  look();
})"""


def visit(page: Page, path: str) -> None:
    """Go to a page and wait until htmx has started."""
    page.goto(path)
    started(page)


def started(page: Page) -> None:
    """Wait until htmx has started."""
    page.evaluate(_HTMX_STARTED)


def rest(page: Page) -> None:
    """Wait until no request of htmx is under way."""
    expect(page.locator(".htmx-request")).to_have_count(0)


def scenario(key: str, **changed: Any) -> Scenario:
    """Return a practice scenario, with something changed."""
    return replace(next(known for known in SCENARIOS if known.key == key), **changed)


def fill_in(page: Page, name: str, wanted: Scenario, port: int) -> None:
    """Fill in the form for a mailbox, as far as possible in the order of the fields."""
    page.get_by_label("Connection name").fill(name)
    page.get_by_label("Email address").fill(wanted.address)
    page.get_by_label("Email address").blur()
    rest(page)
    page.get_by_label("Password").fill(wanted.password)
    page.get_by_role("textbox", name="IMAP server").fill(wanted.host)
    page.get_by_label("Port").fill(str(port))
    page.get_by_label("Security").select_option(wanted.security.value)
    page.get_by_role("textbox", name="User name").fill(wanted.user)


def fill_in_practice(page: Page, portal: Portal, key: str, *, name: str = "A try") -> None:
    """Open the form and fill it in for a practice scenario."""
    visit(page, "/connections/new")
    wanted = scenario(key)
    fill_in(page, name, wanted, portal.ports[wanted.port_name])


def press_test(page: Page) -> Locator:
    """Press Test connection and return the place of the result."""
    page.get_by_role("button", name="Test connection").click()
    return page.locator("#result")


def press_save(page: Page) -> None:
    """Press Save connection."""
    page.get_by_role("button", name="Save connection").click()


def create_administrator(page: Page, portal: Portal, address: str = "ada@example.com") -> None:
    """Follow the set-up link of a new portal and become its administrator."""
    page.goto(portal.way_in)
    page.get_by_label("Name").fill("Ada Park")
    page.get_by_label("Email address").fill(address)
    page.get_by_label(re.compile("password", re.IGNORECASE)).fill(PASSWORD)
    page.get_by_role("button", name="Create the portal").click()
    expect(page.get_by_role("heading", name="Connections", exact=True)).to_be_visible()


def invite(page: Page, address: str) -> str:
    """Invite a person and return the link."""
    page.goto("/administration/people/invite")
    page.get_by_label("Email address").fill(address)
    page.get_by_role("button", name="Make the link").click()
    return page.get_by_label("Link, valid").input_value()


def join(page: Page, link: str, name: str) -> None:
    """Follow an invitation."""
    page.goto(link)
    page.get_by_label("Name").fill(name)
    page.get_by_label(re.compile("password", re.IGNORECASE)).fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("heading", name="Connections", exact=True)).to_be_visible()


def sign_in(page: Page, address: str) -> None:
    """Sign in by the form."""
    page.goto("/sign-in")
    page.get_by_label("Email address").fill(address)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def describing(page: Page, field: Locator) -> Locator:
    """Return the element that describes a field to a screen reader."""
    ids = (field.get_attribute("aria-describedby") or "nothing").split()
    return page.locator(", ".join(f"[id='{each}']" for each in ids))
