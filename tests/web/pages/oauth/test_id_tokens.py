"""Who signed in is believed only by a verified ID token: a provider that a test writes tells everything else."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from tests.core.oauth.conftest import at_hash, claims, jwks, sign
from tests.core.oauth.servers import Server, by_path
from tests.http_client import words
from tests.web.pages.oauth.conftest import Registrations, Rows
from tests.web.pages.oauth.sign_in_client import KINDS, PEOPLE, Traveller, Trip, diagnosed, form_on
from webapp.models import Grant
from webapp.practice.imap_server.scenarios import DOMAIN
from webapp.services.providers.oauth.spec import PROVIDER_SPECS

MINUTES = 60
ACCESS_TOKEN = "access-token-of-the-scripted-provider"


@pytest.fixture
def scripted(registrations: Registrations, kind: str) -> Iterator[Server]:
    """Put a provider in place that answers as the test says; authorization stays where it was."""
    with Server() as server:
        registrations.move(kind, token=server.url("token"), jwks_uri=server.url("keys"), issuer=server.url())
        yield server


class Forger:
    """Writes the token answer for a trip."""

    def __init__(self, server: Server, ben: Traveller) -> None:
        self.server, self.ben = server, ben

    def answer(
        self, trip: Trip, *, key: RSAKey | None = None, token: dict[str, Any] | None = None, **changes: object
    ) -> None:
        """Grant everything to an account, with some claims changed and parts of the answer too."""
        address = PEOPLE[self.ben.kind]
        told = {
            "aud": self.ben.provider.client_id,
            "nonce": trip.asked["nonce"],
            "at_hash": at_hash(ACCESS_TOKEN),
            "email": address,
            "preferred_username": address,
            "hd": DOMAIN,
            **changes,
        }
        granted = {
            "access_token": ACCESS_TOKEN,
            "token_type": "Bearer",
            "expires_in": 3599,
            "refresh_token": "refresh-token-of-the-scripted-provider",
            "scope": PROVIDER_SPECS[KINDS[self.ben.kind]].mail_scope,
            "id_token": sign(claims(self.server.url(), **told), key=key),
        }
        self.server.behaviour = by_path(token={**granted, **(token or {})}, keys=jwks())


@pytest.fixture
def forger(scripted: Server, ben: Traveller) -> Forger:
    return Forger(scripted, ben)


def test_a_provider_written_by_the_test_signs_somebody_in(ben: Traveller, forger: Forger) -> None:
    """Without this, the refusals below would prove nothing."""
    trip = ben.leave()
    forger.answer(trip)

    assert f"Signed in as {PEOPLE[ben.kind]}" in words(ben.client.get(trip.come_back(trip.callback(code="code"))))


@pytest.mark.parametrize(
    ("changes", "slugs"),
    [
        ({"aud": "another-client"}, ("oauth-client-misconfigured",) * 2),
        ({"iss": "https://provider.example"}, ("oauth-client-misconfigured", "wrong-tenant")),
        ({"nonce": "another"}, ("sign-in-restart",) * 2),
        ({"nonce": None}, ("sign-in-restart",) * 2),
        ({"at_hash": at_hash("another-token")}, ("sign-in-restart",) * 2),
        ({"iat": -3600, "exp": -1800}, ("clock-skew",) * 2),
        ({"iat": -10 * MINUTES, "exp": -6 * MINUTES}, ("clock-skew",) * 2),
        ({"iat": 10 * MINUTES, "exp": 70 * MINUTES}, ("clock-skew",) * 2),
        ({"email": None, "preferred_username": None}, ("wrong-account",) * 2),
        ({"email": "+46 70 123", "preferred_username": "+46 70 123"}, ("wrong-account",) * 2),
        (
            {"email": "a" * 242 + "@example.com", "preferred_username": "a" * 243 + "@example.com"},
            ("", "wrong-account"),
        ),
        ({"email": "a\0b@example.com", "preferred_username": "a\0b@example.com"}, ("wrong-account",) * 2),
    ],
)
def test_an_id_token_that_does_not_fit_is_refused(
    ben: Traveller, forger: Forger, rows: Rows, changes: dict[str, Any], slugs: tuple[str, str]
) -> None:
    trip = ben.leave(name="Half typed")
    now = int(time.time())
    moments = {name: now + value for name, value in changes.items() if name in ("iat", "exp")}
    forger.answer(trip, **{**changes, **moments})

    location = trip.come_back(trip.callback(code="code"))

    slug = dict(zip(KINDS, slugs, strict=True))[ben.kind]
    if slug:
        assert diagnosed(trip, location) == slug
        assert rows.count(Grant) == 0
    assert form_on(ben.client.get(location))["name"] == "Half typed"


@pytest.mark.parametrize(
    ("token", "slug"),
    [
        ({"id_token": None}, "oauth-client-misconfigured"),
        ({"id_token": "not.a.token"}, "oauth-client-misconfigured"),
        ({"id_token": "x" * 100_000}, "oauth-client-misconfigured"),
        ({"id_token": "eyJhbGciOiJub25lIn0.e30."}, "oauth-client-misconfigured"),
        ({"access_token": "x" * 20_000}, "server-unavailable"),
        ({"access_token": "line\r\nbreak"}, "server-unavailable"),
        ({"refresh_token": None}, "oauth-client-misconfigured"),
        ({"scope": "openid email"}, "scope-missing"),
        ({"token_type": "mac"}, "unknown"),
    ],
)
def test_a_token_answer_of_no_use_is_refused(
    ben: Traveller, forger: Forger, rows: Rows, token: dict[str, Any], slug: str
) -> None:
    trip = ben.leave()
    forger.answer(trip, token=token)

    location = trip.come_back(trip.callback(code="code"))

    assert diagnosed(trip, location) == slug
    assert rows.count(Grant) == 0
    assert ACCESS_TOKEN not in ben.client.get(location).get_data(as_text=True)


def test_a_signature_by_another_key_is_refused(ben: Traveller, forger: Forger, rows: Rows) -> None:
    trip = ben.leave()
    forger.answer(trip, key=RSAKey.generate_key(2048, {"kid": "first", "use": "sig"}))

    assert diagnosed(trip, trip.come_back(trip.callback(code="code"))) == "oauth-client-misconfigured"
    assert rows.count(Grant) == 0


def test_the_answer_to_another_trip_is_refused(ben: Traveller, forger: Forger, rows: Rows) -> None:
    """A person who has a code of their own and puts it into the trip of another person."""
    mine, theirs = ben.leave(), ben.leave()
    forger.answer(theirs)

    assert diagnosed(mine, mine.come_back(mine.callback(code="code"))) == "sign-in-restart"
    assert rows.count(Grant) == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["email", "preferred_username", "name", "tid", "sub"])
def test_an_account_cannot_bring_markup_along(ben: Traveller, forger: Forger, name: str) -> None:
    trip = ben.leave()
    changes: dict[str, Any] = {name: "<b>x</b>@example.com"}
    forger.answer(trip, **changes)

    page = ben.client.get(trip.come_back(trip.callback(code="code")))

    assert page.status_code == 200
    assert "<b>x</b>" not in page.get_data(as_text=True)
