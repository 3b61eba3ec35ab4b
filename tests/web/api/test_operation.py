"""The OpenAPI document says what the routes do."""

import json
import re
from typing import Any

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient

from tests.conftest import sign_in_as
from tests.http_client import words
from tests.web.api.conftest import said
from webapp.models import Scope, User
from webapp.web.api.operation import OPERATIONS
from webapp.web.error_handlers import error_response


@pytest.fixture
def database() -> str:
    """Use one database: nothing here depends on which."""
    return "sqlite"


def test_every_route_of_the_api_is_in_the_document_and_no_other(app: Flask, client: FlaskClient) -> None:
    described = said(client.get("/api/v1/openapi.json"))
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1")), method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint.startswith("api.") and rule.endpoint not in ("api.openapi", "api.reference")
    }

    assert described["openapi"] == "3.1.0"
    assert {(path, method) for path, methods in described["paths"].items() for method in methods} == routes
    assert len(routes) == len(OPERATIONS)


def test_every_reference_in_the_document_resolves(client: FlaskClient) -> None:
    text = client.get("/api/v1/openapi.json").text
    named = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}

    assert named <= json.loads(text)["components"]["schemas"].keys()


def test_of_no_act_a_failure_of_the_portal_says_that_nothing_was_changed(app: Flask) -> None:
    acts = [f"api.{each.name}" for each in OPERATIONS if each.scope is Scope.WRITE]

    for endpoint in (*acts, "mailboxes.execute_action", "mailboxes.undo", "mailboxes.resume"):
        values: dict[str, Any] = {"connection_id": 1, "act_id": 1, "ref": "x"}
        with app.test_request_context():
            path = url_for(endpoint, **{each: values[each] for each in arguments(app, endpoint)})
        for status in (500, 503):
            with app.test_request_context(path, method="POST"):
                assert "othing was changed" not in error_response(status, plain=True).get_data(as_text=True), endpoint


def arguments(app: Flask, endpoint: str) -> set[str]:
    return {name for rule in app.url_map.iter_rules(endpoint) for name in rule.arguments}


def test_every_operation_explains_itself(client: FlaskClient) -> None:
    for methods in said(client.get("/api/v1/openapi.json"))["paths"].values():
        for described in methods.values():
            assert described["summary"]
            assert "Scope: `" in described["description"]
            assert {"401", "403"} <= described["responses"].keys()


def test_the_page_for_people_shows_every_operation(client: FlaskClient, member: User) -> None:
    sign_in_as(client, member)

    page = words(client.get("/api/v1/"))

    for operation in OPERATIONS:
        assert operation.summary in page
