"""Who may do what with a connection; what becomes of requests that come too late."""

import pytest
from flask.testing import FlaskClient

from tests.conftest import MakeUser, csrf_token, sign_in_as
from tests.http_client import post, words
from tests.web.pages.connections.conftest import Fields, MakeConnection
from webapp.models import User

LOOK = ("", "/edit", "/delete")


@pytest.fixture
def database() -> str:
    """Use one database: nothing here depends on which."""
    return "sqlite"


@pytest.fixture
def connection_path(make_user: MakeUser, make_connection: MakeConnection) -> str:
    """Save a connection of another person."""
    return f"/connections/{make_connection(make_user('owner@example.com', name='Olga'))}"


def test_nobody_sees_anything_without_signing_in(client: FlaskClient, connection_path: str) -> None:
    for path in (
        "/connections/",
        "/connections/new",
        "/administration/people",
        *(connection_path + part for part in LOOK),
    ):
        response = client.get(path)

        assert response.status_code == 303
        assert response.headers["Location"].startswith("/sign-in?next=")


def test_a_member_sees_and_tests_the_connections_of_others(
    client: FlaskClient, member: User, connection_path: str
) -> None:
    sign_in_as(client, member)

    assert client.get(connection_path).status_code == 200
    assert post(client, f"{connection_path}/test", page=connection_path).status_code == 200
    assert "Edit" not in words(client.get(connection_path))


@pytest.mark.parametrize("part", ["/edit", "/delete"])
def test_a_member_does_not_change_the_connections_of_others(
    client: FlaskClient, member: User, connection_path: str, fields: Fields, part: str
) -> None:
    sign_in_as(client, member)

    assert client.get(connection_path + part).status_code == 403
    assert post(client, connection_path + part, page="/connections/new", **fields(version="1")).status_code == 403
    assert client.get(connection_path).status_code == 200


def test_a_member_does_not_test_with_the_stored_password_of_others_elsewhere(
    client: FlaskClient, member: User, connection_path: str, fields: Fields
) -> None:
    sign_in_as(client, member)

    response = post(client, f"{connection_path}/edit/test", page="/connections/new", **fields(password=""))
    by_fields = post(
        client, "/connections/fields", page="/connections/new", connection_id=connection_path.rsplit("/", 1)[1]
    )

    assert (response.status_code, by_fields.status_code) == (403, 403)


def test_an_administrator_changes_every_connection(
    client: FlaskClient, administrator: User, connection_path: str, fields: Fields
) -> None:
    sign_in_as(client, administrator)

    assert (
        post(client, f"{connection_path}/edit", **fields(password="", version="1", name="Changed")).status_code == 303
    )
    assert post(client, f"{connection_path}/delete").status_code == 303


@pytest.mark.parametrize("number", ["0", "999999", "2147483647", "2147483648", "99999999999999999999", "x"])
def test_an_unknown_connection_is_not_found(client: FlaskClient, member: User, number: str) -> None:
    sign_in_as(client, member)

    for part in (*LOOK, "/reports/1"):
        assert client.get(f"/connections/{number}{part}").status_code == 404


def test_a_report_of_another_connection_is_not_found(
    client: FlaskClient, member: User, make_connection: MakeConnection
) -> None:
    sign_in_as(client, member)
    one, other = make_connection(member), make_connection(member, name="Other")
    post(client, f"/connections/{one}/test", page=f"/connections/{one}")

    assert client.get(f"/connections/{one}/reports/1").status_code == 200
    assert client.get(f"/connections/{other}/reports/1").status_code == 404


def test_an_htmx_request_after_the_session_ended_sends_the_whole_page_to_the_sign_in(
    client: FlaskClient, member: User, fields: Fields
) -> None:
    sign_in_as(client, member)
    token = {"csrf_token": csrf_token(client, "/connections/new")}
    post(client, "/account/sign-out-elsewhere", page="/account")
    with client.session_transaction() as session:
        session.pop("_user_id")

    response = client.post("/connections/test", data={**fields(), **token}, headers={"HX-Request": "true"})

    assert response.status_code == 204
    assert response.headers["HX-Redirect"].startswith("/sign-in")


def test_a_form_older_than_the_session_is_told_so_and_changes_nothing(
    client: FlaskClient, member: User, fields: Fields
) -> None:
    sign_in_as(client, member)
    data = {**fields(), "csrf_token": "ImFiYyI.old.token"}

    page = client.post("/connections/new", data=data)
    fragment = client.post("/connections/test", data=data, headers={"HX-Request": "true"})

    for response in (page, fragment):
        assert response.status_code == 400
        assert "This page has been open for too long" in words(response)
    assert "<html" not in fragment.get_data(as_text=True)
    assert "No connections yet" in words(client.get("/connections/"))
