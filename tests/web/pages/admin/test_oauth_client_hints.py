"""Slips in a registration are pointed out: swapped values, names instead of IDs, addresses no provider registers."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from webapp.config.settings import Settings
from webapp.models import CredentialType
from webapp.services.providers.gmail import GMAIL, GOOGLE
from webapp.services.providers.oauth.client_registration import EffectiveClient
from webapp.services.providers.outlook import OUTLOOK, microsoft
from webapp.web.pages.admin.oauth_client_hints import address_fault, hints

GUID = "5f2c1d7e-0a41-4b5c-9d55-3f0d2c1b7a90"
OTHER_GUID = "11111111-2222-3333-4444-555555555555"
GOOGLE_ID = "1234567890-abc.apps.googleusercontent.com"


def make_client(kind: CredentialType, **values: Any) -> EffectiveClient:
    if kind == OUTLOOK:
        values = {"tenant": "organizations", **values}
    endpoints = GOOGLE if kind == GMAIL else microsoft(values["tenant"])
    return EffectiveClient(credential_type=kind, endpoints=endpoints, **values)


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"client_id": "Postroom"}, "client_id", "end in .apps.googleusercontent.com"),
        ({"client_id": "GOCSPX-abc"}, "client_id", "looks like the client secret"),
        ({"client_id": GOOGLE_ID, "client_secret": GOOGLE_ID}, "client_secret", "looks like the client ID"),
    ],
)
def test_a_slip_at_google_is_pointed_out(values: dict[str, str], field: str, words: str) -> None:
    found = hints(make_client(GMAIL, **values))

    assert list(found) == [field]
    assert words in found[field]


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"client_id": "Postroom"}, "client_id", "registration's name"),
        ({"client_id": GUID.upper(), "tenant": GUID}, "client_id", "This is the tenant ID"),
        ({"client_id": GUID, "client_secret": OTHER_GUID}, "client_secret", "looks like the Secret ID"),
    ],
)
def test_a_slip_at_microsoft_is_pointed_out(values: dict[str, str], field: str, words: str) -> None:
    found = hints(make_client(OUTLOOK, **values))

    assert list(found) == [field]
    assert words in found[field]


@pytest.mark.parametrize(
    "client",
    [
        make_client(GMAIL),
        make_client(GMAIL, client_id=GOOGLE_ID, client_secret="GOCSPX-abc"),
        make_client(OUTLOOK, client_id=GUID, client_secret="abc8Q~dZ.k5", tenant="contoso.example"),
    ],
)
def test_what_looks_right_gets_no_hint(client: EffectiveClient) -> None:
    assert hints(client) == {}


def test_another_provider_in_place_of_google_may_call_its_clients_as_it_likes() -> None:
    client = make_client(GMAIL, client_id="Postroom")
    elsewhere = replace(client, endpoints=replace(GOOGLE, authorization="https://sso.example.com/authorize"))

    assert hints(elsewhere) == {}


@pytest.fixture
def base_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Let a portal have this address."""
    app = Flask(__name__)
    app.extensions["postroom.settings"] = Settings(base_url=request.param)
    with app.app_context():
        yield request.param


@pytest.mark.parametrize(
    "base_url",
    [
        "https://portal.example.com",
        "https://portal.example.com:8443",
        "http://localhost:8000",
        "http://127.0.0.1:8000",
        "http://[::1]:8000",
    ],
    indirect=True,
)
def test_google_takes_these_addresses(base_url: str) -> None:
    assert address_fault(make_client(GMAIL)) == ""


@pytest.mark.parametrize(
    ("base_url", "words"),
    [
        ("http://portal.example.com", "https everywhere else"),
        ("https://192.0.2.7", "no bare IP address"),
        ("https://[2001:db8::7]", "no bare IP address"),
        ("https://portal", "“portal” has none"),
        ("https://portal.corp.internal", "“.internal” is none"),
    ],
    indirect=["base_url"],
)
def test_google_does_not_take_these(base_url: str, words: str) -> None:
    assert words in address_fault(make_client(GMAIL))


@pytest.mark.parametrize(
    ("base_url", "words"),
    [
        ("https://portal.internal", ""),
        ("https://192.0.2.7", ""),
        ("http://localhost:8000", ""),
        ("http://127.0.0.1:8000", "set POSTROOM_BASE_URL"),
        ("http://portal.example.com", "https everywhere else"),
    ],
    indirect=["base_url"],
)
def test_microsoft_has_rules_of_its_own(base_url: str, words: str) -> None:
    fault = address_fault(make_client(OUTLOOK))

    assert words in fault if words else fault == ""
