"""Client ID and secret are proved before anybody signs in."""

from typing import Any

import pytest

from tests.core.oauth.conftest import MakeClient
from tests.core.oauth.servers import Server, answers
from webapp.core.diagnosis import diagnose
from webapp.core.oauth import OAuthClient, check_client, looks_like_secret_id


@pytest.mark.parametrize(
    "body",
    [
        {"error": "invalid_grant", "error_description": "Bad Request"},
        {"error": "invalid_grant", "error_codes": [9002313]},
        {"error": "invalid_grant", "error_description": "AADSTS70000: Provided grant is invalid or malformed."},
    ],
)
def test_a_provider_that_refuses_only_the_token_knows_the_client(
    client: OAuthClient, server: Server, body: dict[str, Any]
) -> None:
    server.behaviour = answers(body, status="400 Bad Request")

    assert check_client(client) is None
    assert server.requests[0].form["grant_type"] == "refresh_token"


@pytest.mark.parametrize(
    ("provider", "body", "slug"),
    [
        (
            "gmail",
            {"error": "invalid_client", "error_description": "The OAuth client was not found."},
            "client-unknown",
        ),
        ("gmail", {"error": "invalid_client", "error_description": "Unauthorized"}, "client-secret-wrong"),
        ("outlook", {"error": "unauthorized_client", "error_codes": [700016]}, "client-unknown"),
        ("outlook", {"error": "invalid_client", "error_codes": [7000215]}, "client-secret-wrong"),
        ("outlook", {"error": "invalid_client", "error_codes": [7000222]}, "client-secret-expired"),
        ("outlook", {"error": "invalid_request", "error_codes": [90002]}, "wrong-tenant"),
        ("outlook", {"error": "interaction_required", "error_codes": [50079]}, "mfa-required"),
    ],
)
def test_everything_else_is_the_diagnosis(
    make_client: MakeClient, server: Server, provider: str, body: dict[str, Any], slug: str
) -> None:
    server.behaviour = answers(body, status="400 Bad Request")

    failure = check_client(make_client(provider=provider))

    assert failure is not None
    assert diagnose(failure.failure(provider)).problem.slug == slug


def test_a_provider_out_of_reach_proves_nothing(client: OAuthClient, server: Server) -> None:
    server.behaviour = answers(status="503 Service Unavailable")

    failure = check_client(client)

    assert failure is not None
    assert diagnose(failure.failure("gmail")).problem.slug == "server-unavailable"


@pytest.mark.parametrize("text", ["5f2c1d7e-0a41-4b5c-9d55-3f0d2c1b7a90", " 5F2C1D7E-0A41-4B5C-9D55-3F0D2C1B7A90\n"])
def test_the_id_of_a_secret_is_recognised(text: str) -> None:
    assert looks_like_secret_id(text)


@pytest.mark.parametrize("text", ["", "abc8Q~dZ.k5f2c1d7e-0a41-4b5c", "GOCSPX-5f2c1d7e0a414b5c9d553f0d"])
def test_the_value_of_a_secret_is_not_taken_for_its_id(text: str) -> None:
    assert not looks_like_secret_id(text)
