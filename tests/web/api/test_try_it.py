"""Trying the API on its page."""

import json
import re
from html import unescape
from typing import Any

import pytest
from flask import Flask, jsonify
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import sign_in_as
from tests.http_client import post, words
from tests.web.api.mailbox import RealMailbox
from webapp.models import ApiToken, User, db
from webapp.web.api.operation import OPERATIONS
from webapp.web.api.try_it_views import shown_body

PAGE = "/api/v1/"


@pytest.fixture
def database() -> str:
    return "sqlite"


@pytest.fixture
def person(client: FlaskClient, member: User) -> FlaskClient:
    sign_in_as(client, member)
    return client


def tried(person: FlaskClient, operation: str, **fields: str) -> TestResponse:
    named = {name.replace("__", "."): value for name, value in fields.items()}
    return post(person, "/api/try", page=PAGE, operation=operation, **named)


def answer_of(page: TestResponse) -> Any:
    found = re.search(r'class="api-body">(.*?)</pre>', page.get_data(as_text=True), re.DOTALL)
    assert found
    return json.loads(unescape(found[1]))


def test_a_person_asks_with_own_rights_and_no_token(app: Flask, person: FlaskClient, real_mailbox: RealMailbox) -> None:
    real_mailbox.deliver("Hello <b>", "a.csv")
    number = real_mailbox.path.rpartition("/")[2]

    page = tried(person, "get_messages", path__connection_id=number, query__limit="1", query__subject="Hello")

    assert page.status_code == 200
    assert [each["subject"] for each in answer_of(page)["messages"]] == ["Hello <b>"]
    shown = words(page)
    assert "200 OK" in shown
    assert f"/api/v1/connections/{number}/messages?limit=1&subject=Hello'" in shown
    assert "Bearer $POSTROOM_TOKEN" in shown
    with app.app_context():
        assert db.session.query(ApiToken).count() == 1  # the one of the mailbox's own program


def test_what_changes_something_is_a_dry_run_whatever_is_sent(person: FlaskClient, real_mailbox: RealMailbox) -> None:
    real_mailbox.deliver("stays")
    body = json.dumps({"messages": real_mailbox.refs("stays"), "permanently": True, "dry_run": False})
    number = real_mailbox.path.rpartition("/")[2]

    page = tried(person, "delete_messages", path__connection_id=number, body=body)

    assert answer_of(page)["dry_run"] is True
    assert answer_of(page)["done"] == 1
    assert '"dry_run": false' not in words(page)  # in the command that asks for the same
    assert real_mailbox.subjects() == ["stays"]


@pytest.mark.parametrize(
    ("operation", "fields", "status"),
    [
        ("get_connection", {"path__connection_id": "99"}, 404),
        ("get_connection", {"path__connection_id": "x"}, 404),
        ("get_connection", {"path__connection_id": "1/messages"}, 404),
        ("get_connection", {}, 404),
        ("get_message", {"path__connection_id": "1", "path__ref": "../../x.y"}, 404),
        ("list_connections", {"query__limit": "1000"}, 422),
        ("list_connections", {"query__cursor": "\x00"}, 422),
        ("move_messages", {"path__connection_id": "1", "body": "{"}, 400),
        ("move_messages", {"path__connection_id": "1", "body": "[" * 50_000}, 400),
        ("move_messages", {"path__connection_id": "1", "body": '{"to": "a", "to": "b"}'}, 422),
    ],
)
def test_what_is_wrong_is_answered_as_a_program_would_be(
    person: FlaskClient, operation: str, fields: dict[str, str], status: int
) -> None:
    page = tried(person, operation, **fields)

    assert page.status_code == 200
    assert answer_of(page)["status"] == status


@pytest.mark.parametrize(
    "operation", ["create_connection", "delete_connection", "undo_act", "test_connection", "x", ""]
)
def test_what_cannot_be_tried_without_a_change_is_not_offered(person: FlaskClient, operation: str) -> None:
    assert tried(person, operation, path__connection_id="1").status_code == 404
    assert f'name="operation" value="{operation}"' not in person.get(PAGE).get_data(as_text=True)


def test_every_other_operation_has_its_form(person: FlaskClient) -> None:
    page = person.get(PAGE).get_data(as_text=True)

    for operation in OPERATIONS:
        assert (f'value="{operation.name}"' in page) is operation.is_safe


def test_a_strangers_form_and_a_stranger_get_nowhere(app: Flask, person: FlaskClient) -> None:
    assert person.post("/api/try", data={"operation": "list_connections"}).status_code == 400
    stranger = app.test_client().post("/api/try", data={"operation": "list_connections"})
    assert (stranger.status_code, str(stranger.location)[:8]) == (303, "/sign-in")


def test_a_file_and_a_secret_are_not_shown(app: Flask, person: FlaskClient, real_mailbox: RealMailbox) -> None:
    real_mailbox.deliver("with a file", "figures.csv")
    (ref,) = real_mailbox.refs("with a file")
    number = real_mailbox.path.rpartition("/")[2]

    page = words(tried(person, "get_part", path__connection_id=number, path__ref=ref, path__section="2"))
    assert "figures.csv" in page
    assert "a file, which is not shown here" in page

    person.environ_base |= {"HTTP_IF_NONE_MATCH": "*", "HTTP_RANGE": "bytes=1-"}
    page = words(tried(person, "get_part", path__connection_id=number, path__ref=ref, path__section="2"))
    assert "a file, which is not shown here" in page

    operation = next(each for each in OPERATIONS if each.name == "get_access_token")
    with app.test_request_context():
        given = jsonify({"access_token": "ya29.secret", "account": "ann@example.com"})
    shown = shown_body(given, operation)
    assert "ya29.secret" not in shown
    assert "ann@example.com" in shown
