"""`connections add|list` and `check` for connections by OAuth: a script makes one, a person signs in for it."""

import json

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.cli.test_connections import run
from tests.http_client import words
from tests.web.pages.oauth.conftest import Registrations, Rows
from tests.web.pages.oauth.sign_in_client import KINDS, OTHERS, PEOPLE, Traveller, form_on
from webapp.models import Connection, Grant, OneTimeLink, User, db, token_hash
from webapp.practice.oauth_server.http_server import PORTAL_URL
from webapp.practice.oauth_server.sample_users import OFFICE, SHARED_MAILBOX
from webapp.practice.provider_overrides import imap_host

HOUSES = {"gmail": "google", "outlook": "microsoft"}


def add(app: Flask, kind: str, *more: str, address: str = "", name: str = "Invoices inbox") -> str:
    """Add a connection as a script does; return the path of the link."""
    options = ("--name", name, "--address", address or PEOPLE[kind], "--type", KINDS[kind].value)
    result = run(app, "connections", "add", *options, *more)
    assert result.exit_code == 0, result.output
    said, link = result.output.splitlines()[1:]
    assert said.endswith("(works for 15 minutes):")
    assert link.startswith(f"{PORTAL_URL}/connections/consent/")
    return link.removeprefix(PORTAL_URL)


def check(app: Flask) -> tuple[int, dict[str, object]]:
    result = run(app, "check", "Invoices inbox", "--json")
    return result.exit_code, json.loads(result.output)


def listed(app: Flask) -> list[dict[str, object]]:
    result = run(app, "connections", "list", "--json")
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


def test_a_script_adds_a_person_signs_in_and_the_check_passes(app: Flask, ben: Traveller) -> None:
    link = add(app, ben.kind)

    before = check(app)
    ben.leave_from(link).make()
    after = check(app)

    assert before[0] == 1
    assert before[1]["diagnosis"] == "reconnect-required"
    assert before[1]["server_said"] == "Nobody has signed in for this mailbox yet"
    assert (after[0], after[1]["passed"], after[1]["diagnosis"]) == (0, True, None)


def test_before_the_sign_in_no_server_is_asked(app: Flask, kind: str) -> None:
    add(app, kind)

    _, report = check(app)

    steps = report["steps"]
    assert isinstance(steps, list)
    outcomes = {step["name"]: step["outcome"] for step in steps}
    assert outcomes.pop("access token" if "access token" in outcomes else "access_token") == "failed"
    assert set(outcomes.values()) <= {"not_reached", "skipped"}


def test_the_list_tells_how_it_stands(app: Flask, ben: Traveller) -> None:
    link = add(app, ben.kind)
    row = {
        "name": "Invoices inbox",
        "address": PEOPLE[ben.kind],
        "type": KINDS[ben.kind].value,
        "state": "not_tested",
        "last_test": None,
        "verdict": None,
        "diagnosis": None,
    }

    (first,) = listed(app)
    check(app)
    (refused,) = listed(app)
    ben.leave_from(link).make()
    check(app)
    (works,) = listed(app)

    host, _, rest = str(first.pop("server")).partition(":")
    assert (first, host, rest.endswith(":tls")) == (row, imap_host(HOUSES[ben.kind]), True)
    assert (refused["state"], refused["diagnosis"]) == ("fails", "reconnect-required")
    assert (works["state"], works["diagnosis"], works["verdict"]) == ("works", None, "INBOX, 12 messages")


def test_the_account_that_was_used_instead_is_in_the_list(app: Flask, ben: Traveller) -> None:
    trip = ben.leave_from(add(app, ben.kind))
    check(app)

    ben.press(f"/sign-ins/{trip.key}/use-account", form_on(trip.make(OTHERS[ben.kind])))

    (row,) = listed(app)
    assert (row["address"], row["state"], row["diagnosis"]) == (OTHERS[ben.kind], "not_tested", None)
    assert check(app)[0] == 0


@pytest.mark.parametrize("kind", ["outlook"], indirect=True)
def test_a_shared_mailbox_is_added_as_the_user(app: Flask, ben: Traveller, rows: Rows) -> None:
    tom = f"tom@{OFFICE}"
    link = add(app, "outlook", "--user", SHARED_MAILBOX, address=tom)

    page = ben.client.get(link)
    trip = ben.leave_from(link)
    trip.make(tom)

    assert SHARED_MAILBOX in words(page)
    assert trip.asked["login_hint"] == tom
    assert check(app)[0] == 0


def test_the_link_is_stored_as_a_hash_and_printed_once(app: Flask, kind: str) -> None:
    token = add(app, kind).rpartition("/")[2]

    with app.app_context():
        stored = db.session.scalars(select(OneTimeLink)).one()
        assert stored.token_hash == token_hash(token)
    assert token not in run(app, "connections", "list", "--json").output


@pytest.mark.parametrize(
    "wrong",
    [
        ("--address", "not an address"),
        ("--address", "a\0b@example.com"),
        ("--name", ""),
        ("--user", "no address"),
    ],
)
@pytest.mark.parametrize("kind", ["outlook"], indirect=True)
def test_what_cannot_be_is_refused_and_no_link_is_made(
    app: Flask, kind: str, wrong: tuple[str, str], rows: Rows
) -> None:
    options = {"--name": "Invoices", "--address": PEOPLE[kind], "--type": KINDS[kind].value, wrong[0]: wrong[1]}

    result = run(app, "connections", "add", *(word for option in options.items() for word in option))

    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert (rows.count(Connection), rows.count(OneTimeLink)) == (0, 0)


def test_a_name_that_is_taken_makes_no_second_link(app: Flask, kind: str, rows: Rows) -> None:
    add(app, kind)

    result = run(
        app, "connections", "add", "--name", "INVOICES inbox", "--address", PEOPLE[kind], "--type", KINDS[kind].value
    )

    assert (result.exit_code, rows.count(OneTimeLink)) == (1, 1)


def test_a_provider_that_is_not_set_up_any_more_is_no_mistake_of_the_list(
    app: Flask, ben: Traveller, registrations: Registrations
) -> None:
    link = add(app, ben.kind)
    ben.leave_from(link).make()
    registrations.change(ben.kind, client_id="", client_secret="")

    assert [row["name"] for row in listed(app)] == ["Invoices inbox"]
    # The token is still good, so the mailbox still opens.
    assert check(app)[0] == 0


def test_two_connections_of_one_account_share_its_grant(app: Flask, ben: Traveller, member: User, rows: Rows) -> None:
    for name in ("One", "Two"):
        ben.leave_from(add(app, ben.kind, name=name)).make()

    assert rows.count(Grant) == 1
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(Connection.grant_id.is_not(None))) == 2
