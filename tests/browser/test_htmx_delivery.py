"""Where htmx comes from: the CDN when it delivers the right bytes, otherwise the portal's own copy."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.action_steps import rest, started, visit
from webapp.web.htmx import HTMX_URL, local_copy

LOCAL = "**/vendor/htmx-*.js"
# The person who would wait for the CDN a while and then go on, waits without end.
_NEVER_TIRED = "setTimeout = (wait => (act, time) => time < 1000 ? wait(act, time) : 0)(setTimeout)"
Requests = list[str]


@pytest.fixture
def local_requests(page: Page) -> Requests:
    """Collect the requests for the local copy."""
    asked: Requests = []
    page.on("request", lambda request: asked.append(request.url) if "/vendor/" in request.url else None)
    return asked


def delivering(body: bytes) -> Callable[[Route], Any]:
    """Answer as the CDN does."""
    headers = {"Access-Control-Allow-Origin": "*", "Content-Type": "application/javascript; charset=utf-8"}
    return lambda route: route.fulfill(body=body, headers=headers)


def assert_htmx_works(page: Page) -> None:
    page.get_by_role("radio", name="Outlook OAuth2").check()
    expect(page.locator("#provider-fields")).to_contain_text("Connect to Microsoft account")
    rest(page)


def test_the_copy_of_the_cdn_is_used_when_it_answers(page: Page, local_requests: Requests) -> None:
    page.route(HTMX_URL, delivering(local_copy().read_bytes()))

    visit(page, "/connections/new")

    assert_htmx_works(page)
    assert local_requests == []


def test_an_altered_copy_is_refused_and_the_local_one_takes_over(page: Page, local_requests: Requests) -> None:
    page.route(HTMX_URL, delivering(local_copy().read_bytes() + b"\nwindow.altered = true;"))

    visit(page, "/connections/new")

    assert_htmx_works(page)
    assert page.evaluate("window.altered") is None
    assert len(local_requests) == 1


def test_a_cdn_that_cannot_be_reached_costs_nothing(page: Page, local_requests: Requests) -> None:
    visit(page, "/connections/new")

    assert_htmx_works(page)
    assert len(local_requests) == 1


def test_a_failure_before_the_portal_own_script_has_arrived_is_not_missed(page: Page) -> None:
    page.add_init_script(_NEVER_TIRED)
    held: list[Route] = []
    page.route("**/boot.js", lambda route: held.append(route))
    with page.expect_event("requestfailed"):
        page.goto("/connections/new", wait_until="commit")

    with page.expect_request(LOCAL):
        held.pop().continue_()


def test_a_cdn_that_never_answers_is_waited_for_only_briefly(page: Page, local_requests: Requests) -> None:
    held: list[Route] = []
    page.route(HTMX_URL, lambda route: held.append(route))

    with page.expect_request(LOCAL, timeout=5000):
        page.goto("/connections/new", wait_until="commit")

    started(page)
    assert_htmx_works(page)
    assert len(held) == 1
    held.pop().abort()
