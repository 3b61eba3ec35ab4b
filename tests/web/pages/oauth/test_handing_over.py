"""A sign-in that fails because another person has to act is handed to them, before there is a connection or after."""

import re

import pytest
from flask.testing import FlaskClient

from tests.http_client import words
from tests.web.pages.oauth.conftest import Rows
from tests.web.pages.oauth.sign_in_client import PEOPLE, Traveller, Trip
from webapp.models import Connection, Handoff
from webapp.services.connections.checks import check_and_store

BLOCKED = {
    "gmail": ("admin_policy_enforced", "The organisation does not let this portal in"),
    "outlook": ("access_denied AADSTS90094: an administrator has set a policy", "An administrator has to approve"),
}


def refused(trip: Trip) -> str:
    """Come back refused by a rule of the organisation; return the page one ends on."""
    error, _, description = BLOCKED[trip.kind][0].partition(" ")
    return trip.come_back(trip.callback(error=error, error_description=description))


def hand_over(ben: Traveller, page: str) -> str:
    """Press the button on the failed panel; return the page with the link."""
    form = ben.form_at(page)
    answer = ben.press(f"/sign-ins/{form['attempt']}/hand-off", form)
    assert answer.status_code == 303, words(answer)
    return str(answer.location)


def link_on(ben: Traveller, page: str) -> str:
    found = re.search(r'id="link" value="[^"]*?(/hand-off/[^"]+)"', ben.client.get(page).get_data(as_text=True))
    assert found
    return found[1]


@pytest.fixture
def stranger(ben: Traveller) -> FlaskClient:
    return ben.client.application.test_client()


def test_the_panel_offers_it_in_a_tab_of_its_own(ben: Traveller) -> None:
    page = ben.client.get(refused(ben.leave())).get_data(as_text=True)

    assert re.search(r'formaction="/sign-ins/[\w-]+/hand-off" formnovalidate formtarget="_blank"', page)
    assert "Hand this to your mailbox administrator" in page


def test_a_stranger_sees_what_the_provider_said_with_the_values_of_the_portal(
    ben: Traveller, stranger: FlaskClient
) -> None:
    path = link_on(ben, hand_over(ben, refused(ben.leave())))

    page = stranger.get(path)

    assert BLOCKED[ben.kind][1] in words(page)
    assert PEOPLE[ben.kind] in words(page)
    assert f"/oauth/{ben.kind}/callback" in words(page)
    assert "There is no connection to test yet" in words(page)
    assert "Test again" not in words(page)


@pytest.mark.parametrize("kind", ["outlook"], indirect=True)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_microsofts_administrator_gets_the_link_that_approves(ben: Traveller, stranger: FlaskClient) -> None:
    page = stranger.get(link_on(ben, hand_over(ben, refused(ben.leave())))).get_data(as_text=True)

    assert re.search(r'<a href="[^"]+/adminconsent\?client_id=', page)


def test_it_turns_green_once_the_sign_in_has_become_a_connection_that_works(
    ben: Traveller, stranger: FlaskClient, rows: Rows
) -> None:
    location = refused(ben.leave(name="Invoices"))
    path = link_on(ben, hand_over(ben, location))

    signed_in = ben.leave_from(location).make()
    form = ben.form_at(signed_in.request.full_path)
    saved = ben.press("/connections/new", form)
    assert saved.status_code == 303, words(saved)
    assert "Test again" in words(stranger.get(path))

    with ben.client.application.app_context():
        check_and_store(int(saved.location.rpartition("/")[2].partition("?")[0]))

    assert "It works now" in words(stranger.get(path))
    assert rows.count(Connection) == 1


def test_who_hands_over_twice_gets_the_same_link(ben: Traveller, rows: Rows) -> None:
    location = refused(ben.leave())

    assert link_on(ben, hand_over(ben, location)) == link_on(ben, hand_over(ben, location))
    assert rows.count(Handoff) == 1


def test_the_way_back_leads_to_the_half_filled_form(ben: Traveller) -> None:
    page = ben.client.get(hand_over(ben, refused(ben.leave(name="Half typed")))).get_data(as_text=True)
    back = re.search(r'<a class="crumb" href="([^"]+)">← Back to the form', page)
    assert back

    assert 'value="Half typed"' in ben.client.get(back[1]).get_data(as_text=True)


def test_a_reconnect_that_is_refused_is_handed_over_for_its_connection(
    ben: Traveller, connected: int, stranger: FlaskClient
) -> None:
    page = f"/connections/{connected}"
    path = link_on(ben, hand_over(ben, refused(ben.leave_from(page))))

    assert BLOCKED[ben.kind][1] in words(stranger.get(path))
    assert "Handed over" in words(ben.client.get(page))


def test_without_an_address_there_is_nobody_to_ask_for(ben: Traveller, rows: Rows) -> None:
    location = refused(ben.leave(address=""))

    assert hand_over(ben, location) == location
    assert rows.count(Handoff) == 0


def test_nobody_else_hands_over_a_sign_in(ben: Traveller, ada: Traveller, rows: Rows) -> None:
    location = refused(ben.leave())
    key = ben.form_at(location)["attempt"]

    assert ada.press(f"/sign-ins/{key}/hand-off", ada.form()).status_code == 404
    assert rows.count(Handoff) == 0


def test_only_who_asked_and_administrators_see_what_was_asked_before_there_was_a_connection(
    ben: Traveller, ada: Traveller, make_user: object, make_traveller: object
) -> None:
    page = hand_over(ben, refused(ben.leave()))
    cleo = make_traveller(make_user("cleo@example.com", name="Cleo"))  # type: ignore[operator]

    assert ada.client.get(page).status_code == 200
    assert cleo.client.get(page).status_code == 404


def test_a_sign_in_that_has_not_failed_is_not_handed_over(ben: Traveller) -> None:
    trip = ben.leave()

    assert ben.press(f"/sign-ins/{trip.key}/hand-off", ben.form()).status_code == 404


@pytest.mark.parametrize("kind", ["outlook"], indirect=True)
@pytest.mark.parametrize("typed", ["x" * 900 + "@office.test", "a@b.test\r\nBcc: all@c.test", "no address"])
def test_a_shared_mailbox_that_can_be_none_is_left_out(ben: Traveller, rows: Rows, typed: str) -> None:
    page = hand_over(ben, refused(ben.leave(shared_mailbox=typed)))

    assert f"Hand over {PEOPLE[ben.kind]}" in ben.client.get(page).get_data(as_text=True)
    assert rows.count(Handoff) == 1
