"""The API page in the browser: an operation is tried, with JavaScript and without."""

import pytest
from playwright.sync_api import StorageState, expect

from tests.browser.conftest import OpenPage
from tests.browser.portal import Portal


@pytest.mark.parametrize("java_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_an_operation_is_tried_as_the_person_who_is_signed_in(
    open_page: OpenPage, portal: Portal, as_administrator: StorageState, java_script: bool
) -> None:
    page = open_page(portal, storage_state=as_administrator, java_script_enabled=java_script)
    page.goto("/api/v1/")
    page.get_by_role("link", name="List or search messages").click()
    card = page.locator("#get_messages")
    card.get_by_text("Try it", exact=True).first.click()
    card.get_by_label("Connection").select_option(label="Invoices inbox")
    card.get_by_label("subject").fill("plant")

    card.get_by_role("button", name="Try it").click()

    shown = card if java_script else page.get_by_role("main")
    expect(shown.get_by_text("200 OK")).to_be_visible()
    expect(shown.locator(".api-body")).to_contain_text('"subject": "The meeting room has a plant now"')
    expect(shown.get_by_text("messages?subject=plant")).to_be_visible()
