"""Making and changing connections by the form."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.conftest import sign_in_as
from tests.http_client import post, words
from tests.web.pages.connections.conftest import Fields, MakeConnection
from webapp.config.app_state import secret_box
from webapp.models import CheckState, Connection, User, db

NEW = "/connections/new"


@pytest.fixture
def database() -> str:
    """Use one database: nothing here depends on which."""
    return "sqlite"


def saved(app: Flask) -> Connection | None:
    with app.app_context():
        return db.session.scalar(select(Connection).order_by(Connection.id.desc()))


def test_a_new_connection_is_saved_untested_with_its_password_sealed(
    app: Flask, client: FlaskClient, as_member: User, fields: Fields
) -> None:
    response = post(client, NEW, **fields())

    connection = saved(app)
    assert response.status_code == 303
    assert connection is not None
    assert response.headers["Location"] == f"/connections/{connection.id}"
    assert (connection.state, connection.owner_id) == (CheckState.NOT_TESTED, as_member.id)
    assert "open-sesame" not in connection.sealed_password
    with app.app_context():
        opened = secret_box().decrypt(connection.sealed_password, "connection", connection.id, "sealed_password")
    assert opened == "open-sesame"


def test_the_page_never_shows_a_typed_or_stored_password(
    client: FlaskClient, as_member: User, fields: Fields, make_connection: MakeConnection
) -> None:
    connection_id = make_connection(as_member)
    pages = [
        post(client, NEW, **fields(name="")),
        post(client, "/connections/test", page=NEW, **fields(name="Another")),
        client.get(f"/connections/{connection_id}"),
        client.get(f"/connections/{connection_id}/edit"),
    ]

    assert [page.status_code for page in pages] == [422, 200, 200, 200]
    assert not any("open-sesame" in page.get_data(as_text=True) for page in pages)


def test_a_typed_password_survives_a_page_with_errors_without_being_sent_back(
    app: Flask, client: FlaskClient, as_member: User, fields: Fields
) -> None:
    page = post(client, NEW, **fields(name="")).get_data(as_text=True)
    carried = re.search(r'name="carried" value="([^"]+)"', page)
    assert carried

    post(client, NEW, **fields(password="", carried=carried.group(1)))

    connection = saved(app)
    assert connection is not None
    with app.app_context():
        opened = secret_box().decrypt(connection.sealed_password, "connection", connection.id, "sealed_password")
    assert opened == "open-sesame"


def test_a_carried_password_is_worth_nothing_for_another_server_or_another_person(
    client: FlaskClient, as_member: User, administrator: User, fields: Fields
) -> None:
    page = post(client, NEW, **fields(name="")).get_data(as_text=True)
    carried = re.search(r'name="carried" value="([^"]+)"', page)
    assert carried
    kept = {"password": "", "carried": carried.group(1)}

    elsewhere = post(client, NEW, **fields(**kept, host="imap.evil.example"))
    sign_in_as(client, administrator)
    by_another = post(client, NEW, **fields(**kept))

    assert (elsewhere.status_code, by_another.status_code) == (422, 422)
    assert "Enter the password" in words(elsewhere)
    assert "Enter the password" in words(by_another)


@pytest.mark.parametrize("key", ["host", "port", "security", "user"])
def test_changing_where_a_password_goes_demands_it_again(
    client: FlaskClient, as_member: User, fields: Fields, make_connection: MakeConnection, key: str
) -> None:
    path = f"/connections/{make_connection(as_member)}/edit"
    other = {"host": "imap.evil.example", "port": "994", "security": "starttls", "user": "somebody"}

    refused = post(client, path, **fields(password="", version="1", **{key: other[key]}))

    assert refused.status_code == 422
    assert "Enter the password again" in words(refused)


def test_a_blank_password_keeps_the_stored_one(
    app: Flask, client: FlaskClient, as_member: User, fields: Fields, make_connection: MakeConnection
) -> None:
    connection_id = make_connection(as_member)

    response = post(client, f"/connections/{connection_id}/edit", **fields(password="", version="1", name="Renamed"))

    connection = saved(app)
    assert response.status_code == 303
    assert connection is not None
    assert (connection.name, connection.version) == ("Renamed", 2)
    with app.app_context():
        opened = secret_box().decrypt(connection.sealed_password, "connection", connection_id, "sealed_password")
    assert opened == "open-sesame"


def test_of_two_people_editing_one_connection_the_second_is_told_and_loses_nothing(
    app: Flask, client: FlaskClient, as_member: User, fields: Fields, make_connection: MakeConnection
) -> None:
    path = f"/connections/{make_connection(as_member)}/edit"
    post(client, path, **fields(password="", version="1", name="First"))

    second = post(client, path, **fields(password="", version="1", name="Second"))
    version = re.search(r'name="version" value="(\d+)"', second.get_data(as_text=True))
    assert version
    again = post(client, path, **fields(password="", version=version.group(1), name="Second"))

    assert second.status_code == 409
    assert "Somebody else changed this connection" in words(second)
    assert 'value="Second"' in second.get_data(as_text=True)
    assert again.status_code == 303
    connection = saved(app)
    assert connection is not None
    assert connection.name == "Second"


def test_a_name_is_taken_whatever_its_case_and_blanks(
    client: FlaskClient, as_member: User, fields: Fields, make_connection: MakeConnection
) -> None:
    make_connection(as_member)

    response = post(client, NEW, **fields(name="  INVOICES   Inbox "))

    assert response.status_code == 422
    assert "There is a connection of this name already." in words(response)


def test_an_address_that_is_connected_already_is_allowed_and_said(
    client: FlaskClient, as_member: User, fields: Fields, make_connection: MakeConnection
) -> None:
    make_connection(as_member)

    response = post(client, NEW, **fields(name="Second way in"))

    assert response.status_code == 303
    assert "“Invoices inbox” connects to anna@practice.test too." in words(client.get("/connections/"))


def test_a_well_known_address_fills_in_its_server_and_says_what_it_wants(client: FlaskClient, as_member: User) -> None:
    response = post(
        client,
        "/connections/server",
        page=NEW,
        address="ann@fastmail.com",
        credential_type="credentials",
        host="",
        port="993",
    )

    page = response.get_data(as_text=True)
    assert 'value="imap.fastmail.com"' in page
    assert "Found from the address: Fastmail." in words(response)
    assert "app password" in words(response)


def test_a_server_found_for_one_address_does_not_stay_for_another(client: FlaskClient, as_member: User) -> None:
    response = post(
        client,
        "/connections/server",
        page=NEW,
        address="ann@company.example",
        credential_type="credentials",
        host="imap.fastmail.com",
        found_host="imap.fastmail.com",
        port="993",
    )

    assert "imap.fastmail.com" not in response.get_data(as_text=True)


def test_a_typed_server_is_never_replaced(client: FlaskClient, as_member: User) -> None:
    response = post(
        client,
        "/connections/server",
        page=NEW,
        address="ann@fastmail.com",
        credential_type="credentials",
        host="imap.example.org",
        port="993",
    )

    assert 'value="imap.example.org"' in response.get_data(as_text=True)


def test_typed_values_survive_a_look_at_another_credential_type(
    client: FlaskClient, as_member: User, fields: Fields
) -> None:
    there = post(client, NEW, **fields(credential_type="gmail_oauth2", update_fields="1"))
    page = there.get_data(as_text=True)
    kept = dict(re.findall(r'type="hidden" name="(host|port|security|user)" value="([^"]*)"', page))

    back = post(client, NEW, **{**fields(), "update_fields": "1", "host": "", **kept})

    assert "Gmail OAuth2 is not set up on this portal yet." in words(there)
    assert kept["host"] == "imap.practice.test"
    assert 'value="imap.practice.test"' in back.get_data(as_text=True)


@pytest.mark.parametrize("kind", ["gmail_oauth2", "outlook_oauth2"])
def test_a_credential_type_that_is_not_set_up_saves_nothing(
    app: Flask, client: FlaskClient, as_member: User, fields: Fields, kind: str
) -> None:
    response = post(client, NEW, **fields(credential_type=kind))

    assert response.status_code == 422
    assert "has to be set up by an administrator first" in words(response)
    assert saved(app) is None


def test_without_encryption_the_form_warns(client: FlaskClient, as_member: User, fields: Fields) -> None:
    response = post(client, NEW, **fields(security="none", update_fields="1"))

    assert "Without encryption anybody on the way can read the password" in words(response)


def test_delete_asks_first_and_then_takes_the_reports_with_it(
    client: FlaskClient, as_member: User, make_connection: MakeConnection
) -> None:
    connection_id = make_connection(as_member)
    path = f"/connections/{connection_id}"
    post(client, f"{path}/test", page=path)

    question = client.get(f"{path}/delete")
    still_there = client.get(path)
    done = post(client, f"{path}/delete")

    assert "Delete “Invoices inbox”?" in words(question)
    assert still_there.status_code == 200
    assert done.status_code == 303
    assert client.get(path).status_code == 404
