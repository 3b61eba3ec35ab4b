"""What holds on every page: axe finds nothing in light and dark, nothing sticks out, the console stays silent."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, StorageState

from tests.browser.conftest import StartPortal, console_fault
from tests.browser.portal import Portal
from tests.browser.sign_in_steps import forget_everybody
from tests.browser.survey import PLACES, WIDTHS, Surveyor, furnish
from webapp import create_app
from webapp.config.settings import Settings

# Pages that only lead elsewhere, and what is no page.
_NO_PAGES = {
    *("static", "site.htmx_file", "site.health", "site.home", "admin.index", "practice.sign_in_as_administrator"),
    *("gmail.callback_", "outlook.callback_", "sign_ins.show", "handoff.recipient_status", "handoff.owner_status"),
    *("api.list_connections", "api.get_connection", "api.get_access_token", "api.openapi"),
    *("mailboxes.index", "mailboxes.frame", "mailboxes.part", "mailboxes.source"),
    *("api.get_mailboxes", "api.get_messages", "api.get_message", "api.get_part"),
    *("api.get_attachments", "api.get_acts"),
}
_every_place = pytest.mark.parametrize("place", PLACES)


@pytest.fixture(scope="module")
def surveyor(
    chromium: Browser, portal: Portal, start_portal: StartPortal, as_administrator: StorageState
) -> Iterator[Surveyor]:
    """Open two profiles of the practice portal, signed in and not."""
    faults: list[str] = []
    contexts = [
        chromium.new_context(base_url=portal.url, reduced_motion="reduce", storage_state=state)
        for state in (as_administrator, None)
    ]
    for context in contexts:
        # Pop-ups are looked at too, and a window that Playwright has led somewhere would complain.
        context.add_init_script("window.close = () => undefined")
        context.on("console", lambda message: faults.extend(console_fault(message)))
        context.on("weberror", lambda error: faults.append(str(error.error)))
    inside, outside = (context.new_page() for context in contexts)
    somebody = Surveyor(portal=portal, inside=inside, outside=outside, start_portal=start_portal, faults=faults)
    furnish(somebody)
    yield somebody
    forget_everybody(portal)
    for context in contexts:
        context.close()


@_every_place
def test_axe_finds_nothing_in_light(surveyor: Surveyor, place: str) -> None:
    assert surveyor.look_at(place).light == []


@_every_place
def test_axe_finds_nothing_in_dark(surveyor: Surveyor, place: str) -> None:
    assert surveyor.look_at(place).dark == []


@_every_place
def test_nothing_sticks_out_sideways_however_narrow_the_screen(surveyor: Surveyor, place: str) -> None:
    assert surveyor.look_at(place).sideways == {width: [] for width in WIDTHS}


@_every_place
def test_the_console_stays_silent(surveyor: Surveyor, place: str) -> None:
    assert surveyor.look_at(place).console == []


def test_every_page_of_the_portal_is_looked_at(surveyor: Surveyor, tmp_path: Path) -> None:
    rules = create_app(Settings(data_dir=tmp_path, practice=True)).url_map
    adapter = rules.bind("127.0.0.1")
    pages = {rule.endpoint for rule in rules.iter_rules() if rule.methods and "GET" in rule.methods} - _NO_PAGES
    for place in PLACES:
        surveyor.look_at(place)

    looked_at = {adapter.match(path)[0] for path in surveyor.paths if adapter.test(path)}

    assert looked_at >= pages
