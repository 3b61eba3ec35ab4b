"""A code is exchanged for tokens by a provider that fails in every way: each is a diagnosis, and nothing is lost."""

import socket
from functools import partial

import pytest

from tests.http_client import words
from tests.web.pages.oauth.conftest import Registrations, Rows
from tests.web.pages.oauth.sign_in_client import PEOPLE, Traveller, Trip, diagnosed, form_on
from webapp.core.net.http import HttpLimits
from webapp.core.oauth.client import OAuthClient
from webapp.models import Grant, write_transaction
from webapp.services.providers.oauth import client_registration

TYPED = {"name": "  Invoices of <Zoë> & “co” 😀 ", "address": ""}


def comes_back_filled_and_succeeds(ben: Traveller, trip: Trip, location: str) -> None:
    """Hold that the form is back as it was, and that its own button leads to the end this time."""
    page = ben.client.get(location)
    form = form_on(page)
    assert {"name": form["name"], "address": form["address"]} == {
        "name": TYPED["name"].strip(),
        "address": PEOPLE[ben.kind],
    }
    assert form["attempt"] == trip.key
    again = ben.leave(form)
    assert again.key == trip.key
    assert f"Signed in as {PEOPLE[ben.kind]}" in words(again.make())


@pytest.fixture
def trip(ben: Traveller) -> Trip:
    return ben.leave(**{**TYPED, "address": PEOPLE[ben.kind]})


@pytest.mark.parametrize(
    ("fault", "slug"),
    [
        ("429", "rate-limited"),
        ("500", "server-unavailable"),
        ("html", "server-unavailable"),
        ("empty", "server-unavailable"),
        ("no-token", "server-unavailable"),
        ("drop", "connection-dropped"),
        ("silent", "connection-timeout"),
    ],
)
def test_a_token_endpoint_in_trouble_is_named_and_nothing_is_lost(
    ben: Traveller, trip: Trip, monkeypatch: pytest.MonkeyPatch, rows: Rows, fault: str, slug: str
) -> None:
    if fault == "silent":
        impatient = partial(OAuthClient, limits=HttpLimits(total=0.5, connect=0.5))
        monkeypatch.setattr(client_registration, "OAuthClient", impatient)
    ben.provider.hook("faults", kind=fault)

    location = trip.come_back(trip.decide())

    assert diagnosed(trip, location) == slug
    assert rows.count(Grant) == 0
    monkeypatch.undo()
    comes_back_filled_and_succeeds(ben, trip, location)


def test_a_provider_that_is_down_is_named(ben: Traveller, trip: Trip, registrations: Registrations) -> None:
    path = trip.decide()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    before = registrations.oauth_overrides().copy()
    registrations.move(ben.kind, token=f"http://127.0.0.1:{port}/token")

    location = trip.come_back(path)

    assert diagnosed(trip, location) == "connection-refused"
    registrations.oauth_overrides().update(before)
    comes_back_filled_and_succeeds(ben, trip, location)


def test_keys_that_cannot_be_fetched_are_named(ben: Traveller, trip: Trip, registrations: Registrations) -> None:
    registrations.move(ben.kind, jwks_uri=f"{ben.provider.url}/nothing-here")

    location = trip.come_back(trip.decide())

    assert diagnosed(trip, location) in ("server-unavailable", "oauth-client-misconfigured", "unknown")
    assert "404" in words(ben.client.get(location))


@pytest.mark.parametrize(
    ("changes", "slugs"),
    [
        ({"client_secret": "another"}, {"gmail": "client-secret-wrong", "outlook": "client-secret-wrong"}),
        ({"client_id": "another"}, {"gmail": "client-unknown", "outlook": "client-unknown"}),
        ({"client_id": ""}, {"gmail": "client-unknown", "outlook": "client-unknown"}),
        ({"client_secret": ""}, {"gmail": "client-unknown", "outlook": "client-unknown"}),
    ],
)
def test_a_registration_changed_during_the_trip_is_named(
    ben: Traveller, trip: Trip, registrations: Registrations, rows: Rows, changes: dict[str, str], slugs: dict[str, str]
) -> None:
    path = trip.decide()
    before = registrations.oauth_overrides().copy()
    registrations.change(ben.kind, **changes)

    location = trip.come_back(path)
    page = words(ben.client.get(location))

    assert rows.count(Grant) == 0
    if "" in changes.values():
        assert "is not set up on this portal yet" in page
    registrations.oauth_overrides().update(before)
    assert diagnosed(trip, location) == slugs[ben.kind]
    comes_back_filled_and_succeeds(ben, trip, location)


@pytest.mark.parametrize("kind", ["outlook"], indirect=True)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_a_secret_that_has_expired_for_one_person_is_the_operators_to_mend(ben: Traveller) -> None:
    silas = PEOPLE["outlook"].replace("anton", "silas")
    trip = ben.leave(address=silas)

    location = trip.come_back(trip.decide(silas))

    assert diagnosed(trip, location) == "client-secret-expired"


def test_others_write_to_the_database_while_the_provider_is_waited_for(
    ben: Traveller, trip: Trip, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction that stayed open would keep every other person waiting."""
    redeem, written = OAuthClient.exchange_code, []

    def write(*arguments: object, **named: object) -> object:
        with ben.client.application.app_context(), write_transaction() as connection:
            written.append(connection.exec_driver_sql("UPDATE connection SET name = name").rowcount)
        return redeem(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(OAuthClient, "exchange_code", write)

    assert f"Signed in as {PEOPLE[ben.kind]}" in words(trip.make())
    assert written == [0]
