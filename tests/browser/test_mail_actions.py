"""Moving and deleting mail in the browser, and taking it back: by mouse, by keyboard alone, without JavaScript."""

import pytest
from playwright.sync_api import Locator, Page, StorageState, expect

from tests.browser.action_steps import visit
from tests.browser.conftest import OpenPage
from tests.browser.keyboard import tab_to
from tests.browser.portal import Portal
from webapp.web.mailbox_slug import encode_mailbox_name

# Its mailbox is looked into by no other test.
MAIL = "/connections/5/mail"

_PRESS_TWICE = """() => {
  const stopped = [];
  document.addEventListener("submit", event => { stopped.push(event.defaultPrevented); event.preventDefault(); });
  for (let press = 0; press < 2; press++) document.querySelector(".acts button").click();
  return stopped;
}"""


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def actor(request: pytest.FixtureRequest, open_page: OpenPage, portal: Portal, as_administrator: StorageState) -> Page:
    """Open a page, signed in."""
    return open_page(portal, storage_state=as_administrator, java_script_enabled=request.param)


def look(page: Page, mailbox: str = "INBOX") -> None:
    page.goto(f"{MAIL}/{encode_mailbox_name(mailbox)}/")


def row(page: Page, subject: str) -> Locator:
    return page.locator(".letters li", has_text=subject)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def choose(page: Page, *subjects: str) -> None:
    for subject in subjects:
        page.get_by_role("checkbox", name=f"Select {subject}").check()


def test_messages_are_moved_after_a_look_and_brought_back(actor: Page) -> None:
    look(actor)
    choose(actor, "Re: Holiday plan", "Figures for October")
    press(actor, "Move to…")
    actor.get_by_label("Where to").select_option(label="Invoices")
    press(actor, "Continue")
    expect(actor.get_by_role("heading", name="2 messages will move from INBOX to Invoices.")).to_be_visible()
    press(actor, "Move 2 messages")

    expect(actor.get_by_role("status").filter(has_text="2 messages moved to Invoices.")).to_be_focused()
    expect(row(actor, "Figures for October")).to_have_count(0)

    actor.go_back()

    expect(actor.get_by_role("heading", name="None of these messages is there any more")).to_be_visible()

    actor.goto(f"{MAIL}/changes")
    actor.get_by_role("button", name="Undo 2 messages moved from INBOX to Invoices").click()

    expect(actor.get_by_text("2 messages are back in INBOX.")).to_be_visible()
    expect(actor.locator(".letters li")).to_have_count(12)


def test_a_deleted_message_comes_back_from_the_list_of_changes(actor: Page) -> None:
    look(actor, "Archive")
    actor.get_by_role("link", name="Bike rack").click()
    press(actor, "Delete")
    press(actor, "Delete 1 message")
    expect(actor.get_by_role("heading", name="Archive")).to_be_visible()
    expect(row(actor, "Bike rack")).to_have_count(0)

    actor.get_by_role("link", name="Recent changes").click()
    actor.get_by_role("button", name="Undo 1 message moved from Archive to Trash").click()

    expect(row(actor, "Bike rack")).to_have_count(1)


def test_a_copy_is_deleted_for_good_from_the_trash_and_only_it(actor: Page) -> None:
    look(actor, "Sent")
    choose(actor, "Holiday plan")
    press(actor, "Copy to…")
    actor.get_by_label("Where to").select_option(label="Trash")
    press(actor, "Continue")
    press(actor, "Copy 1 message")
    look(actor, "Trash")
    choose(actor, "Holiday plan")

    press(actor, "Delete permanently")
    expect(actor.get_by_text("This is for good")).to_be_visible()
    press(actor, "Delete 1 message permanently")

    expect(actor.get_by_text("1 message deleted permanently.")).to_be_visible()
    expect(row(actor, "Holiday plan")).to_have_count(0)
    expect(row(actor, "You have won a boat")).to_have_count(1)
    look(actor, "Sent")
    expect(row(actor, "Holiday plan")).to_have_count(1)


def test_marks_are_set_at_once(actor: Page) -> None:
    look(actor)
    choose(actor, "Lunch on Thursday?")
    press(actor, "Mark read")
    expect(actor.locator(".letters .unread")).to_have_count(2)

    row(actor, "Lunch on Thursday?").get_by_role("link").click()
    press(actor, "Mark unread")

    expect(actor.get_by_role("button", name="Mark read")).to_be_visible()


@pytest.fixture
def page(open_page: OpenPage, portal: Portal, as_administrator: StorageState) -> Page:
    """Open a page with JavaScript."""
    page = open_page(portal, storage_state=as_administrator)
    visit(page, f"{MAIL}/{encode_mailbox_name('INBOX')}/")
    return page


def test_enter_on_a_tick_shows_what_would_happen_and_marks_nothing(actor: Page) -> None:
    look(actor)
    tick = actor.get_by_role("checkbox", name="Select Lunch on Thursday?")
    tick.check()
    tick.press("Enter")

    expect(actor.get_by_text("Nothing has been changed yet.")).to_be_visible()
    expect(actor.get_by_role("heading", name="1 message will be marked as read")).to_be_visible()


def test_the_bar_comes_with_a_selection_and_counts_it(page: Page) -> None:
    bar, boxes = page.get_by_role("group", name="What to do"), page.locator(".pick input")
    expect(bar).to_be_hidden()

    boxes.nth(1).check()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(bar.get_by_role("status")).to_have_text("4 selected")
    page.get_by_label("Select all on this page").check()
    expect(bar.get_by_role("status")).to_have_text("12 selected")
    page.get_by_label("Select all on this page").uncheck()

    expect(bar).to_be_hidden()
    expect(page.locator(".pick :checked")).to_have_count(0)


def test_what_is_not_finished_goes_on_by_itself(page: Page) -> None:
    form = f"<form data-once data-goes-on action={MAIL}/changes><button>Go on</button></form>"
    portion = f"<!doctype html><title>Portion</title><script defer src=/static/app.js></script>{form}"
    page.route("**/portion", lambda route: route.fulfill(content_type="text/html", body=portion))

    page.goto("/portion", wait_until="commit")

    expect(page.get_by_role("heading", name="Recent changes")).to_be_visible()


def test_a_second_press_sends_nothing(page: Page) -> None:
    row(page, "Printer on the second floor").get_by_role("link").click()
    page.get_by_role("heading", name="Printer on the second floor").wait_for()

    stopped = page.evaluate(_PRESS_TWICE)

    assert stopped == [False, True]


def test_the_keyboard_gets_past_the_mailboxes_in_one_step(page: Page) -> None:
    look(page, "INBOX")

    tab_to(page, page.get_by_role("link", name="Skip the mailboxes"))
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    expect(page.get_by_role("searchbox")).to_be_focused()


def test_a_message_is_archived_and_brought_back_by_keyboard_alone(page: Page) -> None:
    look(page, "INBOX")
    box = page.get_by_role("checkbox", name="Select The meeting room has a plant now")

    tab_to(page, box)
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Archive", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What will happen")).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Archive 1 message"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 message moved to Archive.")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_text("1 message is back in INBOX.")).to_be_visible()
