"""Who may do what over the API: every operation, asked by everybody."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, update

from tests.conftest import password_hash, portal_in, sign_in_as
from tests.web.api.conftest import MakeProgram, Program
from tests.web.pages.connections.conftest import MakeConnection
from webapp.core.imap.protocol.session_pool import close_idle
from webapp.models import ApiToken, Role, Scope, User, db, token_hash, utcnow
from webapp.web.api.operation import OPERATIONS
from webapp.web.extensions import limiter

# The person who asks, by what gets in; a token has all scopes and all connections unless its name says otherwise.
OUTSIDERS = (
    "nobody", "signed-in browser", "made-up token", "expired token", "revoked token", "deactivated person",
)  # fmt: skip
INSIDERS = (
    "member", "owner", "administrator",
    "read only", "write only", "access-token only", "manage only",
    "limited to it", "limited to another",
)  # fmt: skip

# What insiders are answered, in that order; outsiders are always answered 401.
ANSWERS = {
    "list_connections":  (200, 200, 200, 200, 403, 403, 403, 200, 200),
    "get_connection":    (200, 200, 200, 200, 403, 403, 403, 200, 404),
    "create_connection": (201, 201, 201, 403, 403, 403, 201, 403, 403),
    "delete_connection": (403, 204, 204, 403, 403, 403, 204, 204, 404),
    "test_connection":   (200, 200, 200, 200, 403, 403, 403, 200, 404),
    # A password has no access token: 409 is for those who may ask.
    "get_access_token":  (409, 409, 409, 403, 403, 409, 403, 409, 404),
    "get_mailboxes":     (200, 200, 200, 200, 403, 403, 403, 200, 404),
    "get_messages":      (200, 200, 200, 200, 403, 403, 403, 200, 404),
    "get_attachments":   (200, 200, 200, 200, 403, 403, 403, 200, 404),
    "get_acts":          (200, 200, 200, 200, 403, 403, 403, 200, 404),
    # Of a message whose mailbox was made again (UIDVALIDITY): 410 is for those who may ask.
    "get_message":       (410, 410, 410, 410, 403, 403, 403, 410, 404),
    "get_part":          (410, 410, 410, 410, 403, 403, 403, 410, 404),
    "set_message_flags": (410, 410, 410, 403, 410, 403, 403, 410, 404),
    "move_messages":     (410, 410, 410, 403, 410, 403, 403, 410, 404),
    "copy_messages":     (410, 410, 410, 403, 410, 403, 403, 410, 404),
    "delete_messages":   (410, 410, 410, 403, 410, 403, 403, 410, 404),
    # An act that the connection never had: 404 for all who may ask, with words that say which is missing.
    "undo_act":          (404, 404, 404, 403, 404, 403, 403, 404, 404),
}  # fmt: skip

REF = "SU5CT1g.1.4711"
_numbers = count(1)


@pytest.fixture(scope="module")
def app(ready_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Return one portal for the whole table, on SQLite: who gets in is not asked of the database in another way."""
    with portal_in(tmp_path_factory.mktemp("authorisation"), ready_folder) as app:
        yield app
    close_idle()


@pytest.fixture(scope="module")
def people(app: Flask) -> dict[str, User]:
    """Make the people, and a connection's owner among them."""
    roles = {"owner": Role.MEMBER, "member": Role.MEMBER, "administrator": Role.ADMINISTRATOR, "gone": Role.MEMBER}
    with app.app_context():
        found = {
            name: User(
                name=name,
                address=f"{name}@example.com",
                role=role,
                active=name != "gone",
                password_hash=password_hash(),
            )
            for name, role in roles.items()
        }
        db.session.add_all(found.values())
        db.session.commit()
        db.session.expunge_all()
    return found


@dataclass(frozen=True)
class World:
    """A connection that works, another one, and programs of everybody."""

    app: Flask
    people: dict[str, User]
    make_program: MakeProgram
    make_connection: MakeConnection

    def connect(self) -> int:
        """Make a connection of the owner's."""
        return self.make_connection(self.people["owner"], name=f"Connection {next(_numbers)}")

    def program(self, who: str, connection_id: int, another: int) -> Program:
        """Return a program with a fresh token of a person's."""
        scope = who.removesuffix(" only")
        scopes = (Scope(scope),) if scope != who else ()
        limits = {"limited to it": [connection_id], "limited to another": [another]}
        person = self.people["gone" if who == "deactivated person" else who if who in self.people else "owner"]
        program = self.make_program(person, *scopes, only=limits.get(who))
        if who in ("nobody", "signed-in browser"):
            program.token = ""
        if who == "signed-in browser":
            sign_in_as(program.client, person)
        if who == "made-up token":
            program.token = f"postroom_{'x' * 43}"
        with self.app.app_context():
            its = ApiToken.token_hash == token_hash(program.token)
            if who == "expired token":
                db.session.execute(update(ApiToken).where(its).values(expires_at=utcnow() - timedelta(seconds=1)))
            if who == "revoked token":
                db.session.execute(delete(ApiToken).where(its))
            db.session.commit()
        return program


@pytest.fixture
def world(app: Flask, people: dict[str, User], program: MakeProgram, make_connection: MakeConnection) -> World:
    with app.app_context():
        limiter.storage.reset()  # of the wrong tokens of the row before
    return World(app, people, program, make_connection)


def path_of(operation: Any, connection_id: int) -> str:
    """Fill in the path of an operation; the message it names is of a mailbox that was made again."""
    places = {"<id:connection_id>": connection_id, "<id:act_id>": 4711, "<ref:ref>": REF, "<section>": 1}
    path = str(operation.path)
    for place, value in places.items():
        path = path.replace(place, str(value))
    return path


def body_of(operation: Any, fields: Callable[..., dict[str, str]]) -> dict[str, Any] | None:
    """Return a body that is in order."""
    if operation.name == "create_connection":
        return {**fields(name=f"Connection {next(_numbers)}"), "port": 993}
    known = {"messages": [REF], "to": "Archive", "add": ["seen"]}
    return {name: known[name] for name in operation.body.model_fields if name in known} if operation.body else None


def test_the_table_speaks_of_every_operation_and_of_everybody() -> None:
    assert ANSWERS.keys() == {operation.name for operation in OPERATIONS}
    assert {len(row) for row in ANSWERS.values()} == {len(INSIDERS)}
    assert {f"{scope.value} only" for scope in Scope} <= set(INSIDERS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_everybody_gets_what_the_table_says(
    world: World, fields: Callable[..., dict[str, str]], operation: Any
) -> None:
    said = dict(zip((*OUTSIDERS, *INSIDERS), (401,) * len(OUTSIDERS) + ANSWERS[operation.name], strict=True))
    another, connection_id = world.connect(), world.connect()
    heard, without_body = {}, {}
    for who in said:
        if operation.name == "delete_connection":
            connection_id = world.connect()
        path, asking = path_of(operation, connection_id), world.program(who, connection_id, another)
        heard[who] = asking.ask(operation.method, path, json=body_of(operation, fields)).status_code
        if operation.method == "GET":
            without_body[who] = asking.ask("HEAD", path).status_code

    assert heard == said
    assert without_body in ({}, said)


def test_a_limited_token_lists_its_own_only(world: World) -> None:
    one, other = world.connect(), world.connect()

    listed = world.program("limited to another", one, other).read("/connections")["connections"]

    assert [each["id"] for each in listed] == [other]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_to_ask_which_methods_there_are_does_nothing(client: FlaskClient, operation: Any) -> None:
    answer = client.options("/api/v1" + path_of(operation, 1))

    assert (answer.status_code, answer.get_data()) == (200, b"")
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(("path", "status"), [("/api/v1/openapi.json", 200), ("/api/v1/", 303)])
def test_strangers_read_the_contract_and_people_its_page(
    client: FlaskClient, people: dict[str, User], path: str, status: int
) -> None:
    assert client.get(path).status_code == status
    sign_in_as(client, people["member"])
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/connections/", "/account", "/account/tokens/", "/hand-offs/1", "/api/v1/"])
def test_a_token_opens_no_page(world: World, path: str) -> None:
    text = world.program("administrator", 0, 0).token

    answer = world.app.test_client().get(path, headers={"Authorization": f"Bearer {text}"})

    assert answer.status_code == 303
    assert str(answer.location).startswith("/sign-in")
