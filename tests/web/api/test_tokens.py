"""Bearer tokens: who gets in, with what, and what is written down."""

import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.conftest import MakeUser, sign_in_as
from tests.http_client import post, words
from tests.web.api.conftest import MakeProgram, Program, said
from tests.web.pages.connections.conftest import MakeConnection
from webapp.models import ApiToken, Scope, User, db, utcnow


@pytest.fixture
def database() -> str:
    """Use one database: nothing here depends on which."""
    return "sqlite"


def change(app: Flask, model: type, **values: object) -> None:
    with app.app_context():
        db.session.execute(update(model).values(**values))
        db.session.commit()


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YTpi", "Bearer nonsense", "Bearer \u00e9"])
def test_without_a_token_in_force_nobody_gets_in(client: FlaskClient, header: str | None) -> None:
    answer = client.get("/api/v1/connections", headers={} if header is None else {"Authorization": header})

    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="Postroom"')
    assert said(answer)["status"] == 401


def test_a_signed_in_browser_is_not_a_token(client: FlaskClient, member: User) -> None:
    sign_in_as(client, member)

    assert client.get("/api/v1/connections").status_code == 401


def test_a_token_lets_its_person_in_until_it_expires(app: Flask, program: MakeProgram, member: User) -> None:
    nightly = program(member, days=1)
    assert nightly.get("/connections").status_code == 200

    change(app, ApiToken, expires_at=utcnow() - timedelta(seconds=1))

    assert nightly.get("/connections").status_code == 401


def test_who_is_deactivated_takes_the_tokens_along(app: Flask, program: MakeProgram, member: User) -> None:
    nightly = program(member)

    change(app, User, active=False)

    assert nightly.get("/connections").status_code == 401


@pytest.mark.parametrize("scope", Scope)
def test_a_scope_opens_its_own_operations_only(
    program: MakeProgram, member: User, make_connection: MakeConnection, scope: Scope
) -> None:
    connection_id = make_connection(member)
    nightly = program(member, scope)
    asked = {
        ("GET", "/connections", Scope.READ),
        ("GET", f"/connections/{connection_id}", Scope.READ),
        ("POST", f"/connections/{connection_id}/test", Scope.READ),
        ("GET", f"/connections/{connection_id}/access-token", Scope.ACCESS_TOKEN),
        ("POST", "/connections", Scope.MANAGE),
        ("DELETE", f"/connections/{connection_id}", Scope.MANAGE),
    }

    for method, path, needed in asked:
        answer = nightly.ask(method, path)
        assert (answer.status_code == 403) is (needed is not scope), (method, path)
        if needed is not scope:
            assert f'scope="{needed.value}"' in answer.headers["WWW-Authenticate"]


def test_a_limited_token_sees_its_connections_and_no_other(
    program: MakeProgram, member: User, make_connection: MakeConnection
) -> None:
    mine, other = make_connection(member), make_connection(member, name="Another")
    nightly = program(member, only=[mine])

    assert [each["id"] for each in nightly.read("/connections")["connections"]] == [mine]
    assert nightly.get(f"/connections/{mine}").status_code == 200
    for method, path in (("GET", ""), ("POST", "/test"), ("GET", "/access-token"), ("DELETE", "")):
        assert nightly.ask(method, f"/connections/{other}{path}").status_code == 404


def test_a_limited_token_whose_connections_are_gone_sees_nothing(
    program: MakeProgram, member: User, make_connection: MakeConnection
) -> None:
    mine, other = make_connection(member), make_connection(member, name="Another")
    nightly = program(member, only=[mine])
    program(member).ask("DELETE", f"/connections/{mine}")

    assert nightly.read("/connections")["connections"] == []
    assert nightly.get(f"/connections/{other}").status_code == 404


def test_when_a_token_was_used_is_written_down_once_a_minute(app: Flask, program: MakeProgram, member: User) -> None:
    nightly = program(member)
    seen = []
    for _ in range(2):
        nightly.get("/connections")
        with app.app_context():
            seen.append(db.session.scalars(select(ApiToken.last_used_at)).one())

    assert seen[0] is not None
    assert seen[0] == seen[1]


def test_only_the_hash_of_a_token_is_stored(app: Flask, program: MakeProgram, member: User) -> None:
    nightly = program(member)

    with app.app_context():
        row = db.session.scalars(select(ApiToken)).one()
        stored = f"{row.token_hash} {row.beginning} {row.name} {row.scopes}"
    assert nightly.token not in stored
    assert nightly.token.startswith(row.beginning)
    assert len(nightly.token) - len(row.beginning) > 32


def test_the_page_makes_a_token_that_is_shown_once(app: Flask, client: FlaskClient, member: User) -> None:
    sign_in_as(client, member)

    made = post(client, "/account/tokens/", name="Nightly", scopes="read", days="30").get_data(as_text=True)
    found = re.search(r'id="new-token" value="([^"]+)"', made)
    assert found

    assert Program(app.test_client(), found[1]).get("/connections").status_code == 200
    later = client.get("/account/tokens/")
    assert found[1] not in later.get_data(as_text=True)
    assert "Nightly" in words(later)


def test_the_page_limits_a_token_to_what_was_chosen(
    app: Flask, client: FlaskClient, member: User, make_connection: MakeConnection
) -> None:
    mine = make_connection(member)
    make_connection(member, name="Another")
    sign_in_as(client, member)

    made = post(client, "/account/tokens/", name="Nightly", scopes="read", days="", connections=str(mine)).get_data(
        as_text=True
    )
    token = re.findall(r'id="new-token" value="([^"]+)"', made)[0]

    listed = Program(app.test_client(), token).read("/connections")["connections"]
    assert [each["id"] for each in listed] == [mine]


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"name": "x" * 101}, {"scopes": ""}, {"scopes": "root"}, {"days": "1000"}, {"connections": "99"}],
)
def test_the_page_makes_nothing_of_what_is_wrong(
    app: Flask, client: FlaskClient, member: User, wrong: dict[str, str]
) -> None:
    sign_in_as(client, member)

    answer = post(client, "/account/tokens/", **{"name": "Nightly", "scopes": "read", "days": "30", **wrong})

    assert answer.status_code == 422
    with app.app_context():
        assert db.session.scalar(select(ApiToken)) is None


def test_a_revoked_token_is_shut_out_and_nobody_revokes_another_persons(
    app: Flask, client: FlaskClient, program: MakeProgram, member: User, make_user: MakeUser
) -> None:
    nightly = program(member)
    with app.app_context():
        number = db.session.scalars(select(ApiToken.id)).one()
    other = app.test_client()
    sign_in_as(other, make_user("cleo@example.com", name="Cleo"))
    sign_in_as(client, member)

    assert post(other, f"/account/tokens/{number}/revoke", page="/account/tokens/").status_code == 404
    assert nightly.get("/connections").status_code == 200
    assert post(client, f"/account/tokens/{number}/revoke", page="/account/tokens/").status_code == 303
    assert nightly.get("/connections").status_code == 401


def test_scripts_make_list_and_revoke_tokens(app: Flask, member: User, make_connection: MakeConnection) -> None:
    make_connection(member)
    run = app.test_cli_runner().invoke

    made = run(
        args=["tokens", "create", member.address, "--name", "Nightly", "--scope", "access-token", "--days", "7",
              "--connection", "invoices  INBOX"]
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    listed = run(args=["tokens", "list", "--json"]).output
    assert '"scopes": ["access-token"]' in listed
    assert '"connections": ["Invoices inbox"]' in listed
    nightly = Program(app.test_client(), made.output.strip())
    assert nightly.get("/connections").status_code == 403

    number = re.findall(r'"id": (\d+)', listed)[0]
    assert run(args=["tokens", "revoke", number]).output == "Revoked.\n"
    assert nightly.get("/connections").status_code == 401
    assert run(args=["tokens", "revoke", number]).exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [["nobody@example.com", "--name", "x"], ["ben@example.com", "--name", "x", "--connection", "None such"]],
)
def test_scripts_are_told_who_or_what_is_missing(app: Flask, member: User, arguments: list[str]) -> None:
    told = app.test_cli_runner().invoke(args=["tokens", "create", *arguments])

    assert told.exit_code == 1
    assert "no" in told.output


def test_no_transaction_is_open_while_the_body_is_waited_for(
    app: Flask, program: MakeProgram, member: User, fields: Callable[..., dict[str, str]]
) -> None:
    nightly = program(member)
    nightly.get("/connections")
    held: list[bool] = []

    class Slow(io.BytesIO):
        def readinto(self, buffer: Any) -> int:
            held.append(db.session().in_transaction())
            return super().readinto(buffer)

    body = json.dumps({**fields(), "port": 993}).encode()
    answer = nightly.ask(
        "POST", "/connections", input_stream=Slow(body), content_length=len(body), content_type="application/json"
    )

    assert answer.status_code == 201
    assert held
    assert not any(held)


@pytest.mark.parametrize("arguments", [["create", "ben@example.com", "--name", "x" * 101],
                                       ["create", "ben@example.com", "--name", " "],
                                       ["create", "ben@example.com", "--name", "a\nb"],
                                       ["revoke", "99999999999999999999"]])  # fmt: skip
def test_scripts_are_told_what_no_token_can_be(app: Flask, member: User, arguments: list[str]) -> None:
    told = app.test_cli_runner().invoke(args=["tokens", *arguments])

    assert told.exit_code == 2, told.output
    assert "Error: Invalid value for" in told.output
