"""Who may do what over the API: every operation, asked by everybody."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.conftest import MakeProgram, Program
from tests.conftest import sign_in_as
from tests.connections.conftest import MakeConnection
from webapp.api.contract import OPERATIONS
from webapp.models import Scope, User

# Whoever asks; a token has all scopes and all connections unless its name says otherwise.
EVERYBODY = (
    "nobody", "signed-in browser", "made-up token",
    "member", "owner", "administrator",
    "read only", "access-token only", "manage only",
    "limited to it", "limited to another",
)  # fmt: skip

# What each is answered, in that order. A password has no access token: 409 is for those who may ask.
ANSWERS = {
    "list_connections":  (401, 401, 401, 200, 200, 200, 200, 403, 403, 200, 200),
    "get_connection":    (401, 401, 401, 200, 200, 200, 200, 403, 403, 200, 404),
    "create_connection": (401, 401, 401, 201, 201, 201, 403, 403, 201, 403, 403),
    "delete_connection": (401, 401, 401, 403, 204, 204, 403, 403, 204, 204, 404),
    "test_connection":   (401, 401, 401, 200, 200, 200, 200, 403, 403, 200, 404),
    "get_access_token":  (401, 401, 401, 409, 409, 409, 403, 409, 403, 409, 404),
    "get_mailboxes":     (401, 401, 401, 200, 200, 200, 200, 403, 403, 200, 404),
    "get_messages":      (401, 401, 401, 200, 200, 200, 200, 403, 403, 200, 404),
    # Of a message whose mailbox was made anew (UIDVALIDITY): 410 is for those who may ask.
    "get_message":       (401, 401, 401, 410, 410, 410, 410, 403, 403, 410, 404),
    "get_part":          (401, 401, 401, 410, 410, 410, 410, 403, 403, 410, 404),
}  # fmt: skip


def path_of(operation: Any, connection_id: int) -> str:
    """Fill in the path of an operation; the message it names is of a mailbox that was made anew."""
    path = str(operation.path).replace("<id:connection_id>", str(connection_id))
    return path.replace("<ref>", "SU5CT1g.1.4711").replace("<section>", "1")


@dataclass(frozen=True)
class World:
    """A connection that works, another one, and programs of everybody."""

    app: Flask
    people: dict[str, User]
    make_program: MakeProgram
    make_connection: MakeConnection

    def program(self, who: str, connection_id: int, another: int) -> Program:
        if who in ("nobody", "signed-in browser", "made-up token"):
            client = self.app.test_client()
            if who == "signed-in browser":
                sign_in_as(client, self.people["owner"])
            return Program(client, "postroom_" + "x" * 43 if who == "made-up token" else "")
        scope = who.removesuffix(" only")
        scopes = (Scope(scope),) if scope != who else ()
        limits = {"limited to it": [connection_id], "limited to another": [another]}
        return self.make_program(self.people.get(who, self.people["owner"]), *scopes, only=limits.get(who))


@pytest.fixture
def world(
    app: Flask, member: User, administrator: User, make_user: Callable[..., User], program: MakeProgram,
    make_connection: MakeConnection,
) -> World:  # fmt: skip
    owner = make_user("olga@example.com", name="Olga")
    people = {"owner": owner, "member": member, "administrator": administrator}
    return World(app, people, program, make_connection)


def test_the_table_speaks_of_every_operation_and_of_everybody() -> None:
    assert ANSWERS.keys() == {operation.name for operation in OPERATIONS}
    assert {len(row) for row in ANSWERS.values()} == {len(EVERYBODY)}
    assert {f"{scope.value} only" for scope in Scope} <= set(EVERYBODY)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_everybody_gets_what_the_table_says(
    world: World, fields: Callable[..., dict[str, str]], operation: Any
) -> None:
    another = world.make_connection(world.people["owner"], name="Another")
    answers = []
    for number, who in enumerate(EVERYBODY):
        connection_id = world.make_connection(world.people["owner"], name=f"Asked by {who}")
        body = {**fields(name=f"Made by {who}"), "port": 993} if operation.body else None
        path = path_of(operation, connection_id)
        asking = world.program(who, connection_id, another)
        answers.append(asking.ask(operation.method, path, json=body).status_code)
        if operation.method == "GET":
            assert asking.ask("HEAD", path).status_code == ANSWERS[operation.name][number], who

    assert dict(zip(EVERYBODY, answers, strict=True)) == dict(zip(EVERYBODY, ANSWERS[operation.name], strict=True))


def test_a_limited_token_lists_its_own_only(world: World) -> None:
    owner = world.people["owner"]
    one, other = world.make_connection(owner), world.make_connection(owner, name="Another")

    listed = world.program("limited to another", one, other).read("/connections")["connections"]

    assert [each["id"] for each in listed] == [other]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_to_ask_which_methods_there_are_does_nothing(client: FlaskClient, operation: Any) -> None:
    answer = client.options("/api/v1" + path_of(operation, 1))

    assert (answer.status_code, answer.get_data()) == (200, b"")
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(("path", "status"), [("/api/v1/openapi.json", 200), ("/api/v1/", 303)])
def test_strangers_read_the_contract_and_people_its_page(
    client: FlaskClient, member: User, path: str, status: int
) -> None:
    assert client.get(path).status_code == status
    sign_in_as(client, member)
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/connections/", "/account", "/account/tokens/", "/hand-offs/1", "/api/v1/"])
def test_a_token_opens_no_page(world: World, path: str) -> None:
    text = world.program("administrator", 0, 0).token

    answer = world.app.test_client().get(path, headers={"Authorization": f"Bearer {text}"})

    assert answer.status_code == 303
    assert str(answer.location).startswith("/sign-in")
