"""The list of people."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import MakeUser, sign_in_as
from tests.http_client import words
from webapp.models import Role, User, db

PEOPLE = "/administration/people"


@pytest.fixture
def crowd(app: Flask) -> None:
    """Make sixty people more."""
    with app.app_context():
        for i in range(60):
            db.session.add(
                User(name=f"Person {i:02}", address=f"p{i:02}@example.com", role=Role.MEMBER, password_hash="none")
            )
        db.session.commit()


@pytest.fixture(autouse=True)
def _signed_in(client: FlaskClient, administrator: User) -> None:
    sign_in_as(client, administrator)


def test_the_list_shows_name_address_role_state_and_when_last_seen(client: FlaskClient, make_user: MakeUser) -> None:
    make_user("gone@example.com", name="Gone", active=False)

    page = words(client.get(PEOPLE))

    assert "2 people." in page
    assert "Ada ada@example.com Administrator Active just now" in page
    assert "Gone gone@example.com Member Deactivated Not signed in" in page


@pytest.mark.usefixtures("crowd")
def test_the_list_is_paged_by_the_server(client: FlaskClient) -> None:
    pages = [words(client.get(f"{PEOPLE}?page={number}")) for number in (1, 2, 3)]

    assert [page.count("@example.com") for page in pages] == [25, 25, 11]
    assert "Page 2 of 3" in pages[1]
    assert [("Previous" in page, "Next" in page) for page in pages] == [(False, True), (True, True), (True, False)]


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("number", ["0", "-1", "x", "", "1e3", "9" * 5000, "\0"])
def test_a_senseless_page_number_shows_some_page(client: FlaskClient, number: str) -> None:
    response = client.get(PEOPLE, query_string={"page": number, "invitations": number})

    assert response.status_code == 200
    assert "@example.com" in words(response)


@pytest.mark.usefixtures("crowd")
def test_a_page_beyond_the_last_shows_the_last(client: FlaskClient) -> None:
    assert "Page 3 of 3" in words(client.get(f"{PEOPLE}?page=999999999999"))


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize(("search", "found"), [("person 07", 1), ("P07@EXAMPLE", 1), ("Person", 25), ("  ada ", 1)])
def test_the_search_looks_into_names_and_addresses(client: FlaskClient, search: str, found: int) -> None:
    assert words(client.get(PEOPLE, query_string={"q": search})).count("@example.com") == found


@pytest.mark.usefixtures("crowd")
def test_the_search_is_kept_from_page_to_page(client: FlaskClient) -> None:
    page = client.get(f"{PEOPLE}?q=Person").get_data(as_text=True)

    assert f'href="{PEOPLE}?q=Person&amp;page=2"' in page
    assert 'value="Person"' in page


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("search", ["%", "_", "\\", "'; --", "<b>", "😀", "x" * 10_000])
def test_what_means_something_to_the_database_is_searched_as_it_is(client: FlaskClient, search: str) -> None:
    page = words(client.get(PEOPLE, query_string={"q": search}))

    assert "Nobody found" in page


@pytest.mark.parametrize("search", ["\0", "a\nb", "\u202e"])
def test_a_search_for_control_characters_shows_everybody(client: FlaskClient, search: str) -> None:
    assert "1 person." in words(client.get(PEOPLE, query_string={"q": search}))


def test_the_number_of_queries_does_not_grow_with_the_people(
    app: Flask, client: FlaskClient, make_user: MakeUser
) -> None:
    def queries() -> int:
        counted: list[str] = []
        with app.app_context():
            engine = db.engine
        db.event.listen(engine, "before_cursor_execute", listener := lambda *given: counted.append(given[2]))
        client.get(PEOPLE)
        db.event.remove(engine, "before_cursor_execute", listener)
        return len(counted)

    few = queries()
    for i in range(20):
        make_user(f"p{i}@example.com")

    assert queries() == few
