"""Hostile mail opened in a real Chromium, as it is and made safe: no request is made and nothing runs."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route, sync_playwright

from tests.core.mime.corpus import HOSTILE, SPY
from webapp.core.mime import FRAME_POLICY, FRAME_POLICY_WITH_IMAGES, sanitize_html

PORTAL = "http://portal.test"
PIXEL = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
FRAMING = f'<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" src="{PORTAL}/mail"></iframe>'
# What a script in the mail could do where it is, if any ran; and what it could do to the page around it.
RUNS = "<script>document.title = 'ran'; parent.document.title = 'ran'; alert('ran')</script>"


@dataclass
class Portal:
    """A page with mail in a frame; every other address is a spy's."""

    page: Page
    mail: str = ""
    policy: str = FRAME_POLICY
    asked: list[str] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)

    def answer(self, route: Route) -> None:
        match route.request.url:
            case "http://portal.test/":
                route.fulfill(body=f"<title>Portal</title>{FRAMING}", content_type="text/html")
            case "http://portal.test/mail":
                headers = {"Content-Security-Policy": self.policy}
                body = self.mail.encode("utf-8", "replace")
                route.fulfill(body=body, headers=headers, content_type="text/html; charset=utf-8")
            case "http://portal.test/favicon.ico":
                route.fulfill(status=404)
            case url:
                self.asked.append(url)
                route.fulfill(body=PIXEL, content_type="image/gif", headers={"Access-Control-Allow-Origin": "*"})

    def close(self, dialog: Dialog) -> None:
        self.ran.append(dialog.message)
        dialog.dismiss()

    def open(self, path: str) -> None:
        self.page.goto(PORTAL + path, wait_until="load")
        # A refresh after no seconds would have come by now.
        self.page.wait_for_timeout(300)


@pytest.fixture(scope="module")
def chromium(chromium_path: str) -> Iterator[Browser]:
    flags = (
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--host-resolver-rules=MAP * ~NOTFOUND",
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def portal(chromium: Browser) -> Iterator[Portal]:
    context = chromium.new_context(ignore_https_errors=True)
    page = context.new_page()
    portal = Portal(page)
    context.route("**/*", portal.answer)
    page.on("dialog", portal.close)
    yield portal
    context.close()


SWALLOWING = {"script never closed", "plaintext", "math breaking out", "cut in a tag", "cut in a comment"}


def everything() -> str:
    """Put the corpus into one document, without what would swallow the rest of it."""
    return "<body>" + "".join(f"<div>{text}</div>" for name, text in HOSTILE.items() if name not in SWALLOWING)


AS_IT_IS: Callable[[str], str] = str


@pytest.mark.parametrize("path", ["/", "/mail"], ids=["framed", "opened directly"])
@pytest.mark.parametrize("make", [AS_IT_IS, sanitize_html], ids=["as it is", "made safe"])
def test_the_whole_corpus_makes_no_request_and_runs_nothing(
    portal: Portal, make: Callable[[str], str], path: str
) -> None:
    portal.mail = make(RUNS + everything())

    portal.open(path)

    assert portal.asked == []
    assert portal.ran == []
    assert portal.page.title() != "ran"


@pytest.mark.parametrize("name", HOSTILE)
def test_each_of_the_corpus_makes_no_request_even_without_a_policy(portal: Portal, name: str) -> None:
    portal.policy = "sandbox allow-scripts allow-same-origin allow-forms"
    portal.mail = sanitize_html(HOSTILE[name])

    portal.page.goto(PORTAL + "/mail", wait_until="load")

    assert portal.asked == []
    assert portal.ran == []


def test_these_tests_can_fail(portal: Portal) -> None:
    portal.policy = "default-src * 'unsafe-inline'"
    portal.mail = RUNS.replace("parent.document.title = 'ran'; ", "") + f"<img src='{SPY}/seen.gif'>"

    portal.open("/mail")

    assert portal.asked == [f"{SPY}/seen.gif"]
    assert portal.ran == ["ran"]
    assert portal.page.title() == "ran"


def test_remote_images_are_fetched_over_https_when_asked_for(portal: Portal) -> None:
    portal.policy = FRAME_POLICY_WITH_IMAGES
    portal.mail = sanitize_html(everything(), images=True)

    portal.open("/")

    assert f"{SPY}/pixel.gif".replace("http:", "https:") in portal.asked
    assert all(url.startswith("https://spy.test/") for url in portal.asked)
    assert portal.ran == []


def test_images_within_the_mail_are_shown(portal: Portal) -> None:
    written = f"<img alt=dot src=cid:dot@here><img alt=written src='data:image/gif;base64,{b64encode(PIXEL).decode()}'>"
    portal.mail = sanitize_html(written, inline={"dot@here": PIXEL})

    portal.open("/")

    for name in ("dot", "written"):
        image = portal.page.frame_locator("iframe").get_by_alt_text(name)
        assert image.evaluate("image => image.naturalWidth") == 1
    assert portal.asked == []


def test_a_link_opens_beside_the_portal_and_tells_nothing_of_it(portal: Portal) -> None:
    portal.mail = sanitize_html(f"<a href='{SPY}/followed'>{escape('Follow')}</a>")
    portal.open("/")

    with portal.page.expect_popup() as opened:
        portal.page.frame_locator("iframe").get_by_text("Follow").click()
    opened.value.wait_for_load_state()

    assert portal.asked == [f"{SPY}/followed"]
    assert opened.value.evaluate("[window.opener, document.referrer]") == [None, ""]
    assert portal.page.title() == "Portal"
