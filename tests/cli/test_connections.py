"""`connections add` and `connections list`, as scripts use them."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from tests.leaks import SECRET, leaks, stored
from tests.portals import environment, flask
from webapp.config.app_state import secret_box
from webapp.models import CheckState, Connection, db

ADD = ("connections", "add", "--name", "Invoices inbox", "--address", "ann@example.com", "--type", "credentials")
SERVER = ("--server", "imap.example.com:993")


@pytest.fixture
def database() -> str:
    """Use one database: nothing here depends on which."""
    return "sqlite"


def run(app: Flask, *arguments: str, given: str | bytes = "") -> Result:
    return app.test_cli_runner().invoke(args=list(arguments), input=given)


def saved(app: Flask) -> Connection:
    with app.app_context():
        connection: Connection | None = db.session.scalar(select(Connection))
        assert connection is not None
        return connection


def count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Connection)) or 0


def test_a_connection_is_added_with_the_password_from_standard_input(app: Flask) -> None:
    result = run(app, *ADD, *SERVER, given=f"{SECRET}\nsecond line\n")

    connection = saved(app)
    assert (result.exit_code, result.output) == (0, "Added “Invoices inbox”.\n")
    assert (connection.name, connection.address, connection.user) == ("Invoices inbox", *["ann@example.com"] * 2)
    assert (connection.state, connection.owner_id) == (CheckState.NOT_TESTED, None)
    with app.app_context():
        opened = secret_box().decrypt(connection.sealed_password, "connection", connection.id, "sealed_password")
    assert opened == SECRET
    assert leaks(result.output, stored(app)) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ("imap.example.com:993", ("imap.example.com", 993, "tls")),
        ("imap.example.com:143", ("imap.example.com", 143, "starttls")),
        ("IMAP.Example.com.:143:NONE", ("imap.example.com", 143, "none")),
        ("imap.example.com:1143:tls", ("imap.example.com", 1143, "tls")),
        ("192.0.2.7:993:starttls", ("192.0.2.7", 993, "starttls")),
        ("[2001:db8::1]:993", ("[2001:db8::1]", 993, "tls")),
        ("[2001:DB8::1]:143:none", ("[2001:db8::1]", 143, "none")),
        ("münchen.example:993", ("münchen.example", 993, "tls")),
    ],
)
def test_a_server_is_host_port_and_security(app: Flask, server: str, expected: tuple[str, int, str]) -> None:
    result = run(app, *ADD, "--server", server, given="open-sesame\n")

    connection = saved(app)
    assert result.exit_code == 0, result.output
    assert (connection.host, connection.port, connection.security) == expected


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "server",
    [
        "imap.example.com",
        ":",
        "imap.example.com:993:ssl",
        "imap.example.com:993:tls:",
        "imaps://imap.example.com:993:tls",
        "2001:db8::1:993",
        "[2001:db8::1]993",
        "[2001:db8::1:993",
        "imap.example.com:",
        "imap.example.com:0",
        "imap.example.com:70000",
        "imap.example.com:abc",
        ":993",
        "imap example.com:993",
        "imap.example.com/inbox:993",
        "imap.example.com\nX:993",
        "127.1:993",
        "x" * 10_000 + ":993",
    ],
)
def test_a_server_that_cannot_be_is_refused_in_a_sentence(app: Flask, server: str) -> None:
    result = run(app, *ADD, "--server", server, given="open-sesame\n")

    assert result.exit_code in (1, 2)
    assert "Error: " in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert count(app) == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("given", ["", "\n", "a\0b\n", b"\xff\xfe\n", "x" * 1001 + "\n"])
def test_a_password_that_will_not_do_adds_nothing(app: Flask, given: str | bytes) -> None:
    result = run(app, *ADD, *SERVER, given=given)

    assert result.exit_code == 1
    assert "password" in result.output
    assert isinstance(result.exception, SystemExit)
    assert count(app) == 0


def test_a_password_is_no_option(app: Flask) -> None:
    result = run(app, *ADD, *SERVER, "--password", "open-sesame")

    assert result.exit_code == 2
    assert "No such option" in result.output


@pytest.mark.parametrize("name", ["Invoices inbox", "  INVOICES   inbox "])
def test_a_name_that_is_taken_is_refused(app: Flask, name: str) -> None:
    run(app, *ADD, *SERVER, given="open-sesame\n")

    result = run(app, *ADD, *SERVER, "--name", name, given="open-sesame\n")

    assert result.exit_code == 1
    assert "there is a connection called" in result.output
    assert count(app) == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("option", "value"), [("--name", ""), ("--address", "ann"), ("--user", "a\rb"), ("--name", "x\0y")]
)
def test_a_value_that_cannot_be_is_named(app: Flask, option: str, value: str) -> None:
    result = run(app, *ADD, *SERVER, option, value, given="open-sesame\n")

    assert result.exit_code == 1
    assert f"Error: {option[2:]}: " in result.output
    assert count(app) == 0


def test_a_well_known_address_needs_no_server(app: Flask) -> None:
    result = run(app, *ADD, "--address", "ann@fastmail.com", given="open-sesame\n")

    assert result.exit_code == 0
    assert saved(app).host == "imap.fastmail.com"


@pytest.mark.parametrize("kind", ["gmail_oauth2", "outlook_oauth2"])
def test_a_credential_type_that_is_not_set_up_says_who_has_to_act(app: Flask, kind: str) -> None:
    result = run(app, *ADD, "--type", kind)

    assert result.exit_code == 1
    assert "has to be set up by an administrator first" in result.output


def test_a_credential_type_nobody_knows_is_refused(app: Flask) -> None:
    assert run(app, *ADD, "--type", "pigeon").exit_code == 2


def test_the_list_is_one_line_a_connection_in_the_order_of_names(app: Flask) -> None:
    for name in ("beta", "Alpha"):
        run(app, *ADD, *SERVER, "--name", name, given=f"{SECRET}\n")

    text, rows = run(app, "connections", "list").output, run(app, "connections", "list", "--json").output

    assert text.splitlines() == ["Alpha  ann@example.com  Not tested", "beta  ann@example.com  Not tested"]
    assert [json.loads(row)["name"] for row in rows.splitlines()] == ["Alpha", "beta"]
    assert json.loads(rows.splitlines()[0]) == {
        "name": "Alpha",
        "address": "ann@example.com",
        "type": "credentials",
        "server": "imap.example.com:993:tls",
        "state": "not_tested",
        "last_test": None,
        "verdict": None,
        "diagnosis": None,
    }
    assert leaks(text, rows) == []


def test_a_list_without_connections_is_empty(app: Flask) -> None:
    assert [run(app, "connections", "list", *more).output for more in ((), ("--json",))] == ["", ""]


def test_a_script_adds_and_lists_on_a_portal_that_was_never_started(tmp_path: Path) -> None:
    env = environment(tmp_path / "data")

    added = flask(*ADD, *SERVER, env=env, given=f"{SECRET}\n")
    again = flask(*ADD, *SERVER, env=env, given=f"{SECRET}\n")
    wrong = flask(*ADD, "--server", "imap.example.com", env=env, given=f"{SECRET}\n")
    listed = flask("connections", "list", "--json", env=env)

    assert [outcome.returncode for outcome in (added, again, wrong, listed)] == [0, 1, 2, 0]
    assert json.loads(listed.stdout)["name"] == "Invoices inbox"
    assert all(outcome.stdout == "" and "Error: " in outcome.stderr for outcome in (again, wrong))
    assert leaks(*(outcome.stdout + outcome.stderr for outcome in (added, again, wrong, listed))) == []
