"""Chromium, portals to look at, and a page in a browser profile of its own for every test.

No request leaves this machine: every other name is unknown to this Chromium, the CDN's too.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, StorageState, expect, sync_playwright

from tests.browser.portal import Portal, running_portal
from tests.browser.sign_in_steps import forget_everybody
from tests.servers.dovecot import Dovecot
from webapp.web.htmx import HTMX_URL

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
_PATIENCE = 15_000

OpenPage = Callable[..., Page]
StartPortal = Callable[..., Portal]


@pytest.fixture(scope="package")
def chromium(chromium_path: str) -> Iterator[Browser]:
    """Start Chromium once; not for the whole session, since Playwright keeps the thread's event loop to itself."""
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def start_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartPortal]:
    """Return a function that starts a portal."""
    with ExitStack() as running:
        yield lambda **settings: running.enter_context(running_portal(tmp_path_factory.mktemp("portal"), **settings))


@pytest.fixture(scope="package")
def portal(start_portal: StartPortal) -> Portal:
    """Start a portal in practice mode, with its examples."""
    return start_portal(practice="1")


@pytest.fixture
def new_portal(tmp_path: Path, dovecot: Dovecot) -> Iterator[Portal]:
    """Start a portal of this test alone, which no one has set up yet and which may reach Dovecot.

    Tests name it before `open_page`: a portal must outlive its pages, whose last requests would fail otherwise.
    """
    with running_portal(tmp_path, allowed_networks="127.0.0.0/8", ca_file=str(dovecot.ca_file)) as portal:
        yield portal


@pytest.fixture(scope="package")
def as_administrator(chromium: Browser, portal: Portal) -> StorageState:
    """Step into the practice portal as its ready administrator and return the cookies."""
    context = chromium.new_context()
    context.new_page().goto(portal.way_in)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[OpenPage]:
    """Return a function that opens a page in a new browser profile; at the end there must be no complaint."""
    faults: list[str] = []
    with ExitStack() as opened:

        def open_one(portal: Portal, **options: Any) -> Page:
            context = chromium.new_context(base_url=portal.url, reduced_motion="reduce", **options)
            opened.callback(context.close)
            context.set_default_timeout(_PATIENCE)
            context.on("console", lambda message: faults.extend(console_fault(message)))
            context.on("weberror", lambda error: faults.append(str(error.error)))
            return context.new_page()

        yield open_one
    assert faults == []


@pytest.fixture
def page(open_page: OpenPage, portal: Portal, as_administrator: StorageState) -> Page:
    """Open a page of the practice portal, signed in as its administrator."""
    return open_page(portal, storage_state=as_administrator)


@pytest.fixture
def strangers(portal: Portal) -> Iterator[None]:
    """Let the practice servers know no one's consent, and nothing be fixed, before this test and after it."""
    forget_everybody(portal)
    yield
    forget_everybody(portal)


def console_fault(message: ConsoleMessage) -> list[str]:
    """Return what the console says is wrong, apart from the CDN's absence and answers that are meant to be refusals."""
    meant = (
        HTMX_URL in (message.location["url"], *message.text.split("'"))
        or "the server responded with a status of 4" in message.text
    )
    return [] if meant or message.type not in ("error", "warning") else [f"{message.text} ({message.location['url']})"]
