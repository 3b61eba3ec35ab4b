"""The panel that a page asks for while it waits: how the sign-in stands, and nothing to anybody else."""

from urllib.parse import urlencode

import pytest

from tests.http_client import words
from tests.web.pages.oauth.conftest import MakeConnection, Rows
from tests.web.pages.oauth.sign_in_client import KINDS, OTHERS, PEOPLE, Traveller
from webapp.models import User
from webapp.services.providers.oauth import authorization_requests


def ask(ben: Traveller, key: str, **told: object) -> tuple[int, str]:
    """Ask as htmx does; return the status and what the panel says."""
    asked = urlencode({"kind": ben.kind, "address": PEOPLE[ben.kind], **told})
    answer = ben.client.get(f"/sign-ins/{key}?{asked}", headers={"HX-Request": "true"})
    return answer.status_code, words(answer)


def test_while_the_person_travels_there_is_no_news(ben: Traveller) -> None:
    trip = ben.leave(popup="1")

    assert ask(ben, trip.key)[1].startswith("Waiting for")
    assert ask(ben, trip.key, again="1") == (204, "")
    trip.come_back(trip.decide())
    status, said = ask(ben, trip.key, again="1")
    assert (status, f"Signed in as {PEOPLE[ben.kind]}" in said) == (200, True)


def test_a_window_that_never_opened_is_waited_for_a_little_while(ben: Traveller) -> None:
    key = authorization_requests.new_key()

    assert [ask(ben, key, again="1", asked=asked)[1].startswith("Waiting for") for asked in (0, 7, 8, 10**30)] == [
        *[True] * 2,
        *[False] * 2,
    ]
    assert ask(ben, key, asked="9" * 5000)[0] == 200


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("ending", ["other", "denied"])
def test_every_ending_is_news(ben: Traveller, ending: str) -> None:
    trip = ben.leave(popup="1")
    trip.come_back(trip.decide(OTHERS[ben.kind]) if ending == "other" else trip.decide(decision="deny"))

    status, said = ask(ben, trip.key, again="1")

    expected = f"{OTHERS[ben.kind]} signed in, not {PEOPLE[ben.kind]}" if ending == "other" else "Try again with"
    assert (status, expected in said) == (200, True)


def test_the_address_typed_meanwhile_is_the_one_that_counts(ben: Traveller) -> None:
    trip = ben.leave(popup="1")
    trip.come_back(trip.decide())

    assert f"{PEOPLE[ben.kind]} signed in, not ann@example.com" in ask(ben, trip.key, address="ann@example.com")[1]


def test_nobody_else_is_told(ben: Traveller, ada: Traveller) -> None:
    trip = ben.leave(popup="1")
    trip.come_back(trip.decide())

    assert PEOPLE[ben.kind] not in ask(ada, trip.key, address="", asked=8)[1]
    stranger = ben.client.application.test_client()
    answer = stranger.get(f"/sign-ins/{trip.key}?kind={ben.kind}", headers={"HX-Request": "true"})
    assert (answer.headers["HX-Redirect"], answer.get_data()) == ("/sign-in", b"")


def test_a_trip_to_the_other_provider_is_none_of_this_panel(ben: Traveller) -> None:
    trip = ben.leave(popup="1")
    trip.come_back(trip.decide())
    other = next(kind for kind in KINDS if kind != ben.kind)

    assert "Signed in as" not in ask(ben, trip.key, kind=other, asked=8)[1]


def test_a_panel_of_another_connection_does_not_claim_the_trip(
    ben: Traveller, member: User, make_connection: MakeConnection
) -> None:
    mine, other = make_connection(member), make_connection(member, name="Another")
    trip = ben.leave_from(f"/connections/{mine}", popup="1")
    trip.come_back(trip.decide())

    claims = "The connection uses this sign-in now"
    assert claims in ask(ben, trip.key, connection_id=mine, of="connection")[1]
    assert claims not in ask(ben, trip.key, connection_id=other, of="connection", asked=8)[1]


def test_a_trip_whose_connection_is_deleted_ends_the_waiting(
    ben: Traveller, member: User, make_connection: MakeConnection, rows: Rows
) -> None:
    connection_id = make_connection(member)
    trip = ben.leave_from(f"/connections/{connection_id}", popup="1")
    rows.delete(connection_id)

    assert ask(ben, trip.key, connection_id=connection_id, of="connection")[0] == 404


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "told",
    [
        {"kind": "credentials"},
        {"kind": ""},
        {"of": "connection"},
        {"of": "connection", "connection_id": "x"},
        {"connection_id": 2**31 - 1},
    ],
)
def test_what_is_not_there_is_not_found(ben: Traveller, told: dict[str, object]) -> None:
    assert ask(ben, authorization_requests.new_key(), **told)[0] == 404


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("key", ["x", "a" * 44, "a%00" + "b" * 30, "%F0%9F%98%80" * 20])
def test_a_key_that_cannot_be_one_is_not_found(ben: Traveller, key: str) -> None:
    assert ask(ben, key)[0] == 404


@pytest.mark.parametrize("connection_id", ["0", "-1", "9" * 30, "\0"])
def test_a_number_that_cannot_be_one_is_no_connection(ben: Traveller, connection_id: str) -> None:
    assert ask(ben, authorization_requests.new_key(), connection_id=connection_id)[0] == 200


@pytest.mark.parametrize("address", ['"><script>alert(1)</script>', "x" * 10_000, "a\0b"])
def test_an_address_is_a_text(ben: Traveller, address: str) -> None:
    trip = ben.leave(popup="1")
    trip.come_back(trip.decide())

    asked = urlencode({"kind": ben.kind, "address": address})
    page = ben.client.get(f"/sign-ins/{trip.key}?{asked}").get_data(as_text=True)

    assert "signed in, not" in page
    assert "<script>" not in page
