"""What people do about a problem that another person fixes: hand it over, read the link, fix it, test again."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.portal import Portal
from webapp.practice.imap_server.scenarios import SCENARIOS
from webapp.practice.oauth_scenarios import OAUTH_SCENARIOS

HAND_OVER = re.compile("^Hand this to ")
GREEN = "It works now"

_TITLES = {
    **{scenario.key: scenario.title for scenario in SCENARIOS},
    **{scenario.key: scenario.title for scenario in OAUTH_SCENARIOS},
}


def card_of(page: Page, key: str) -> Locator:
    """Return the card of a scenario on the practice page."""
    return page.get_by_role("article").filter(has=page.get_by_role("heading", name=_TITLES[key], exact=True))


def mend(page: Page, key: str) -> None:
    """Go to the practice page and do there what the mailbox's administrator does."""
    page.goto("/practice/")
    card_of(page, key).get_by_role("button", name="Mend it").click()
    expect(card_of(page, key)).to_contain_text("Mended")


def hand_over(page: Page) -> str:
    """Press the button of a failed result, and return the link to send."""
    page.get_by_role("button", name=HAND_OVER).click()
    return _link(page)


def hand_over_sign_in(page: Page) -> str:
    """Press the button of a failed sign-in, whose form stays open beside the new tab, and return the link to send."""
    with page.context.expect_page() as opened:
        page.get_by_role("button", name=HAND_OVER).click()
    link = _link(opened.value)
    opened.value.close()
    return link


def _link(page: Page) -> str:
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hand over")
    return page.get_by_label(re.compile("^Opens until")).input_value()


def value_of(page: Page, name: str) -> Locator:
    """Return one of the values that the page of the link names."""
    term = page.get_by_role("term").filter(has_text=re.compile(f"^{name}$"))
    return term.locator("xpath=following-sibling::dd[1]").locator("code, a").first


def again_button(page: Page) -> Locator:
    """Return the button of the person who has fixed it."""
    return page.get_by_role("button", name="Test again")


def standing_of(page: Page) -> Locator:
    """Return the heading that says how it stands."""
    return page.get_by_role("main").get_by_role("heading", level=2).first


def let_a_minute_pass(portal: Portal) -> None:
    """Move all tests and questions a minute into the past, so that the next test is allowed at once."""
    with closing(
        sqlite3.connect(Path(portal.environment["POSTROOM_DATA_DIR"]) / "postroom.db", timeout=10)
    ) as database:
        for table, column in (("check_report", "started_at"), ("hand_off", "asked_at")):
            moved = f"strftime('%Y-%m-%d %H:%M:%f', {column}, '-61 seconds') || '000'"
            database.execute(f"UPDATE {table} SET {column} = {moved}")
        database.commit()
