"""Help as a stranger uses it: search, explaining an error text, values to copy. No one of these is signed in."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.action_steps import visit
from tests.browser.conftest import OpenPage
from tests.browser.keyboard import tab_to
from tests.browser.portal import Portal
from webapp.core.diagnosis.catalogue import PROBLEMS

SEARCHES = {
    "AADSTS50079": "mfa-required",
    "app blocked": "app-blocked-by-admin",
    "50011": "redirect-uri-mismatch",
    "wrong version number": "tls-wrong-port",
}
SECRET = "Zq8~vR4t.Lw2kXb7nPd9sHf1"
ERROR_TEXT = (
    "10:12:08 worker[77] POST /oauth2/v2.0/token grant_type=refresh_token&client_secret={secret} -> 400 "
    '{{"error": "invalid_grant", "error_description": "AADSTS50079: Due to a configuration change made by your '
    'administrator, you must enroll in multi-factor authentication.", "refresh_token": "{secret}"}}'
)


@pytest.fixture
def stranger(open_page: OpenPage, portal: Portal) -> Page:
    """Open a page of the portal as a person who has no account there."""
    return open_page(portal)


@pytest.fixture
def plain_stranger(open_page: OpenPage, portal: Portal) -> Page:
    """Open a page as a person who has no account and no JavaScript."""
    return open_page(portal, java_script_enabled=False)


def first_found(page: Page) -> Locator:
    """Return the first link of a search's answer that leads to a page of help."""
    return page.get_by_role("main").locator('a[href^="/help/problems/"], a[href^="/help/guides/"]').first


def search(page: Page, words: str) -> None:
    """Go to help and search."""
    page.goto("/help/")
    page.get_by_role("searchbox").fill(words)
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Search help")


@pytest.mark.parametrize("words", SEARCHES)
def test_a_search_finds_its_page_first_and_one_click_opens_it(stranger: Page, words: str) -> None:
    search(stranger, words)

    first_found(stranger).click()

    expect(stranger.get_by_role("heading", level=1)).to_have_text(PROBLEMS[SEARCHES[words]].verdict)
    assert "/help/problems/" + SEARCHES[words] in stranger.url


@pytest.mark.parametrize("words", SEARCHES)
def test_without_javascript_a_search_finds_the_same(plain_stranger: Page, words: str) -> None:
    search(plain_stranger, words)

    expect(first_found(plain_stranger)).to_have_attribute("href", f"/help/problems/{SEARCHES[words]}")
    expect(plain_stranger.get_by_role("searchbox")).to_have_value(words)


def test_a_search_needs_no_mouse(stranger: Page) -> None:
    visit(stranger, "/help/")

    tab_to(stranger, stranger.get_by_role("searchbox"))
    stranger.keyboard.type("AADSTS50079")
    stranger.keyboard.press("Enter")

    expect(stranger.get_by_role("heading", level=1)).to_have_text("Search help")
    tab_to(stranger, first_found(stranger))
    stranger.keyboard.press("Enter")
    expect(stranger.get_by_role("heading", level=1)).to_have_text(PROBLEMS["mfa-required"].verdict)


def test_a_code_leads_to_its_row_in_the_table(stranger: Page) -> None:
    search(stranger, "AADSTS50079")

    stranger.get_by_role("link", name="In the table").first.click()

    row = stranger.get_by_role("row").filter(has=stranger.get_by_text("AADSTS50079", exact=True))
    expect(row).to_be_in_viewport()
    expect(row.get_by_role("link", name=PROBLEMS["mfa-required"].verdict)).to_be_visible()


def test_what_nobody_has_written_about_is_said_to_be_missing_and_help_goes_on(stranger: Page) -> None:
    search(stranger, "xyzzyplugh")

    expect(stranger.get_by_role("heading", name="No page has these words")).to_be_visible()
    stranger.get_by_role("button", name="Explain it as an error text").click()
    expect(stranger.get_by_role("heading", name="This text names no cause that we know")).to_be_visible()


def explain(page: Page, text: str) -> Locator:
    """Paste a text and return the answer."""
    page.goto("/help/")
    page.get_by_role("link", name="Explain an error").click()
    page.get_by_label("Error text").fill(text)
    page.get_by_role("button", name="Explain").click()
    return page.locator("#answer")


@pytest.mark.parametrize("whose", ["stranger", "plain_stranger"])
def test_a_pasted_text_is_explained_and_the_secret_in_it_is_seen_nowhere(
    request: pytest.FixtureRequest, whose: str
) -> None:
    page: Page = request.getfixturevalue(whose)

    answer = explain(page, ERROR_TEXT.format(secret=SECRET))

    expect(answer.get_by_role("heading", level=2)).to_have_text(PROBLEMS["mfa-required"].verdict)
    expect(answer.locator("mark").filter(has_text="AADSTS50079")).to_have_count(1)
    expect(answer.get_by_role("heading", name="What to do")).to_be_visible()
    expect(page.get_by_label("Error text")).to_have_value(ERROR_TEXT.format(secret="•••"))
    assert SECRET not in page.content()
    assert SECRET not in page.url


def test_a_secret_in_a_search_is_not_shown_again(stranger: Page) -> None:
    search(stranger, f"AADSTS7000215 client_secret={SECRET}")

    expect(first_found(stranger)).to_have_attribute("href", "/help/problems/client-secret-wrong")
    assert SECRET not in stranger.content()


def test_an_empty_text_is_asked_for(stranger: Page) -> None:
    explain(stranger, " ")

    field = stranger.get_by_label("Error text")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(stranger.get_by_text("Paste a text first.")).to_be_visible()


def test_explaining_needs_no_mouse(stranger: Page) -> None:
    visit(stranger, "/help/explain")

    tab_to(stranger, stranger.get_by_label("Error text"))
    stranger.keyboard.type("ssl.SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number")
    tab_to(stranger, stranger.get_by_role("button", name="Explain"))
    stranger.keyboard.press("Enter")

    expect(stranger.locator("#answer").get_by_role("heading", level=2)).to_have_text(PROBLEMS["tls-wrong-port"].verdict)


def test_a_value_of_this_portal_is_copied_with_one_press(stranger: Page, portal: Portal) -> None:
    stranger.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=portal.url)
    visit(stranger, "/help/problems/redirect-uri-mismatch?for=outlook")
    value = stranger.get_by_role("main").get_by_text(f"{portal.url}/oauth/outlook/callback", exact=True).first
    button = value.locator("xpath=following-sibling::button")

    button.click()

    expect(button).to_have_text("Copied")
    assert stranger.evaluate("navigator.clipboard.readText()") == f"{portal.url}/oauth/outlook/callback"


def test_without_javascript_a_value_is_there_to_be_selected_and_no_button_does_nothing(
    plain_stranger: Page, portal: Portal
) -> None:
    plain_stranger.goto("/help/problems/redirect-uri-mismatch?for=outlook")

    expect(plain_stranger.get_by_text(f"{portal.url}/oauth/outlook/callback", exact=True).first).to_be_visible()
    expect(plain_stranger.get_by_role("button", name="Copy")).to_have_count(0)


def test_a_failed_step_leads_to_what_it_proves(page: Page) -> None:
    visit(page, "/connections/2")

    page.locator("#result").get_by_role("link", name="Sign in as").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("What a test does, step by step")
    expect(page.locator(":target")).to_be_in_viewport()
