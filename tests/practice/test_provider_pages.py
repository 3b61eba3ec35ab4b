"""The pages of the practice providers in Chromium: axe, narrow screens, the keyboard, and the tie to the opener."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlencode

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.practice.clients import STATE
from tests.practice.conftest import HereClient
from webapp.practice.oauth_server.sample_users import OFFICE, WORKSPACE

PAGES = {
    "choose": ("google", {}),
    "consent": ("google", {"login_hint": f"uma@{WORKSPACE}"}),
    "consent-microsoft": ("microsoft", {"login_hint": f"anton@{OFFICE}"}),
    "blocked": ("google", {"login_hint": f"bea@{WORKSPACE}"}),
    "blocked-microsoft": ("microsoft", {"login_hint": f"ada@{OFFICE}"}),
    "stopped": ("google", {"redirect_uri": "http://elsewhere.example/"}),
    "stopped-microsoft": ("microsoft", {"client_id": "unknown"}),
    "accounts": ("google", None),
}
_FLAGS = ("--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")


class _CalledBack(BaseHTTPRequestHandler):
    """A portal that only says that it was reached."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><html lang=en><title>Portal</title><h1>Called back</h1>")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def portal_url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _CalledBack) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def callback(google: HereClient, portal_url: str) -> str:
    """Register the portal with the Google-like provider."""
    requests.post(f"{google.authority.url}/practice/redirect-uris", data={"uri": portal_url}, timeout=10)
    return portal_url


@pytest.fixture(scope="module")
def chromium(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def address(client: HereClient, **changed: str) -> str:
    return f"{client.authority.endpoints.authorization}?{urlencode(client.parameters(**changed))}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_nothing_sticks_out(
    page: Page, google: HereClient, microsoft: HereClient, name: str, scheme: str
) -> None:
    house, changed = PAGES[name]
    client = {"google": google, "microsoft": microsoft}[house]
    google.authority.issue_token(f"anna@{WORKSPACE}")
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")

    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(client.authority.url if changed is None else address(client, **changed))

        assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_sign_in_is_done_with_the_keyboard_alone(page: Page, google: HereClient, callback: str) -> None:
    hint = f"uma@{WORKSPACE}"
    page.goto(address(google, prompt="select_account consent", login_hint=hint, redirect_uri=callback))

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**account=uma*")
    for key in ("Tab", "Tab", "Space", "Tab", "Tab", "Enter"):  # past the link, tick the box, past Deny
        page.keyboard.press(key)

    page.get_by_role("heading", name="Called back").wait_for()
    assert page.url.startswith(callback)
    assert f"state={STATE}" in page.url
    assert "mail.google.com" in page.url


def test_the_window_that_opened_the_page_is_never_seen_again(page: Page, google: HereClient, callback: str) -> None:
    page.goto(callback)
    asking = address(google, login_hint=f"anna@{WORKSPACE}", redirect_uri=callback)
    with page.expect_popup() as opened:
        page.evaluate("address => { window.popup = window.open(address) }", asking)
    popup = opened.value

    popup.get_by_role("button", name="Allow").click()

    popup.get_by_role("heading", name="Called back").wait_for()
    assert popup.evaluate("window.opener") is None
    assert page.evaluate("window.popup.closed") is True
