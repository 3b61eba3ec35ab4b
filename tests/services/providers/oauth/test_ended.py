"""What ends a grant, and what does not: only the provider's word that it is over."""

import pytest

from tests.core.oauth.servers import Server, answers, silent
from tests.services.providers.oauth.authorization_helper import Desk, answer
from webapp.core.net.http import HttpLimits
from webapp.core.oauth.client import OAuthClient
from webapp.core.oauth.errors import FailureKind
from webapp.services.providers.outlook import OUTLOOK

QUICK = HttpLimits(total=0.5, connect=0.5)
ENDED = [
    ("invalid_grant", {"error_description": "Token has been expired or revoked."}),
    ("invalid_grant", {"error_description": "AADSTS50173: revoked", "suberror": "bad_token"}),
    ("interaction_required", {"error_description": "AADSTS50079: second factor", "suberror": "basic_action"}),
]


@pytest.fixture
def more_settings(more_settings: dict[str, object], scripted: Server) -> dict[str, object]:
    return {**more_settings, "outlook_token_endpoint": scripted.url("token")}


@pytest.fixture
def due(desk: Desk) -> int:
    grant_id = desk.consent(OUTLOOK, answer("old-access", refresh_token="old-refresh"))
    desk.make_due(grant_id)
    return grant_id


@pytest.mark.parametrize(("error", "more"), ENDED)
def test_the_word_that_it_is_over_ends_it(
    desk: Desk, scripted: Server, due: int, error: str, more: dict[str, str]
) -> None:
    scripted.behaviour = answers({"error": error, **more}, status="400 Bad Request")

    first, second = desk.failure(due), desk.failure(due)

    assert first.kind is second.kind is FailureKind.INVALID_GRANT
    assert error in first.text
    assert first.text == second.text
    assert len(scripted.requests) == 1
    assert desk.row(due).ended_at is not None
    assert desk.row(due).lease_until is None


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        ("429 Too Many Requests", {"error": "temporarily_unavailable"}, FailureKind.TEMPORARY),
        ("500 Internal Server Error", {"error": "invalid_grant"}, FailureKind.TEMPORARY),
        ("503 Service Unavailable", b"<html><title>Out of order</title>", FailureKind.TEMPORARY),
        ("200 OK", b"<!doctype html><title>Sign in to the hotel's network</title>", FailureKind.TEMPORARY),
        ("200 OK", b"", FailureKind.TEMPORARY),
        ("200 OK", {"token_type": "Bearer"}, FailureKind.TEMPORARY),
        ("200 OK", {"access_token": "x" * 20_000, "token_type": "Bearer"}, FailureKind.TEMPORARY),
        ("302 Found", b"", FailureKind.TEMPORARY),
        ("401 Unauthorized", {"error": "invalid_client"}, FailureKind.REFUSED),
        ("400 Bad Request", {"error": "unauthorized_client"}, FailureKind.REFUSED),
        ("400 Bad Request", {"error": "invalid_scope"}, FailureKind.REFUSED),
        ("400 Bad Request", {"error": "invalid_request"}, FailureKind.REFUSED),
        ("400 Bad Request", {"error": "login_required"}, FailureKind.REFUSED),
    ],
)
def test_nothing_else_does(
    desk: Desk, scripted: Server, due: int, status: str, body: object, kind: FailureKind
) -> None:
    scripted.behaviour = answers(body, status=status)

    assert desk.failure(due).kind == kind

    assert desk.row(due).ended_at is None
    assert desk.refresh_token(due) == "old-refresh"
    scripted.behaviour = answers({"access_token": "new-access", "token_type": "Bearer"})
    assert desk.fresh(due).value == "new-access"


def test_silence_does_not(desk: Desk, scripted: Server, due: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OAuthClient.__init__, "__kwdefaults__", {"ca_file": None, "limits": QUICK})
    scripted.behaviour = silent

    assert desk.failure(due).kind is FailureKind.TEMPORARY

    assert desk.row(due).ended_at is None
    scripted.behaviour = answers({"access_token": "new-access", "token_type": "Bearer"})
    assert desk.fresh(due).value == "new-access"


def test_no_provider_at_all_does_not(desk: Desk, scripted: Server, due: int) -> None:
    scripted.__exit__(None, None, None)

    assert desk.failure(due).kind is FailureKind.TEMPORARY

    assert desk.row(due).ended_at is None
