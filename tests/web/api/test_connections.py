"""Connections over the API."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select, update

from tests.conftest import MakeUser
from tests.web.api.conftest import MakeProgram, said
from tests.web.pages.connections.conftest import MakeConnection
from webapp.core.imap import run_check
from webapp.models import Connection, Scope, User, db
from webapp.practice.imap_server.scenarios import PASSWORD
from webapp.services.connections import checks
from webapp.web.api import connections as api_connections


def count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Connection)) or 0


def test_a_connection_is_described_without_its_secret(
    program: MakeProgram, member: User, make_connection: MakeConnection
) -> None:
    answer = program(member).get(f"/connections/{make_connection(member)}")

    assert answer.status_code == 200
    assert PASSWORD not in answer.text
    shown = said(answer)
    assert shown["imap"]["security"] == "tls"
    assert (shown["name"], shown["state"], shown["last_test"]) == ("Invoices inbox", "not_tested", None)
    assert shown["owner"] == member.address


def test_the_list_is_walked_page_by_page_and_each_comes_once(
    program: MakeProgram, member: User, make_connection: MakeConnection
) -> None:
    made = [make_connection(member, name=f"Inbox {number}") for number in range(5)]
    nightly, seen, cursor = program(member), [], ""
    for _ in range(5):
        page = nightly.read(f"/connections?limit=2&cursor={cursor}")
        seen += [each["id"] for each in page["connections"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert seen == made


def test_a_test_that_fails_is_an_answer_with_its_diagnosis(
    program: MakeProgram, member: User, make_connection: MakeConnection
) -> None:
    answer = program(member).ask("POST", f"/connections/{make_connection(member, 'wrong-password')}/test")

    assert answer.status_code == 200
    told = said(answer)
    assert told["passed"] is False
    assert told["diagnosis"]["slug"] == "wrong-password"
    assert told["diagnosis"]["help"].endswith("/help/problems/wrong-password")
    assert [step["name"] for step in told["steps"] if step["outcome"] == "failed"] == ["authenticate"]


def test_a_test_that_passes_is_kept(program: MakeProgram, member: User, make_connection: MakeConnection) -> None:
    nightly, path = program(member), f"/connections/{make_connection(member)}"

    assert nightly.read(f"{path}/test", "POST")["passed"] is True
    assert nightly.read(path)["state"] == "works"


def test_a_connection_is_made_tested_and_deleted(
    app: Flask, program: MakeProgram, member: User, fields: Callable[..., dict[str, str]]
) -> None:
    nightly = program(member)
    typed = {**fields(), "port": int(fields()["port"])}

    made = nightly.ask("POST", "/connections", json=typed)
    assert made.status_code == 201, made.text
    path = f"/connections/{said(made)['id']}"
    assert nightly.read(f"{path}/test", "POST")["passed"] is True
    assert nightly.ask("POST", "/connections", json=typed).status_code == 409
    assert nightly.ask("DELETE", path).status_code == 204
    assert nightly.ask("DELETE", path).status_code == 404
    assert count(app) == 0


def test_a_limited_token_makes_no_connections(
    program: MakeProgram, member: User, make_connection: MakeConnection, fields: Callable[..., dict[str, str]]
) -> None:
    nightly = program(member, only=[make_connection(member)])

    assert nightly.ask("POST", "/connections", json={**fields(name="Other"), "port": 993}).status_code == 403


def test_a_member_deletes_no_connection_of_somebody_else_and_an_administrator_does(
    program: MakeProgram, member: User, administrator: User, make_connection: MakeConnection
) -> None:
    path = f"/connections/{make_connection(administrator)}"

    assert program(member).ask("DELETE", path).status_code == 403
    assert program(administrator).ask("DELETE", path).status_code == 204


def test_a_password_has_no_access_token(program: MakeProgram, member: User, make_connection: MakeConnection) -> None:
    answer = program(member, Scope.ACCESS_TOKEN).get(f"/connections/{make_connection(member)}/access-token")

    assert answer.status_code == 409
    assert said(answer)["detail"] == "The connection logs in with a password."


def test_a_list_costs_the_same_however_many_people_own_its_connections(
    app: Flask, program: MakeProgram, make_user: MakeUser, make_connection: MakeConnection
) -> None:
    people = [make_user(f"p{number}@example.com", name=f"P{number}") for number in range(6)]
    for number, person in enumerate(people):
        make_connection(person, name=f"Inbox {number}")
    nightly = program(people[0])
    asked = {}

    for limit in (1, 6):
        with app.app_context():
            engine = db.engine
        statements: list[str] = []
        listen = lambda *given, seen=statements: seen.append(given[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listen)
        assert len(nightly.read(f"/connections?limit={limit}")["connections"]) == limit
        event.remove(engine, "before_cursor_execute", listen)
        asked[limit] = sum(each.startswith("SELECT") for each in statements)

    assert asked[1] == asked[6]


def test_no_transaction_is_open_while_the_mail_server_is_waited_for(
    program: MakeProgram, member: User, make_connection: MakeConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []

    def watched(*given: Any, **named: Any) -> Any:
        held.append(db.session().in_transaction())
        return run_check(*given, **named)

    monkeypatch.setattr(checks, "run_check", watched)

    program(member).read(f"/connections/{make_connection(member)}/test", "POST")

    assert held == [False]


def test_a_connection_that_is_changed_while_it_is_deleted_is_a_conflict(
    program: MakeProgram, member: User, make_connection: MakeConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed_meanwhile(*_: object) -> bool:
        later = update(Connection).values(version=Connection.version + 1)
        db.session.execute(later.execution_options(synchronize_session=False))
        return True

    monkeypatch.setattr(api_connections, "can_edit", changed_meanwhile)

    answer = program(member).ask("DELETE", f"/connections/{make_connection(member)}")

    assert (answer.status_code, answer.content_type) == (409, "application/problem+json")
    assert said(answer)["title"] == "Somebody else was quicker"
