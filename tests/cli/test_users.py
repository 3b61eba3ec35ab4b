"""`users`: people, for scripts."""

import json
import re

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from tests.conftest import PASSWORD, MakeUser, sign_in_as
from tests.http_client import post
from webapp.models import Role, User, db


@pytest.fixture
def database() -> str:
    """Use one database: nothing here depends on which."""
    return "sqlite"


def run(app: Flask, *arguments: str, typed: str | bytes = "") -> Result:
    return app.test_cli_runner().invoke(args=["users", *arguments], input=typed)


def people(app: Flask) -> list[User]:
    with app.app_context():
        return list(db.session.scalars(select(User).order_by(User.id)))


def may_sign_in(app: Flask, address: str, password: str) -> bool:
    return post(app.test_client(), "/sign-in", address=address, password=password).status_code == 303


def test_create_with_a_password_lets_somebody_sign_in(app: Flask) -> None:
    result = run(app, "create", "Ann@Example.com", "--name", "Ann", "--password-stdin", typed=PASSWORD + "\n")

    assert result.exit_code == 0, result.output
    assert result.output == "Created Ann <ann@example.com>, member.\n"
    assert may_sign_in(app, "ann@example.com", PASSWORD)


def test_create_without_a_password_prints_a_link_to_choose_one(app: Flask) -> None:
    result = run(app, "create", "ann@example.com", "--name", "Ann", "--role", "administrator")

    link = re.search(r"http://127\.0\.0\.1:8000(/new-password/\S+)", result.output)
    assert link
    assert "works once, within 24 hours" in result.output
    assert post(app.test_client(), link.group(1), password=PASSWORD).status_code == 303
    assert may_sign_in(app, "ann@example.com", PASSWORD)
    assert people(app)[0].role is Role.ADMINISTRATOR


@pytest.mark.parametrize("guess", ["", "no one has this password"])
def test_nobody_signs_in_before_a_password_is_chosen(app: Flask, guess: str) -> None:
    run(app, "create", "ann@example.com", "--name", "Ann")

    assert not may_sign_in(app, "ann@example.com", guess)


@pytest.mark.parametrize(
    ("arguments", "password", "code", "complaint"),
    [
        (("ann@example.com", "--name", "Ann", "--password-stdin"), "short", 1, "10 characters at least"),
        (("ann@example.com", "--name", "Ann", "--password-stdin"), "", 1, "10 characters at least"),
        (("ann@example.com", "--name", "Ann", "--password-stdin"), b"\xff" * 12, 1, "not UTF-8"),
        (("ann@example.com", "--name", "Ann", "--password-stdin"), "x" * 300, 1, "200 characters at most"),
        (("ann@example.com", "--name", "Ann", "--password-stdin"), "Ann@example.com", 1, "your own name or address"),
        (("no address", "--name", "Ann"), "", 2, "Email address: "),
        (("ann@example.com", "--name", ""), "", 2, "Name: Type a name."),
        (("ann@example.com", "--name", "A\nB"), "", 2, "Name: Line breaks"),
        (("ann@example.com", "--name", "x" * 10_000), "", 2, "Name: 100 characters at most"),
        (("ann@example.com",), "", 2, "--name"),
        (("ann@example.com", "--name", "Ann", "--role", "owner"), "", 2, "--role"),
    ],
)
def test_create_refuses_bad_input_and_adds_nobody(
    app: Flask, arguments: tuple[str, ...], password: str | bytes, code: int, complaint: str
) -> None:
    result = run(app, "create", *arguments, typed=password)

    assert result.exit_code == code
    assert complaint in result.output
    assert "Traceback" not in result.output
    assert people(app) == []


@pytest.mark.parametrize("address", ["ben@example.com", "BEN@example.com"])
def test_create_refuses_an_address_that_is_here_already(app: Flask, member: User, address: str) -> None:
    result = run(app, "create", address, "--name", "Ben")

    assert result.exit_code == 1
    assert result.output == "Error: somebody with the address ben@example.com is here already\n"


def test_list_shows_everybody(app: Flask, administrator: User, make_user: MakeUser) -> None:
    make_user("zoe@example.com", name="Zoë", active=False)

    result = run(app, "list")

    assert result.output.splitlines() == [
        "ada@example.com\tAda\tadministrator\tactive",
        "zoe@example.com\tZoë\tmember\tdeactivated",
    ]


def test_list_as_json_can_be_read_by_programs(app: Flask, member: User) -> None:
    never = json.loads(run(app, "list", "--json").output)
    sign_in_as(app.test_client(), member)
    seen = json.loads(run(app, "list", "--json").output)

    expected = {"address": "ben@example.com", "name": "Ben", "role": "member", "state": "active", "last_seen": None}
    assert never == [expected]
    assert seen[0]["last_seen"].endswith("+00:00")


def test_list_of_nobody_is_empty(app: Flask) -> None:
    assert run(app, "list").output == ""
    assert json.loads(run(app, "list", "--json").output) == []


def test_deactivate_keeps_somebody_out_at_once(app: Flask, member: User, administrator: User) -> None:
    client = app.test_client()
    sign_in_as(client, member)

    result = run(app, "deactivate", " Ben@Example.com ")

    assert (result.exit_code, result.output) == (0, "ben@example.com is deactivated.\n")
    assert client.get("/account").status_code == 303
    assert not may_sign_in(app, member.address, PASSWORD)


def test_deactivate_spares_the_last_administrator(app: Flask, administrator: User, member: User) -> None:
    result = run(app, "deactivate", administrator.address)

    assert result.exit_code == 1
    assert "last active administrator" in result.output
    assert all(person.active for person in people(app))


@pytest.mark.parametrize("command", ["deactivate", "new-password"])
@pytest.mark.parametrize("address", ["nobody@example.com", "", "x" * 10_000, "\u202e"])
def test_an_unknown_address_ends_in_a_plain_message(app: Flask, command: str, address: str) -> None:
    result = run(app, command, address)

    assert result.exit_code == 1
    assert result.output.startswith("Error: nobody here has the address")


def test_new_password_helps_an_administrator_who_is_locked_out(app: Flask, administrator: User) -> None:
    result = run(app, "new-password", administrator.address)

    link = re.search(r"http://127\.0\.0\.1:8000(/new-password/\S+)", result.output)
    assert link
    assert post(app.test_client(), link.group(1), password="another long password").status_code == 303


def test_new_password_is_not_for_somebody_deactivated(app: Flask, make_user: MakeUser) -> None:
    make_user(active=False)

    result = run(app, "new-password", "ann@example.com")

    assert (result.exit_code, result.output) == (1, "Error: ann@example.com is deactivated\n")
