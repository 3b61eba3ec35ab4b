"""The callback: its state is checked before all else, it counts once, and only for the browser that began the trip."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from tests.http_client import words
from tests.web.pages.oauth.conftest import Rows
from tests.web.pages.oauth.sign_in_client import KINDS, PEOPLE, Traveller, Trip, codes_of, diagnosed, leaks
from webapp.core.oauth.client import OAuthClient
from webapp.models import AuthorizationRequest, Grant, utcnow
from webapp.services.providers.oauth import authorization_response

UNKNOWN = "/over?why=unknown"
CODE = "a-code-nobody-must-see-again"


def stays_open(trip: Trip) -> bool:
    """Return whether the provider's own callback still leads to a grant."""
    return f"Signed in as {PEOPLE[trip.kind]}" in words(trip.make())


@pytest.mark.parametrize(
    "state", ["", "state=", "state=foreign", "state=" + "s" * 5000, "state=%00", "state=%FF%FE", "state=%F0%9F%98%80"]
)
def test_a_state_that_nobody_was_given_leads_nowhere(ben: Traveller, state: str) -> None:
    trip = ben.leave()

    over = trip.come_back(f"/oauth/{trip.kind}/callback?{state}&code={CODE}")

    assert over.endswith(UNKNOWN)
    page = ben.client.get(over)
    assert (page.status_code, "This sign-in is not known here" in words(page)) == (400, True)
    assert ben.token_calls == 0
    assert stays_open(trip)


def test_a_stranger_with_a_forged_state_is_not_quoted(app: Flask, ben: Traveller) -> None:
    stranger = app.test_client()
    said = "Your+account+was+closed.+Call+0900-555"

    for client in (stranger, ben.client):
        forged = f"/oauth/{ben.kind}/callback?state=forged&error=access_denied&error_description={said}"
        over = ben.leave().come_back(forged, client)

        assert over.endswith(UNKNOWN)
        assert "0900" not in client.get(over).get_data(as_text=True)
    assert "0900" not in stranger.get(f"/oauth/{ben.kind}/over?why={said}").get_data(as_text=True)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["state", "code", "error", "iss"])
@pytest.mark.parametrize("value", ["", "another"])
def test_what_is_said_twice_counts_as_not_said(ben: Traveller, name: str, value: str) -> None:
    trip = ben.leave()
    said = trip.callback(code=CODE, error="access_denied", iss="https://provider.example")

    assert trip.come_back(f"{said}&{name}={value}").endswith(UNKNOWN)
    assert ben.token_calls == 0
    assert stays_open(trip)


def test_the_callback_of_another_provider_takes_nothing(ben: Traveller) -> None:
    trip = ben.leave()
    other = next(kind for kind in KINDS if kind != ben.kind)

    answer = ben.client.get(trip.callback(code=CODE).replace(f"/oauth/{ben.kind}/", f"/oauth/{other}/"))

    assert answer.location == f"/oauth/{other}{UNKNOWN}"
    assert ben.token_calls == 0
    assert stays_open(trip)


def test_an_answer_after_ten_minutes_comes_too_late(ben: Traveller, rows: Rows) -> None:
    trip = ben.leave()
    path = trip.decide()

    with time_machine.travel(utcnow() + timedelta(minutes=10, seconds=1)):
        location = trip.come_back(path)

        assert "The sign-in took too long: start it once more" in words(ben.client.get(location))
        assert diagnosed(trip, location) == "sign-in-restart"
    assert ben.token_calls == 0
    assert rows.count(Grant) == 0


def test_coming_back_again_leads_to_the_same_page_and_asks_nobody(ben: Traveller, rows: Rows) -> None:
    """A reload, the back button, a link that a program has looked at before."""
    trip = ben.leave()
    path = trip.decide()

    assert ben.client.head(path, headers={"Sec-Purpose": "prefetch"}).status_code == 303
    locations = {trip.come_back(path) for _ in range(3)}

    assert len(locations) == 1
    assert f"Signed in as {PEOPLE[ben.kind]}" in words(ben.client.get(locations.pop()))
    assert (ben.token_calls, rows.count(Grant)) == (1, 1)


def test_an_error_after_the_code_changes_nothing(ben: Traveller) -> None:
    trip = ben.leave()
    trip.come_back(trip.decide())

    location = trip.come_back(trip.callback(error="access_denied"))

    assert f"Signed in as {PEOPLE[ben.kind]}" in words(ben.client.get(location))


def test_two_callbacks_at_the_same_moment_exchange_one_code(ben: Traveller, rows: Rows) -> None:
    trip = ben.leave()
    path = trip.decide()
    cookie = ben.client.get_cookie("postroom")
    assert cookie is not None
    # Long enough that the second one comes while the first one still waits.
    ben.provider.hook("faults", kind="slow", seconds=1)
    together = Barrier(2)

    def call_back() -> str:
        window = ben.client.application.test_client()
        window.set_cookie("postroom", cookie.value)
        together.wait(20)
        return trip.come_back(path, window)

    with ThreadPoolExecutor(2) as pool:
        locations = {future.result() for future in [pool.submit(call_back) for _ in range(2)]}

    assert len(locations) == 1
    assert f"Signed in as {PEOPLE[ben.kind]}" in words(ben.client.get(locations.pop()))
    assert (ben.token_calls, rows.count(Grant)) == (1, 1)


def test_logs_hold_no_code_no_state_and_no_token(
    ben: Traveller, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for logger in ("", "sqlalchemy.engine", "sqlalchemy.pool"):
        caplog.set_level(logging.DEBUG, logger)
    heard: list[Any] = []
    redeem = OAuthClient.exchange_code

    def listen(*arguments: Any, **named: Any) -> Any:
        heard.append(redeem(*arguments, **named))
        return heard[-1]

    monkeypatch.setattr(OAuthClient, "exchange_code", listen)
    trip = ben.leave()
    path = trip.decide()
    refused = ben.leave()
    over = trip.come_back(f"/oauth/{trip.kind}/callback?state={'f' * 43}&code={CODE}")
    ben.provider.hook("faults", kind="500")

    pages = [ben.client.get(each) for each in (over, refused.come_back(refused.decide()), trip.come_back(path))]

    (tokens,) = heard
    secrets = [*codes_of(path), CODE, "f" * 43, refused.asked["state"], trip.asked["nonce"]]
    secrets += [tokens.access_token, tokens.refresh_token, tokens.id_token, ben.provider.client_secret]
    # The person's own browser, which speaks to the provider, uses urllib3; the portal does not.
    log = "".join(record.getMessage() for record in caplog.records if not record.name.startswith("urllib3"))
    assert "INSERT INTO sign_in_attempt" in log
    assert leaks(log, secrets) == []
    assert leaks("".join(page.get_data(as_text=True) for page in pages), secrets) == []


class KilledError(BaseException):
    """The end of a process: no handler takes it."""


def die(*_: object, **__: object) -> None:
    raise KilledError


def test_a_process_killed_before_it_had_the_tokens_is_told_after_half_a_minute(
    ben: Traveller, monkeypatch: pytest.MonkeyPatch, rows: Rows
) -> None:
    trip = ben.leave(name="Half typed")
    path = trip.decide()
    with monkeypatch.context() as patch:
        patch.setattr(OAuthClient, "exchange_code", die)
        with pytest.raises(KilledError):
            ben.client.get(path)

    location = trip.come_back(path)
    assert "Waiting for" in words(ben.client.get(location))
    with time_machine.travel(utcnow() + timedelta(seconds=31)):
        page = ben.client.get(location)

        assert diagnosed(trip, location) == "sign-in-restart"
        assert 'value="Half typed"' in page.get_data(as_text=True)
    assert rows.count(Grant) == 0
    assert "Signed in as" in words(ben.leave_from(location).make())


def test_a_mistake_of_ours_ends_in_a_diagnosis_and_not_at_the_address_with_the_code(
    ben: Traveller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, rows: Rows
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("no such thing")

    trip = ben.leave()
    monkeypatch.setattr(authorization_response, "store_consent", fail)

    location = trip.come_back(trip.decide())

    assert diagnosed(trip, location) == "sign-in-restart"
    assert "KeyError" in caplog.text
    assert rows.count(AuthorizationRequest) == 1


@pytest.mark.parametrize(
    ("said", "status", "words"),
    [
        ("admin_consent=True&tenant=contoso", 200, "the portal is approved"),
        ("admin_consent=True&error=consent_required&error_description=<script>AADSTS65004", 400, "was not approved"),
        ("admin_consent=False", 400, "was not approved"),
    ],
)
def test_an_administrator_who_approved_the_portal_or_did_not_hears_so(
    client: FlaskClient, said: str, status: int, words: str
) -> None:
    led = client.get(f"/oauth/outlook/callback?{said}")
    page = client.get(led.headers["Location"])

    assert (led.status_code, page.status_code) == (303, status)
    assert words in page.get_data(as_text=True)
    assert "AADSTS" not in led.headers["Location"] + page.get_data(as_text=True)
