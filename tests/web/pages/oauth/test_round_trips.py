"""The form that a person leaves comes back as it was: in this window, from a pop-up, new or saved."""

import pytest

from tests.http_client import words
from tests.web.pages.oauth.conftest import MakeConnection, Rows
from tests.web.pages.oauth.sign_in_client import KINDS, OTHERS, PEOPLE, Traveller, form_on
from webapp.models import User
from webapp.practice.oauth_server.sample_users import OFFICE, SHARED_MAILBOX

OUTLOOK = pytest.mark.parametrize("kind", ["outlook"], indirect=True)
AWKWARD = "  <b>Zoë & “co”</b> 😀 דוד\u200f 'x' "


@pytest.mark.parametrize(
    ("typed", "decision"),
    [(AWKWARD, "allow"), (AWKWARD, "deny"), ("x" * 1000, "deny"), ("a\0b\x1b[2J", "allow"), ("", "allow")],
)
def test_what_was_typed_comes_back_whatever_the_provider_says(ben: Traveller, typed: str, decision: str) -> None:
    more = {"shared_mailbox": SHARED_MAILBOX} if ben.kind == "outlook" else {}
    trip = ben.leave(name=typed, **more)

    page = ben.client.get(trip.come_back(trip.decide(decision=decision)))

    form = form_on(page)
    # What HTML cannot hold is for the form to refuse when it is saved.
    assert form["name"].replace("\ufffd", "\0") == typed.strip()
    assert (form["address"], form["credential_type"]) == (PEOPLE[ben.kind], KINDS[ben.kind].value)
    assert form["attempt"] == trip.key
    assert {name: form[name] for name in more} == more
    assert "<b>Zo" not in page.get_data(as_text=True)


def test_more_than_any_field_takes_is_cut_and_not_refused(ben: Traveller) -> None:
    trip = ben.leave(name="x" * 10_000, address="y" * 10_000, credential_type="z" * 10_000)

    form = form_on(trip.make())

    assert (len(form["name"]), len(form["address"])) == (1000, 1000)
    assert form["credential_type"] == KINDS[ben.kind].value


def test_a_form_without_an_address_takes_that_of_the_account(ben: Traveller, rows: Rows) -> None:
    form = form_on(ben.leave(address="").make())

    assert form["address"] == PEOPLE[ben.kind]
    answer = ben.press("/connections/new", form)
    assert (answer.status_code, rows.account(int(answer.location.rpartition("/")[2]))) == (303, PEOPLE[ben.kind])


def test_a_pop_up_says_so_and_leads_on_for_who_has_no_other_window(ben: Traveller) -> None:
    trip = ben.leave(popup="1")

    location = trip.come_back(trip.decide())

    page = ben.client.get(location)
    assert location == f"/oauth/{ben.kind}/done/{trip.key}"
    assert f"Signed in as {PEOPLE[ben.kind]}" in words(page)
    assert f'href="/connections/new?attempt={trip.key}"' in page.get_data(as_text=True)
    assert f'data-sign-in-done="{trip.key}"' in page.get_data(as_text=True)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("key", ["x", "a" * 30, "%00"])
def test_the_end_of_a_trip_that_was_none_is_not_there(ben: Traveller, key: str) -> None:
    assert ben.client.get(f"/oauth/{ben.kind}/done/{key}").status_code == 404


def test_the_end_of_a_trip_is_shown_to_its_own_browser(ben: Traveller, ada: Traveller) -> None:
    trip = ben.leave(popup="1")
    location = trip.come_back(trip.decide())

    assert ada.client.get(location).status_code == 404
    assert ada.client.get(f"/connections/new?attempt={trip.key}").status_code == 200
    assert PEOPLE[ben.kind] not in words(ada.client.get(f"/connections/new?attempt={trip.key}"))


def test_two_tabs_keep_two_forms_apart(ben: Traveller) -> None:
    first, second = ben.leave(name="First"), ben.leave(name="Second", address=OTHERS[ben.kind])
    paths = [first.decide(), second.decide(OTHERS[ben.kind])]

    pages = [ben.client.get(second.come_back(paths[1])), ben.client.get(first.come_back(paths[0]))]

    assert [form_on(page)["name"] for page in pages] == ["Second", "First"]
    assert f"Signed in as {OTHERS[ben.kind]}" in words(pages[0])
    assert f"Signed in as {PEOPLE[ben.kind]}" in words(pages[1])


@pytest.fixture
def edited(ben: Traveller, member: User, make_connection: MakeConnection) -> str:
    """Return the address at which a connection of Ben's is edited."""
    return f"/connections/{make_connection(member)}/edit"


def test_an_edit_comes_back_with_its_changes_and_is_saved(ben: Traveller, edited: str, rows: Rows) -> None:
    trip = ben.leave_from(edited, name="New name")

    location = trip.come_back(trip.decide())

    assert location == f"{edited}?attempt={trip.key}"
    connection_id = int(edited.split("/")[2])
    assert rows.connection(connection_id).name == "Invoices"
    answer = ben.press(edited, ben.form_at(location))
    assert answer.status_code == 303, words(answer)
    assert (rows.connection(connection_id).name, rows.account(connection_id)) == ("New name", PEOPLE[ben.kind])


def test_an_edit_conflict_is_still_noticed_after_the_trip(ben: Traveller, edited: str, rows: Rows) -> None:
    trip = ben.leave_from(edited, name="Mine")
    with rows.changing(int(edited.split("/")[2])) as connection:
        connection.name = connection.name_key = "theirs"

    form = form_on(trip.make())
    answer = ben.press(edited, form)

    assert form["version"] == "1"
    assert (answer.status_code, "Somebody else changed this connection" in words(answer)) == (409, True)
    assert form_on(answer)["name"] == "Mine"
    assert ben.press(edited, form_on(answer)).status_code == 303


@OUTLOOK
def test_a_shared_mailbox_is_saved_after_the_trip(ben: Traveller, rows: Rows) -> None:
    tom = f"tom@{OFFICE}"
    form = form_on(ben.leave(address=tom, shared_mailbox=SHARED_MAILBOX).make(tom))

    answer = ben.press("/connections/new", form)

    connection = rows.connection(int(answer.location.rpartition("/")[2]))
    assert (connection.address, connection.user) == (tom, SHARED_MAILBOX)


def test_a_connection_that_was_edited_and_deleted_meanwhile_is_gone(ben: Traveller, edited: str, rows: Rows) -> None:
    trip = ben.leave_from(edited)
    path = trip.decide()
    rows.delete(int(edited.split("/")[2]))

    assert trip.come_back(path).endswith("/over?why=unknown")
    assert ben.client.get(f"{edited}?attempt={trip.key}").status_code == 404
    assert rows.grants() == []
