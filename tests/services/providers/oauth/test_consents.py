"""What a consent becomes: a grant, the grant of before healed, or a refusal that leaves everything as it was."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.conftest import MakeUser, sign_in_as
from tests.core.oauth.servers import PATIENCE
from tests.services.providers.oauth.authorization_helper import HOUR, Desk, answer
from tests.services.providers.oauth.consent_trips import Trip
from webapp.core.oauth.client import OAuthClient, TokenResponse
from webapp.core.oauth.errors import FailureKind
from webapp.models import Connection, Grant, db
from webapp.practice.oauth_server.http_server import ProviderServer
from webapp.security.secret_box import SecretBox
from webapp.services.providers.gmail import GMAIL
from webapp.services.providers.outlook import OUTLOOK

Begin = Callable[..., Trip]
Meanwhile = Callable[[Callable[[], object]], None]


@pytest.fixture
def begin(desk: Desk, client: FlaskClient, make_user: MakeUser) -> Begin:
    """Return a function that begins trips of one browser."""
    sign_in_as(client, make_user())
    return lambda authority, **named: Trip.begin(desk, client, authority, **named)


def grants(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Grant)) or 0


def grant_of(app: Flask, connection_id: int) -> int | None:
    with app.app_context():
        return db.session.get_one(Connection, connection_id).grant_id


@pytest.mark.parametrize("house", ["google", "microsoft"])
def test_a_consent_becomes_a_grant_that_can_be_renewed(
    desk: Desk, begin: Begin, request: pytest.FixtureRequest, house: str
) -> None:
    authority: ProviderServer = request.getfixturevalue(house)

    grant_id = begin(authority).grant()

    assert authority.store.active_access_token(desk.fresh(grant_id).value)
    desk.make_due(grant_id)
    assert authority.store.active_access_token(desk.fresh(grant_id).value)


def test_a_second_consent_of_an_account_renews_its_one_grant(
    app: Flask, desk: Desk, begin: Begin, microsoft: ProviderServer
) -> None:
    first = begin(microsoft).grant()
    before = desk.row(first)

    second = begin(microsoft).grant()

    after = desk.row(first)
    assert (first, grants(app)) == (second, 1)
    assert after.version > before.version
    assert after.sealed_refresh_token != before.sealed_refresh_token


def test_a_second_consent_without_refresh_token_never_wipes_the_first(
    desk: Desk, begin: Begin, google: ProviderServer
) -> None:
    grant_id = begin(google).grant()
    before = desk.refresh_token(grant_id)

    assert begin(google, prompt="").grant() == grant_id

    assert desk.refresh_token(grant_id) == before
    desk.make_due(grant_id)
    assert google.store.active_access_token(desk.fresh(grant_id).value)


def test_a_first_consent_without_refresh_token_is_refused(app: Flask, begin: Begin, google: ProviderServer) -> None:
    trip = begin(google, access_type="")

    trip.come_back()

    assert trip.failure.symptom == "no-refresh-token"
    assert grants(app) == 0


def test_a_narrower_consent_is_refused_and_leaves_the_grant_as_it_was(
    desk: Desk, begin: Begin, google: ProviderServer
) -> None:
    grant_id = begin(google).grant()
    before = desk.row(grant_id)
    trip = begin(google, ticked=[])

    trip.come_back()

    assert trip.failure.symptom == "mail-scope-not-granted"
    assert desk.row(grant_id) == before


def test_an_ended_grant_is_healed_for_every_connection(
    app: Flask, desk: Desk, begin: Begin, google: ProviderServer
) -> None:
    grant_id = begin(google).grant()
    one, two = desk.connect(grant_id, "One"), desk.connect(grant_id, "Two")
    google.revoke(desk.row(grant_id).account)
    desk.make_due(grant_id)
    assert desk.failure(grant_id).kind is FailureKind.INVALID_GRANT

    trip = begin(google, connection_id=one)
    assert trip.grant() == grant_id

    assert (grant_of(app, one), grant_of(app, two)) == (grant_id, grant_id)
    assert trip.attempt.settled
    assert google.store.active_access_token(desk.fresh(grant_id).value)
    assert (desk.row(grant_id).ended_at, desk.row(grant_id).ended_failure) == (None, "")


def test_an_ended_grant_is_not_healed_without_a_refresh_token(desk: Desk, begin: Begin, google: ProviderServer) -> None:
    grant_id = begin(google).grant()
    desk.change(grant_id, ended_at=desk.row(grant_id).obtained_at, ended_failure="{}")
    trip = begin(google, prompt="")

    trip.come_back()

    assert trip.failure.symptom == "no-refresh-token"
    assert desk.row(grant_id).ended_at is not None


@pytest.mark.parametrize("kind", ["429", "500", "html", "empty", "no-token", "drop"])
def test_a_provider_in_trouble_fails_the_attempt_alone(
    desk: Desk, begin: Begin, microsoft: ProviderServer, kind: str
) -> None:
    grant_id = begin(microsoft).grant()
    before = desk.row(grant_id)
    trip = begin(microsoft)
    microsoft.fail_next(kind)

    trip.come_back()

    assert trip.failure.kind is FailureKind.TEMPORARY
    assert desk.row(grant_id) == before


def test_a_code_is_redeemed_once_though_the_callback_comes_often(begin: Begin, microsoft: ProviderServer) -> None:
    trip = begin(microsoft)
    together = Barrier(4)

    def come_back() -> int:
        together.wait(PATIENCE)
        return trip.come_back().status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = [each.result(PATIENCE) for each in [pool.submit(come_back) for _ in range(4)]]

    assert statuses == [303] * 4
    assert microsoft.token_calls == 1
    assert trip.attempt.grant_id is not None


def test_two_windows_make_one_grant_of_an_account(app: Flask, begin: Begin, microsoft: ProviderServer) -> None:
    trips = [begin(microsoft) for _ in range(4)]
    together = Barrier(4)

    def come_back(trip: Trip) -> int:
        together.wait(PATIENCE)
        return trip.grant()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(come_back, trips))

    assert len(set(found)) == grants(app) == 1


def test_nothing_is_open_in_the_database_while_the_provider_is_asked(
    app: Flask, desk: Desk, begin: Begin, microsoft: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    trip = begin(microsoft)
    with app.app_context():
        pool = db.engine.pool
    in_use: list[int] = []

    def watched(name: str) -> None:
        original = getattr(OAuthClient, name)

        def ask(*arguments: object, **named: object) -> object:
            in_use.append(pool.checkedout())  # type: ignore[attr-defined]
            # On SQLite a second writer would wait for the first, which waits for this answer, and fail.
            desk.consent(GMAIL, answer(refresh_token="refresh-of-another"), subject=name)
            return original(*arguments, **named)

        monkeypatch.setattr(OAuthClient, name, ask)

    watched("exchange_code")
    watched("verify_identity")

    assert desk.row(trip.grant()) is not None
    assert in_use == [0, 0]


def test_a_key_that_is_missing_is_said_at_once(app: Flask, begin: Begin, microsoft: ProviderServer) -> None:
    trip = begin(microsoft)
    app.extensions["postroom.secret_box"] = SecretBox({"k2": bytes(32)})

    assert trip.come_back().status_code == 303

    assert "the data key 'k1' is missing" in trip.failure.text
    assert grants(app) == 0


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Return a function that lets something happen while a code is redeemed."""
    redeem = OAuthClient.exchange_code

    def let(happen: Callable[[], object]) -> None:
        def ask(*arguments: Any, **named: Any) -> TokenResponse:
            happen()
            return redeem(*arguments, **named)

        monkeypatch.setattr(OAuthClient, "exchange_code", ask)

    return let


@pytest.mark.parametrize("fault", ["", "500"])
def test_a_connection_deleted_meanwhile_takes_its_attempt_along(
    desk: Desk, begin: Begin, microsoft: ProviderServer, meanwhile: Meanwhile, fault: str
) -> None:
    grant_id = desk.sign_in(microsoft)
    connection_id = desk.connect(grant_id)
    before = desk.row(grant_id)
    trip = begin(microsoft, connection_id=connection_id)
    if fault:
        microsoft.fail_next(fault)
    meanwhile(lambda: desk.disconnect(connection_id))

    assert trip.come_back().status_code == 303

    assert desk.row(grant_id) == before


def test_a_connection_edited_meanwhile_is_reconnected_all_the_same(
    app: Flask, desk: Desk, begin: Begin, microsoft: ProviderServer, meanwhile: Meanwhile
) -> None:
    connection_id = desk.connect(desk.sign_in(microsoft))
    trip = begin(microsoft, connection_id=connection_id)

    def edit() -> None:
        with desk.writing():
            connection = db.session.get_one(Connection, connection_id)
            connection.name, connection.version = "Another name", connection.version + 1
            db.session.commit()

    meanwhile(edit)

    grant_id = trip.grant()

    assert trip.attempt.settled
    assert grant_of(app, connection_id) == grant_id
    with app.app_context():
        connection = db.session.get_one(Connection, connection_id)
        assert (connection.name, connection.version) == ("Another name", 3)


def test_a_reconnection_keeps_the_connection_and_its_grant(
    app: Flask, desk: Desk, begin: Begin, microsoft: ProviderServer
) -> None:
    grant_id = begin(microsoft).grant()
    connection_id = desk.connect(grant_id)
    desk.make_due(grant_id, HOUR)

    assert begin(microsoft, connection_id=connection_id).grant() == grant_id

    assert grant_of(app, connection_id) == grant_id
    assert desk.row(grant_id).credential_type == OUTLOOK
