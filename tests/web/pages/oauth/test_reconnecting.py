"""Signing in again for a saved connection: in place, by whom it belongs to, and never as another person in silence."""

import pytest
import requests

from tests.http_client import words
from tests.web.pages.oauth.conftest import MakeConnection, Registrations, Rows
from tests.web.pages.oauth.sign_in_client import OTHERS, PEOPLE, Traveller, form_on
from webapp.models import CheckState, Connection, User
from webapp.practice.oauth_server.sample_users import OFFICE, SHARED_MAILBOX

OUTLOOK = pytest.mark.parametrize("kind", ["outlook"], indirect=True)
TOM, ANTON = f"tom@{OFFICE}", f"anton@{OFFICE}"


def test_the_account_of_the_connection_connects_it_in_place(ben: Traveller, connection_id: int, rows: Rows) -> None:
    trip = ben.leave_from(f"/connections/{connection_id}")

    location = trip.come_back(trip.decide())

    assert location == f"/connections/{connection_id}?attempt={trip.key}"
    assert f"Signed in as {PEOPLE[ben.kind]} . The connection uses this sign-in now" in words(ben.client.get(location))
    assert (rows.account(connection_id), rows.count(Connection)) == (PEOPLE[ben.kind], 1)


def test_reconnecting_keeps_grant_and_connection(ben: Traveller, connected: int, rows: Rows) -> None:
    before = rows.connection(connected).grant_id

    ben.leave_from(f"/connections/{connected}").make()

    assert rows.connection(connected).grant_id == before
    assert rows.grants() == [PEOPLE[ben.kind]]


def test_another_account_changes_nothing_until_somebody_decides(ben: Traveller, connected: int, rows: Rows) -> None:
    page = ben.leave_from(f"/connections/{connected}").make(OTHERS[ben.kind])

    assert f"{OTHERS[ben.kind]} signed in, not {PEOPLE[ben.kind]}" in words(page)
    assert rows.account(connected) == PEOPLE[ben.kind]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("address", [OTHERS["gmail"], OTHERS["outlook"], ""])
def test_the_form_does_not_say_which_account_is_meant(ben: Traveller, connected: int, rows: Rows, address: str) -> None:
    trip = ben.leave_from(f"/connections/{connected}", address=address)

    assert trip.asked["login_hint"] == PEOPLE[ben.kind]
    trip.make(OTHERS[ben.kind])
    assert rows.account(connected) == PEOPLE[ben.kind]


def test_using_the_other_account_moves_the_connection_and_gives_the_first_grant_back(
    ben: Traveller, connected: int, rows: Rows
) -> None:
    with rows.changing(connected) as connection:
        connection.state, connection.last_problem = CheckState.FAILS, "reconnect-required"
    trip = ben.leave_from(f"/connections/{connected}")
    form = form_on(trip.make(OTHERS[ben.kind]))

    answer = ben.press(f"/sign-ins/{trip.key}/use-account", form)

    connection = rows.connection(connected)
    assert (answer.status_code, answer.location) == (303, f"/connections/{connected}?attempt={trip.key}")
    assert (connection.address, connection.user, connection.id) == (OTHERS[ben.kind], OTHERS[ben.kind], connected)
    assert (connection.state, connection.last_problem) == (CheckState.NOT_TESTED, "")
    assert rows.grants() == [OTHERS[ben.kind]]
    held = requests.get(f"{ben.provider.url}/practice/state", timeout=10).json()["grants"]
    assert [grant["address"] for grant in held] == ([OTHERS["gmail"]] if ben.kind == "gmail" else [ANTON, TOM])


def test_a_provider_that_cannot_be_told_is_said(
    ben: Traveller, connected: int, rows: Rows, registrations: Registrations
) -> None:
    trip = ben.leave_from(f"/connections/{connected}")
    form = form_on(trip.make(OTHERS[ben.kind]))
    if ben.kind == "gmail":
        registrations.move("gmail", revocation=f"{ben.provider.url}/nothing-here")

    ben.press(f"/sign-ins/{trip.key}/use-account", form)

    page = words(ben.client.get(f"/connections/{connected}"))
    assert ("Google could not be told" in page) is (ben.kind == "gmail")
    assert rows.grants() == [OTHERS[ben.kind]]


@OUTLOOK
@pytest.mark.parametrize("htmx", [False, True])
def test_a_shared_mailbox_is_proved_in_place(
    ben: Traveller, member: User, make_connection: MakeConnection, rows: Rows, htmx: bool
) -> None:
    connection_id = make_connection(member, address=SHARED_MAILBOX)
    trip = ben.leave_from(f"/connections/{connection_id}")
    form = form_on(trip.make(TOM))

    answer = ben.client.post(f"/sign-ins/{trip.key}/prove", data=form, headers={"HX-Request": "true"} if htmx else {})

    assert answer.headers["HX-Redirect" if htmx else "Location"].startswith(f"/connections/{connection_id}?")
    assert (rows.connection(connection_id).user, rows.account(connection_id)) == (SHARED_MAILBOX, TOM)


@OUTLOOK
@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_not_proved_changes_nothing_and_is_explained(
    ben: Traveller, connected: int, rows: Rows, htmx: bool
) -> None:
    trip = ben.leave_from(f"/connections/{connected}")
    form = form_on(trip.make(TOM))

    answer = ben.client.post(f"/sign-ins/{trip.key}/prove", data=form, headers={"HX-Request": "true"} if htmx else {})

    page = words(answer if htmx else ben.client.get(answer.location))
    assert f"{TOM} signed in, not {ANTON}" in page
    assert ("Open INBOX" if htmx else f"{TOM} cannot open {ANTON}") in page
    assert rows.account(connected) == ANTON


def test_the_trip_for_one_connection_is_not_shown_at_another(
    ben: Traveller, member: User, connected: int, make_connection: MakeConnection
) -> None:
    other = make_connection(member, address=OTHERS[ben.kind], name="Another")
    trip = ben.leave_from(f"/connections/{connected}")
    trip.make()

    for path in (f"/connections/{other}", f"/connections/{other}/edit", "/connections/new"):
        page = ben.client.get(f"{path}?attempt={trip.key}")
        assert f"Signed in as {PEOPLE[ben.kind]}" not in words(page)
        assert trip.key not in page.get_data(as_text=True)


def test_a_reconnected_connection_works(ben: Traveller, connected: int) -> None:
    answer = ben.press(f"/connections/{connected}/test", ben.form_at(f"/connections/{connected}"))

    assert "It works: 12 messages in INBOX" in words(answer)
