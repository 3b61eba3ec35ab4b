"""Who may do what: every route of accounts and of the administration, for no one, a member and an administrator."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import sign_in_as
from tests.http_client import post, words
from webapp.models import User

# route: answer to no one, to a member, to an administrator
TO_LOOK = {
    "/sign-in": (200, 303, 303),
    "/account": (303, 200, 200),
    "/account/tokens/": (303, 200, 200),
    "/administration/": (303, 403, 303),
    "/administration/people": (303, 403, 200),
    "/administration/people?q=x&page=2": (303, 403, 200),
    "/administration/people/invite": (303, 403, 200),
    "/administration/people/1": (303, 403, 200),
    "/administration/people/999": (303, 403, 404),
    "/administration/link": (303, 403, 200),
    "/administration/oauth/gmail": (303, 403, 200),
    "/administration/oauth/yahoo": (303, 403, 404),
}
TO_SEND = {
    "/sign-out": (303, 303, 303),
    "/account": (303, 422, 422),
    "/account/devices/999/sign-out": (303, 303, 303),
    "/account/sign-out-elsewhere": (303, 303, 303),
    "/account/tokens/": (303, 422, 422),
    "/account/tokens/999/revoke": (303, 404, 404),
    "/administration/people/invite": (303, 403, 422),
    "/administration/invitations/999/withdraw": (303, 403, 303),
    "/administration/people/1/role": (303, 403, 422),
    "/administration/people/1/deactivate": (303, 403, 303),
    "/administration/people/1/reactivate": (303, 403, 303),
    "/administration/people/1/new-password-link": (303, 403, 303),
    "/administration/people/999/deactivate": (303, 403, 404),
    "/administration/oauth/gmail": (303, 403, 422),
    "/administration/oauth/gmail/check": (303, 403, 422),
    "/administration/oauth/gmail/remove": (303, 403, 303),
}
WHO = ("nobody", "member", "administrator")


@pytest.fixture
def database() -> str:
    """Use one database: nothing here depends on which."""
    return "sqlite"


@pytest.fixture
def visitors(app: Flask, administrator: User, member: User) -> dict[str, FlaskClient]:
    """Return a browser of each."""
    browsers = {who: app.test_client() for who in WHO}
    sign_in_as(browsers["member"], member)
    sign_in_as(browsers["administrator"], administrator)
    return browsers


@pytest.mark.parametrize("path", TO_LOOK)
def test_who_may_look(visitors: dict[str, FlaskClient], path: str) -> None:
    assert tuple(visitors[who].get(path).status_code for who in WHO) == TO_LOOK[path]


@pytest.mark.parametrize("path", TO_SEND)
def test_who_may_send(visitors: dict[str, FlaskClient], path: str) -> None:
    pages = {"nobody": "/sign-in", "member": "/account", "administrator": "/account"}

    assert tuple(post(visitors[who], path, page=pages[who]).status_code for who in WHO) == TO_SEND[path]


@pytest.mark.parametrize("path", TO_SEND)
def test_nothing_is_sent_without_a_form_token(visitors: dict[str, FlaskClient], path: str) -> None:
    # No one is led to the sign-in, as a page that another tab signed out is.
    assert [visitors[who].post(path).status_code for who in WHO] == [303, 400, 400]


def test_the_table_names_every_route(app: Flask) -> None:
    routes = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in ("accounts", "admin") and not rule.endpoint.startswith("accounts.links.")
        for method in (rule.methods or set()) & {"GET", "POST"}
    }
    adapter = app.url_map.bind("localhost")

    named = {(adapter.match(path.partition("?")[0], "GET")[0], "GET") for path in TO_LOOK}
    named |= {(adapter.match(path, "POST")[0], "POST") for path in TO_SEND}

    # Signing in is tested on its own.
    assert routes - {("accounts.sign_in", "POST")} == named


def test_a_member_reads_whom_to_ask(visitors: dict[str, FlaskClient]) -> None:
    assert "This page is for administrators" in words(visitors["member"].get("/administration/people"))


def test_htmx_without_a_session_is_led_to_the_sign_in_page_as_a_whole(client: FlaskClient) -> None:
    response = client.get("/administration/people", headers={"HX-Request": "true"})

    assert (response.status_code, response.headers["HX-Redirect"]) == (204, "/sign-in")
