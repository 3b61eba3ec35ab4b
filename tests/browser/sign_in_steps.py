"""What a person does to sign in at a provider, in the words of the portal and of the practice provider's pages."""

import re
from urllib.request import Request, urlopen

from playwright.sync_api import Error, Locator, Page, expect

from tests.browser.action_steps import rest, started, visit
from tests.browser.portal import Portal
from webapp.models import CredentialType
from webapp.services.providers.gmail import GMAIL
from webapp.services.providers.outlook import OUTLOOK

LABELS = {GMAIL: "Gmail OAuth2", OUTLOOK: "Outlook OAuth2"}
BUTTONS = {GMAIL: "Sign in with Google", OUTLOOK: "Connect to Microsoft account"}
PLACES = {GMAIL: "google", OUTLOOK: "microsoft"}


def provider_url(portal: Portal, kind: CredentialType) -> str:
    """Return the address of a practice provider."""
    return f"http://127.0.0.1:{portal.ports[PLACES[kind]]}"


def ask_provider(portal: Portal, kind: CredentialType, path: str) -> None:
    """Post to a hook of a practice provider."""
    with urlopen(Request(provider_url(portal, kind) + path, method="POST"), timeout=15):
        pass


def forget_everybody(portal: Portal) -> None:
    """Let the practice servers forget who has granted what, and what is fixed."""
    for kind in PLACES:
        ask_provider(portal, kind, "/practice/reset")


def fill_in_account(page: Page, kind: CredentialType, address: str, *, name: str = "A try", shared: str = "") -> None:
    """Open the form of a new connection and fill it in for an account of a provider."""
    visit(page, "/connections/new")
    page.get_by_label("Connection name").fill(name)
    page.get_by_label("Email address").fill(address)
    page.get_by_label("Email address").blur()
    rest(page)
    page.get_by_role("radio", name=LABELS[kind]).check()
    expect(sign_in_button(page, kind)).to_be_visible()
    if shared:
        page.get_by_label("Shared mailbox").fill(shared)


def fill_in_plain(page: Page, kind: CredentialType, address: str, name: str = "Plain") -> None:
    """Fill in the form of a new connection for an account of a provider, without JavaScript."""
    page.goto("/connections/new")
    page.get_by_label("Connection name").fill(name)
    page.get_by_label("Email address").fill(address)
    page.get_by_role("radio", name=LABELS[kind]).check()
    page.get_by_role("button", name="Update fields").click()


def sign_in_button(page: Page, kind: CredentialType) -> Locator:
    """Return the button that begins a sign-in on an empty form."""
    return page.get_by_role("button", name=BUTTONS[kind])


def panel_of(page: Page) -> Locator:
    """Return the sign-in panel."""
    return page.locator("#sign-in")


def open_pop_up(page: Page, button: Locator) -> Page:
    """Press a button that opens the provider in a window of its own, and give that."""
    started(page)  # before that, a sign-in goes on in the same window
    with page.expect_popup() as opened:
        button.click()
    at_provider(opened.value)
    return opened.value


def at_provider(page: Page) -> None:
    """Wait until a page of a practice provider is shown."""
    expect(page.get_by_text("Practice provider,")).to_be_visible()


def choose_account(page: Page, address: str) -> None:
    """Choose an account in the provider's list."""
    page.get_by_role("link", name=re.compile(re.escape(address))).click()
    expect(page.get_by_role("button", name="Allow")).to_be_visible()


def answer(page: Page, decision: str) -> None:
    """Press Allow or Deny; the window may close by itself while Playwright still waits for it, so this does not."""
    page.get_by_role("button", name=decision).click(no_wait_after=True)


def connect(page: Page, kind: CredentialType, address: str, *, name: str = "A try", shared: str = "") -> None:
    """Fill in the form and sign in as its account in the pop-up, until the panel says so."""
    fill_in_account(page, kind, address, name=name, shared=shared)
    answer(open_pop_up(page, sign_in_button(page, kind)), "Allow")
    expect(panel_of(page)).to_contain_text(f"Signed in as {address}")


def allow_if_asked(page: Page) -> None:
    """Press Allow, or do nothing where the provider, who has this consent already, closes the matter by itself."""
    asked, done = page.get_by_role("button", name="Allow"), page.locator("[data-sign-in-done]")
    try:
        asked.or_(done).wait_for()
        if asked.is_visible():
            answer(page, "Allow")
    except Error:
        if not page.is_closed():
            raise


def wait_until_closed(page: Page) -> None:
    """Wait until a window has closed."""
    if not page.is_closed():
        page.wait_for_event("close")
