"""The list of connections."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from tests.conftest import sign_in_as
from tests.http_client import words
from webapp.models import CheckState, Connection, User, db, utcnow
from webapp.models.connection import name_key
from webapp.services.providers.credentials import CREDENTIALS
from webapp.services.providers.gmail import GMAIL

PATH = "/connections/"


@pytest.fixture
def sixty(app: Flask, client: FlaskClient, member: User) -> None:
    """Save sixty connections, every third failing, and sign in."""
    with app.app_context():
        for number in range(60):
            name = f"Mailbox {number:02}"
            state = (CheckState.WORKS, CheckState.NOT_TESTED, CheckState.FAILS)[number % 3]
            db.session.add(
                Connection(
                    name=name,
                    name_key=name_key(name),
                    address=f"box{number}@example.com",
                    credential_type=CREDENTIALS if number % 2 else GMAIL,
                    owner_id=member.id,
                    state=state,
                    state_since=utcnow(),
                )
            )
        db.session.commit()
    sign_in_as(client, member)


def names(client: FlaskClient, query: str = "") -> list[str]:
    return re.findall(r'class="name" href="[^"]*">([^<]*)<', client.get(PATH + query).get_data(as_text=True))


def test_an_empty_list_says_what_to_do(client: FlaskClient, member: User) -> None:
    sign_in_as(client, member)

    page = words(client.get(PATH))

    assert "No connections yet" in page
    assert "New connection" in page


def test_the_list_is_paged_and_every_connection_is_on_one_page(client: FlaskClient, sixty: None) -> None:
    pages = [names(client, f"?page={page}") for page in (1, 2, 3)]

    assert [len(page) for page in pages] == [25, 25, 10]
    assert len({name for page in pages for name in page}) == 60
    assert "Page 1 of 3 · 60 connections" in words(client.get(PATH))


def test_the_head_says_how_many_need_somebody(client: FlaskClient, sixty: None) -> None:
    assert "60 mailboxes. 20 need somebody." in words(client.get(PATH))


@pytest.mark.parametrize("search", ["box 07", "BOX7@", "MAILBOX 07"])
def test_search_finds_names_and_addresses_whatever_their_case(client: FlaskClient, sixty: None, search: str) -> None:
    found = names(client, f"?search={search}")

    assert found == ["Mailbox 07"]


@pytest.mark.parametrize("search", ["%", "_", "\\", "' OR 1=1 --", "\0", "<script>alert(1)</script>", "x" * 5000, "🙂"])
def test_search_takes_every_character_as_itself(client: FlaskClient, sixty: None, search: str) -> None:
    response = client.get(PATH, query_string={"search": search})

    assert response.status_code == 200
    assert search == "\0" or "Nothing matches" in words(response)
    assert "<script>alert" not in response.get_data(as_text=True)


def test_filters_combine(client: FlaskClient, sixty: None) -> None:
    found = names(client, "?state=fails&type=gmail_oauth2")

    assert len(found) == 10
    assert all(int(name[-2:]) % 3 == 2 and int(name[-2:]) % 2 == 0 for name in found)


@pytest.mark.parametrize("sort", ["name", "type", "state", "tested"])
def test_sorting_turns_round(client: FlaskClient, sixty: None, sort: str) -> None:
    up, down = names(client, f"?sort={sort}"), names(client, f"?sort={sort}&order=down&page=3")

    assert up[:10] == list(reversed(down))[:10]


@pytest.mark.parametrize(
    "query", ["?page=0", "?page=-1", "?page=x", "?page=999999999999", "?sort=password", "?order=;", "?state=x&type=y"]
)
def test_senseless_wishes_are_the_default(client: FlaskClient, sixty: None, query: str) -> None:
    assert len(names(client, query)) == 25


def test_a_page_past_the_last_one_leads_back(client: FlaskClient, sixty: None) -> None:
    assert "This page is past the last one." in words(client.get(PATH + "?page=9"))


def test_htmx_gets_the_list_alone(client: FlaskClient, sixty: None) -> None:
    response = client.get(PATH + "?search=07", headers={"HX-Request": "true"})

    assert "<html" not in response.get_data(as_text=True)
    assert "Mailbox 07" in words(response)


def test_the_number_of_queries_does_not_grow_with_the_rows(app: Flask, client: FlaskClient, sixty: None) -> None:
    with app.app_context():
        engine = db.engine
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *call: asked.append(call[2]))

    client.get(PATH)

    assert len([statement for statement in asked if statement.startswith("SELECT")]) <= 4


def test_long_names_and_addresses_are_shown_whole_and_escaped(app: Flask, client: FlaskClient, member: User) -> None:
    name = "<b>" + "W" * 97
    with app.app_context():
        db.session.add(
            Connection(
                name=name,
                name_key=name_key(name),
                address="a" * 64 + "@example.com",
                credential_type=CREDENTIALS,
            )
        )
        db.session.commit()
    sign_in_as(client, member)

    page = client.get(PATH)

    assert name in words(page)
    assert "Nobody" in words(page)
