"""Every form comes from a page of the portal, and everything but the way in wants a person who is signed in."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.routing import Rule

from tests.conftest import csrf_token, sign_in_as
from tests.http_client import ANY_PAGE
from webapp.models import Connection, User, UserSession, db

# What strangers may use: the way in, its links, and what every page needs.
OPEN = {
    "accounts.sign_in",
    "accounts.links.join",
    "accounts.links.new_password",
    "site.health",
    "site.htmx_file",
    "static",
    # A provider sends people here, signed in or not; a stranger is told so, on an address without the code.
    "gmail.callback_",
    "gmail.over",
    "outlook.callback_",
    "outlook.over",
    # Help is for everybody, an administrator of mailboxes too, who has no account here.
    *("help.index", "help.search", "help.explain", "help.codes", "help.problem", "help.guide"),
    # The person who fixes has no account here: the token in the path lets them in.
    *("handoff.recipient_page", "handoff.recipient_status", "handoff.check_again"),
}


# What fits a place in a path, by its converter.
PLACES = {"": "unknown", "ref": "SU5CT1g.1.1"}


def routes(app: Flask, method: str, *, of_api: bool = False) -> Iterator[tuple[Rule, str]]:
    """Yield every route of the pages, or of the API, that takes a method, with a path that fits it."""
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()) and rule.rule.startswith("/api/v1/") is of_api:
            path = re.sub(r"<(?:([^<>:]*):)?\w+>", lambda it: PLACES.get(it[1] or "", "1"), rule.rule)
            yield rule, path


@pytest.fixture
def database() -> str:
    return "sqlite"


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["browser", "htmx"])
def test_no_form_is_taken_without_its_token(
    app: Flask, client: FlaskClient, administrator: User, headers: dict[str, str]
) -> None:
    sign_in_as(client, administrator)

    answers = {path: client.post(path, headers=headers).status_code for _, path in routes(app, "POST")}

    assert len(answers) > 10
    assert {path for path, status in answers.items() if status != 400} == set()


def test_no_form_is_taken_with_the_token_of_somebody_else(app: Flask, client: FlaskClient, administrator: User) -> None:
    sign_in_as(client, administrator)
    stolen = csrf_token(app.test_client(), ANY_PAGE)

    answers = {path: client.post(path, data={"csrf_token": stolen}).status_code for _, path in routes(app, "POST")}

    assert {path for path, status in answers.items() if status != 400} == set()


def test_a_form_refused_for_its_token_changes_nothing(app: Flask, client: FlaskClient, administrator: User) -> None:
    sign_in_as(client, administrator)
    for _, path in routes(app, "POST"):
        client.post(path)

    with app.app_context():
        left = [db.session.scalar(select(func.count()).select_from(model)) for model in (User, UserSession, Connection)]
    assert left == [1, 1, 0]


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_the_cookie_of_a_browser_opens_nothing_of_the_api(
    app: Flask, client: FlaskClient, administrator: User, method: str
) -> None:
    sign_in_as(client, administrator)
    asked = [
        path for rule, path in routes(app, method, of_api=True) if rule.endpoint not in ("api.openapi", "api.reference")
    ]

    assert asked
    assert {client.open(path, method=method).status_code for path in asked} == {401}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_stranger_is_asked_to_sign_in_everywhere_else(app: Flask, client: FlaskClient, method: str) -> None:
    def led_to(path: str) -> str:
        token = {"csrf_token": csrf_token(client, ANY_PAGE)}
        return client.open(path, method=method, data=token if method == "POST" else {}).headers.get("Location", "")

    led = {rule.endpoint: led_to(path) for rule, path in routes(app, method) if rule.endpoint not in OPEN}

    # The front door leads on from there.
    assert {endpoint for endpoint, place in led.items() if not place.startswith("/sign-in")} <= {"site.home"}


def test_looking_never_changes_anything(app: Flask, client: FlaskClient, administrator: User) -> None:
    sign_in_as(client, administrator)

    for _, path in routes(app, "GET"):
        client.get(path, buffered=True)

    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(UserSession)) == 1
        assert db.session.scalar(select(User.active)) is True
