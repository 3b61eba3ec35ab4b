"""The beginning of a trip: who may begin one, what the provider is asked, and what is kept meanwhile."""

from urllib.parse import quote

import pytest
from flask import Flask

from tests.http_client import post, words
from tests.leaks import SECRET, leaks, stored
from tests.practice.clients import challenge_of
from tests.web.pages.oauth.conftest import MakeConnection, MakeTraveller, Registrations, Rows
from tests.web.pages.oauth.sign_in_client import KINDS, PEOPLE, Traveller
from webapp.models import AuthorizationRequest, User
from webapp.practice.oauth_server.http_server import PORTAL_URL
from webapp.services.providers.oauth import authorization_requests
from webapp.services.providers.oauth.spec import PROVIDER_SPECS

HINTS = {
    "gmail": {
        "plain": {"login_hint": "{address}", "hd": "{domain}", "prompt": "consent"},
        "again": {"hd": "{domain}", "prompt": "select_account consent"},
        "nobody": {"prompt": "consent"},
    },
    "outlook": {
        "plain": {"login_hint": "{address}"},
        "again": {"prompt": "select_account"},
        "nobody": {"prompt": "select_account"},
    },
}
ALWAYS = {"gmail": {"access_type": "offline"}, "outlook": {"response_mode": "query"}}


def hints(kind: str, case: str, address: str) -> dict[str, str]:
    domain = address.rpartition("@")[2]
    return {name: text.format(address=address, domain=domain) for name, text in HINTS[kind][case].items()}


def test_nobody_begins_a_trip_without_being_signed_in(app: Flask, ben: Traveller, rows: Rows) -> None:
    stranger = app.test_client()

    answer = post(stranger, f"/oauth/{ben.kind}/start", page="/sign-in", address=PEOPLE[ben.kind])

    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert rows.count(AuthorizationRequest) == 0


def test_a_trip_begins_on_a_page_of_the_portal_alone(ben: Traveller, rows: Rows) -> None:
    form = ben.form()

    forged = ben.start({**form, "csrf_token": ""})

    assert (forged.status_code, ben.client.get(f"/oauth/{ben.kind}/start").status_code) == (400, 405)
    assert rows.count(AuthorizationRequest) == 0


@pytest.mark.parametrize("case", ["plain", "again", "nobody"])
def test_the_provider_is_asked_for_exactly_this(ben: Traveller, app: Flask, rows: Rows, kind: str, case: str) -> None:
    address = "" if case == "nobody" else PEOPLE[kind]

    trip = ben.leave(address=address, **({"again": "1"} if case == "again" else {}))

    attempt = rows.attempt(trip.key)
    assert attempt is not None
    with app.app_context():
        told = authorization_requests.secrets_of(attempt)
    random = {"state", "nonce", "code_challenge"}
    assert {name: value for name, value in trip.asked.items() if name not in random} == {
        "response_type": "code",
        "client_id": ben.provider.client_id,
        "redirect_uri": f"{PORTAL_URL}/oauth/{kind}/callback",
        "scope": " ".join(PROVIDER_SPECS[KINDS[kind]].scopes),
        "code_challenge_method": "S256",
        **ALWAYS[kind],
        **hints(kind, case, address),
    }
    assert trip.url.startswith(f"{ben.provider.endpoints.authorization}?")
    assert (trip.asked["nonce"], trip.asked["code_challenge"]) == (told.nonce, challenge_of(told.verifier))
    # RFC 9700: as hard to guess as a key of 128 bits.
    assert min(len(trip.asked["state"]), len(trip.asked["nonce"]), len(told.verifier)) >= 43


def test_what_is_random_is_another_one_each_time(ben: Traveller) -> None:
    trips = [ben.leave() for _ in range(3)]

    for name in ("state", "nonce", "code_challenge"):
        assert len({trip.asked[name] for trip in trips}) == 3


@pytest.mark.parametrize(
    ("typed", "hinted"),
    [
        ("  ann@example.com ", "ann@example.com"),
        ("ann@intranet", "ann@intranet"),
        ("zoë😀@example.com", "zoë😀@example.com"),
        ("zoe\u0308@example.com", "zoë@example.com"),
        ("דוד@דוגמה.example", "דוד@דוגמה.example"),
        ("not an address", ""),
        ("ann@", ""),
        ("ann@example.com\0", ""),
        ("ann\r\nbcc@example.com", ""),
        ("ann\u202emoc@example.com", ""),
        ("a" * 10_000 + "@example.com", ""),
        ("a@" + "b" * 300, ""),
        ('"><script>@example.com', ""),
    ],
)
def test_whatever_is_typed_as_an_address_only_one_is_hinted_at(
    ben: Traveller, rows: Rows, typed: str, hinted: str
) -> None:
    trip = ben.leave(address=typed)

    attempt = rows.attempt(trip.key)
    assert attempt is not None
    assert (trip.asked.get("login_hint", ""), attempt.address) == (hinted, hinted)


def test_a_password_typed_before_stays_behind(app: Flask, ben: Traveller, rows: Rows) -> None:
    typed = {"password": SECRET, "host": "imap.example.com", "port": "993", "security": "tls", "user": "ann"}
    credentials = {**ben.form(), "credential_type": "credentials", **typed}
    tested = post(ben.client, "/connections/new", page="/connections/new", **{**credentials, "name": ""})
    assert tested.status_code == 422
    form = {**ben.form(), **typed}

    trip = ben.leave(form)
    page = trip.make()

    attempt = rows.attempt(trip.key)
    assert attempt is not None
    with app.app_context():
        kept = authorization_requests.form_of(attempt)
    assert "password" not in kept
    assert leaks(repr(kept), stored(app), page.get_data(as_text=True), trip.url) == []


@pytest.mark.parametrize("of", ["connection", ""])
def test_a_trip_for_a_connection_is_for_who_may_change_it(
    ben: Traveller, ada: Traveller, administrator: User, make_connection: MakeConnection, of: str, rows: Rows
) -> None:
    form = {**ben.form(), "connection_id": str(make_connection(administrator)), "of": of}

    refused = ben.start(form)

    assert refused.status_code == 403
    assert rows.count(AuthorizationRequest) == 0
    assert ada.leave({**form, **ada.form(), "connection_id": form["connection_id"], "of": of})


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("number", "of", "status"),
    [
        ("999", "", 404),
        ("999", "connection", 404),
        ("", "connection", 400),
        ("0", "connection", 404),
        ("-1", "connection", 400),
        ("9" * 5000, "connection", 400),
        ("1\0", "connection", 400),
        ("one", "connection", 400),
    ],
)
def test_a_connection_that_is_not_there_is_no_reason_to_travel(
    ben: Traveller, rows: Rows, number: str, of: str, status: int
) -> None:
    assert ben.start({**ben.form(), "connection_id": number, "of": of}).status_code == status
    assert rows.count(AuthorizationRequest) == 0


def test_nobody_signs_in_at_the_wrong_provider_for_a_connection(
    ben: Traveller, member: User, make_connection: MakeConnection, rows: Rows
) -> None:
    form = {**ben.form(), "connection_id": str(make_connection(member)), "of": "connection"}
    wrong = next(kind for kind in KINDS if kind != ben.kind)

    assert ben.press(f"/oauth/{wrong}/start", form).status_code == 400
    assert rows.count(AuthorizationRequest) == 0


@pytest.mark.parametrize(
    "forged", ["", "x", "a" * 44, "a" * 30 + "\0", "😀" * 30, "../../etc/passwd-and-more", "%00" * 8]
)
def test_a_key_that_cannot_be_one_is_replaced(ben: Traveller, rows: Rows, forged: str) -> None:
    trip = ben.leave(attempt=forged)
    back = trip.come_back(trip.decide())

    key = back.partition("attempt=")[2]
    assert authorization_requests.is_key(key)
    assert key != forged
    assert f"Signed in as {PEOPLE[ben.kind]}" in words(ben.client.get(back))
    assert rows.count(AuthorizationRequest) == 1


def test_the_key_of_somebody_else_is_not_taken_over(
    ben: Traveller, make_traveller: MakeTraveller, administrator: User, rows: Rows
) -> None:
    ada = make_traveller(administrator)
    hers = ada.leave()

    mine = ben.leave(attempt=hers.key)
    back = mine.come_back(mine.decide())

    assert hers.key not in back
    assert "Signed in as" in words(hers.make())


def test_a_button_pressed_twice_begins_anew_and_the_first_trip_leads_nowhere(ben: Traveller) -> None:
    form = ben.form()
    first, second = ben.leave(form), ben.leave(form)

    assert first.come_back(first.decide()).endswith("/over?why=unknown")
    assert "Signed in as" in words(second.make())
    assert ben.token_calls == 1


def test_many_trips_that_nobody_ends_leave_little_behind(ben: Traveller, rows: Rows) -> None:
    form = ben.form()

    answers = [ben.start({**form, "attempt": authorization_requests.new_key()}) for _ in range(200)]

    assert {answer.status_code for answer in answers} == {200}
    assert rows.count(AuthorizationRequest) <= 20
    cookie = ben.client.get_cookie("postroom")
    assert cookie is not None
    assert len(quote(cookie.value)) < 1024


def test_a_provider_that_is_not_set_up_any_more_begins_nothing(
    ben: Traveller, registrations: Registrations, rows: Rows
) -> None:
    form = ben.form()
    registrations.change(ben.kind, client_id="", client_secret="")

    answer = ben.start(form)

    assert answer.status_code == 409
    assert "Ask an administrator of the portal" in words(answer)
    assert rows.count(AuthorizationRequest) == 0
