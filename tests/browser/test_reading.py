"""Reading mail in the browser: browse, search, read, save; with JavaScript and without."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.browser.conftest import OpenPage
from tests.browser.portal import Portal


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def reader(request: pytest.FixtureRequest, open_page: OpenPage, portal: Portal, as_administrator: StorageState) -> Page:
    """Open a page, signed in."""
    return open_page(portal, storage_state=as_administrator, java_script_enabled=request.param)


def test_one_browses_searches_reads_and_saves(reader: Page) -> None:
    reader.goto("/connections/")
    reader.get_by_role("link", name="Read mail of Invoices inbox").click()
    expect(reader.get_by_role("heading", name="INBOX")).to_be_visible()
    expect(reader.locator(".letters li")).to_have_count(12)

    reader.get_by_role("searchbox").fill("Gerald")
    reader.get_by_role("button", name="Search").click()
    expect(reader.locator(".letters li")).to_have_count(1)
    reader.get_by_role("link", name="The meeting room has a plant now").click()
    expect(reader.get_by_text("Please water it on Mondays.")).to_be_visible()

    reader.get_by_role("link", name="← INBOX").click()
    reader.get_by_role("link", name="Invoices", exact=True).click()
    reader.get_by_role("link", name="Invoice CB-1009").click()
    with reader.expect_download() as saving:
        reader.locator(".attachments a").click()
    assert Path(saving.value.path()).read_bytes().startswith(b"%PDF-")


def test_a_designed_message_stands_in_its_frame_and_asks_nobody_for_anything(reader: Page, portal: Portal) -> None:
    asked: list[str] = []
    reader.context.on("request", lambda request: asked.append(urlsplit(request.url).hostname or ""))
    reader.goto("/connections/1/mail/")
    reader.get_by_role("link", name="This week at the harbour").click()
    reader.get_by_role("link", name="As designed").click()

    frame = reader.frame_locator("iframe")

    expect(frame.get_by_role("heading", name="This week at the harbour")).to_be_visible()
    expect(frame.get_by_text("flea market from eight.")).to_be_visible()
    assert set(asked) <= {"127.0.0.1", "cdn.jsdelivr.net"}


def test_the_mailboxes_fold_away_on_a_narrow_screen(reader: Page) -> None:
    reader.set_viewport_size({"width": 390, "height": 800})
    reader.goto("/connections/1/mail/")
    archive = reader.get_by_role("link", name="Archive")
    expect(archive).to_have_count(0)

    reader.locator(".mailbox-menu summary").click()
    archive.click()

    expect(reader.get_by_role("heading", name="Archive")).to_be_visible()


def test_looking_leaves_messages_unread(reader: Page) -> None:
    reader.goto("/connections/1/mail/")
    unread = reader.locator(".letters .unread").count()

    reader.locator(".letters .unread a").first.click()
    reader.goto("/connections/1/mail/")

    assert unread == 3
    expect(reader.locator(".letters .unread")).to_have_count(3)
