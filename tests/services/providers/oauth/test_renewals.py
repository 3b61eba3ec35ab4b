"""What else happens while a provider is asked: a consent, a deletion, other processes, a database that goes away."""

import socket
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from tests.core.oauth.servers import PATIENCE, Request, Server, answers, http
from tests.services.providers.oauth.authorization_helper import HOUR, Desk, answer
from webapp.core.oauth.errors import FailureKind, OAuthError
from webapp.models import db
from webapp.services.providers.oauth import access_tokens
from webapp.services.providers.oauth.access_tokens import GrantNotFoundError
from webapp.services.providers.outlook import OUTLOOK

NARROW = frozenset({"openid"})
BODY = {"access_token": "renewed-access", "token_type": "Bearer", "expires_in": 3599}
ROTATED = {**BODY, "refresh_token": "renewed-refresh"}
GONE = {"error": "invalid_grant", "error_description": "AADSTS70000: not valid", "suberror": "bad_token"}


@pytest.fixture
def more_settings(more_settings: dict[str, object], scripted: Server) -> dict[str, object]:
    """Renew at the provider that does as the test says."""
    return {**more_settings, "outlook_token_endpoint": scripted.url("token")}


@pytest.fixture
def due(desk: Desk) -> int:
    """Return a grant whose access token has expired."""
    grant_id = desk.consent(OUTLOOK, answer("old-access", refresh_token="old-refresh"))
    desk.make_due(grant_id)
    return grant_id


def says_after(meanwhile: Callable[[], object], body: object, status: str = "200 OK") -> Callable[..., None]:
    """Answer once something else has happened."""

    def behave(sock: socket.socket, _: Request) -> None:
        meanwhile()
        sock.sendall(http(body, status=status))

    return behave


def test_scopes_that_are_not_said_are_as_before(desk: Desk, scripted: Server, due: int) -> None:
    scripted.behaviour = answers(BODY)
    before = desk.row(due).scopes

    assert desk.fresh(due).scopes == frozenset(before.split()) != frozenset()


def test_scopes_that_are_said_are_stored(desk: Desk, scripted: Server, due: int) -> None:
    scripted.behaviour = answers({**BODY, "scope": "openid https://outlook.office.com/IMAP.AccessAsUser.All"})

    assert desk.fresh(due).scopes == {"openid", "https://outlook.office.com/IMAP.AccessAsUser.All"}


@pytest.mark.parametrize("nonsense", ["a\0b", "\ud800", 'a"b', "é"])
def test_a_scope_that_can_be_none_costs_no_token(desk: Desk, scripted: Server, due: int, nonsense: str) -> None:
    scripted.behaviour = answers({**ROTATED, "scope": f"openid {nonsense}"})

    token = desk.fresh(due)

    assert (token.value, token.scopes) == ("renewed-access", NARROW)
    assert desk.refresh_token(due) == "renewed-refresh"


def test_a_consent_during_a_renewal_wins(desk: Desk, scripted: Server, due: int) -> None:
    newer = answer("consented-access", refresh_token="consented-refresh", scopes=NARROW)
    scripted.behaviour = says_after(lambda: desk.consent(OUTLOOK, newer), ROTATED)

    token = desk.fresh(due)

    assert (token.value, token.scopes) == ("consented-access", NARROW)
    assert desk.refresh_token(due) == "consented-refresh"
    assert desk.fresh(due).value == "consented-access"
    assert desk.row(due).lease_until is None


def test_a_consent_after_a_renewal_wins(desk: Desk, scripted: Server, due: int) -> None:
    scripted.behaviour = answers(ROTATED)
    desk.fresh(due)

    desk.consent(OUTLOOK, answer("consented-access", refresh_token="consented-refresh"))

    assert desk.fresh(due).value == "consented-access"
    assert desk.refresh_token(due) == "consented-refresh"


def test_a_consent_during_a_renewal_that_is_refused_wins(desk: Desk, scripted: Server, due: int) -> None:
    newer = answer("consented-access", refresh_token="consented-refresh")
    scripted.behaviour = says_after(lambda: desk.consent(OUTLOOK, newer), GONE, "400 Bad Request")

    assert desk.fresh(due).value == "consented-access"
    assert desk.row(due).ended_at is None


def test_a_consent_without_refresh_token_does_not_lose_the_one_that_a_renewal_brings(
    desk: Desk, scripted: Server, due: int
) -> None:
    newer = answer("consented-access", scopes=NARROW)
    scripted.behaviour = says_after(lambda: desk.consent(OUTLOOK, newer), ROTATED)

    token = desk.fresh(due)

    assert (token.value, token.scopes) == ("consented-access", NARROW)
    assert desk.refresh_token(due) == "renewed-refresh"
    assert desk.row(due).lease_until is None


def test_a_consent_without_refresh_token_leaves_the_lease_to_whoever_renews(
    desk: Desk, scripted: Server, due: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_tokens, "_PATIENCE", 0.3)
    refused: list[OAuthError] = []

    def meanwhile() -> None:
        desk.consent(OUTLOOK, answer("short-lived-access", lives=timedelta(seconds=2)))
        with pytest.raises(OAuthError) as caught:
            desk.fresh(due)
        refused.append(caught.value)

    scripted.behaviour = says_after(meanwhile, ROTATED)

    desk.fresh(due)

    assert len(scripted.requests) == 1
    assert "Another process is renewing" in refused[0].text
    assert desk.refresh_token(due) == "renewed-refresh"


def test_who_was_thought_dead_and_has_the_newer_token_heals_the_grant(desk: Desk, scripted: Server, due: int) -> None:
    """A renewal is held up beyond its lease; who takes over is told that the refresh token is spent."""

    def meanwhile() -> None:
        scripted.behaviour = answers(GONE, status="400 Bad Request")
        desk.lease_lapses(due)
        with pytest.raises(OAuthError, match="bad_token"):
            desk.fresh(due)

    scripted.behaviour = says_after(meanwhile, ROTATED)

    assert desk.fresh(due).value == "renewed-access"
    assert desk.row(due).ended_at is None
    assert desk.refresh_token(due) == "renewed-refresh"


def test_a_grant_that_has_ended_meanwhile_is_not_revived_by_an_answer_without_refresh_token(
    desk: Desk, scripted: Server, due: int
) -> None:
    def meanwhile() -> None:
        scripted.behaviour = answers(GONE, status="400 Bad Request")
        desk.lease_lapses(due)
        with pytest.raises(OAuthError):
            desk.fresh(due)

    scripted.behaviour = says_after(meanwhile, BODY)

    with pytest.raises(OAuthError, match="bad_token"):
        desk.fresh(due)
    assert desk.row(due).ended_at is not None


def test_a_grant_deleted_during_its_renewal_is_said(desk: Desk, scripted: Server, due: int) -> None:
    scripted.behaviour = says_after(lambda: desk.drop(due), ROTATED)

    with pytest.raises(GrantNotFoundError):
        desk.fresh(due)

    assert desk.row(due) is None


def test_who_waits_takes_what_another_has_renewed(desk: Desk, scripted: Server, due: int) -> None:
    asked, go_on = Event(), Event()

    def meanwhile() -> None:
        asked.set()
        assert go_on.wait(PATIENCE)

    scripted.behaviour = says_after(meanwhile, ROTATED)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(desk.fresh, due)
        assert asked.wait(PATIENCE)
        others = [pool.submit(desk.fresh, due) for _ in range(3)]
        held = desk.row(due)
        go_on.set()
        tokens = [each.result(PATIENCE) for each in (first, *others)]

    assert held.lease_owner
    assert {token.value for token in tokens} == {"renewed-access"}
    assert len(scripted.requests) == 1


def test_what_another_has_renewed_is_taken_though_it_lives_shortly(desk: Desk, scripted: Server, due: int) -> None:
    asked, go_on = Event(), Event()

    def meanwhile() -> None:
        asked.set()
        assert go_on.wait(PATIENCE)

    scripted.behaviour = says_after(meanwhile, {**ROTATED, "expires_in": 60})
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(desk.fresh, due)
        assert asked.wait(PATIENCE)
        second = pool.submit(_after_a_look_at_the_old_one, desk, due, go_on)
        assert first.result(PATIENCE) == second.result(PATIENCE)

    assert len(scripted.requests) == 1


def _after_a_look_at_the_old_one(desk: Desk, grant_id: int, go_on: Event) -> access_tokens.FreshToken:
    """Let the provider answer only once this one has seen that the token is due."""
    with desk.app.app_context():
        engine = db.engine

    def seen(connection: Any, cursor: Any, statement: str, *rest: object) -> None:
        if "lease_owner" in statement and statement.startswith("SELECT"):
            go_on.set()

    event.listen(engine, "after_cursor_execute", seen)
    try:
        return desk.fresh(grant_id)
    finally:
        event.remove(engine, "after_cursor_execute", seen)


@pytest.mark.parametrize(
    "error", [sqlite3.OperationalError("database is locked"), OperationalError("COMMIT", {}, Exception("terminated"))]
)
def test_a_database_that_goes_away_for_a_moment_costs_no_token(
    desk: Desk, scripted: Server, due: int, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_tokens, "_PAUSES", (0.01, 0.01))
    scripted.behaviour = answers(ROTATED)
    failures = [error, error]

    def fail(connection: Any, cursor: Any, statement: str, *rest: object) -> None:
        if statement.startswith("UPDATE") and "sealed_access_token" in statement and failures:
            raise failures.pop()

    with desk.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", fail)
    try:
        token = desk.fresh(due)
    finally:
        event.remove(engine, "before_cursor_execute", fail)

    assert not failures
    assert token.value == "renewed-access"
    assert desk.refresh_token(due) == "renewed-refresh"


def test_nothing_is_open_in_the_database_while_the_provider_is_asked(desk: Desk, scripted: Server, due: int) -> None:
    with desk.app.app_context():
        pool = db.engine.pool
    in_use: list[int] = []

    def meanwhile() -> None:
        in_use.append(pool.checkedout())  # type: ignore[attr-defined]
        # On SQLite a second writer would wait for the first, which waits for this answer, and fail.
        desk.consent(OUTLOOK, answer("access-of-another", refresh_token="refresh-of-another"), subject="another")

    scripted.behaviour = says_after(meanwhile, ROTATED)

    assert desk.fresh(due).value == "renewed-access"
    assert in_use == [0]


@pytest.mark.parametrize("lives", [0, "0", -5])
def test_a_token_that_has_expired_when_it_comes_is_given_once(
    desk: Desk, scripted: Server, due: int, lives: object
) -> None:
    scripted.behaviour = answers({**ROTATED, "expires_in": lives})

    assert desk.fresh(due).value == "renewed-access"
    assert len(scripted.requests) == 1


def test_a_provider_that_says_later_leaves_a_trace_for_the_next_one(desk: Desk, scripted: Server, due: int) -> None:
    """A connection cut after the token was rotated: the next renewal is refused, and that says why."""
    scripted.behaviour = lambda sock, _: None
    with pytest.raises(OAuthError) as cut:
        desk.fresh(due)
    scripted.behaviour = answers(GONE, status="400 Bad Request")

    with pytest.raises(OAuthError, match="renewal before this one was interrupted") as ended:
        desk.fresh(due)

    assert (cut.value.kind, ended.value.kind) == (FailureKind.TEMPORARY, FailureKind.INVALID_GRANT)


def test_a_trace_is_gone_with_the_next_success(desk: Desk, scripted: Server, due: int) -> None:
    scripted.behaviour = lambda sock, _: None
    with pytest.raises(OAuthError):
        desk.fresh(due)
    scripted.behaviour = answers(ROTATED)
    desk.fresh(due)
    desk.make_due(due, -HOUR)
    scripted.behaviour = answers(GONE, status="400 Bad Request")

    with pytest.raises(OAuthError) as ended:
        desk.fresh(due)

    assert "interrupted" not in ended.value.text


def test_a_refusal_in_between_does_not_hide_the_trace(desk: Desk, scripted: Server, due: int) -> None:
    desk.lease_lapses(due)
    scripted.behaviour = answers({"error": "invalid_client"}, status="401 Unauthorized")
    with pytest.raises(OAuthError, match="invalid_client"):
        desk.fresh(due)
    scripted.behaviour = answers(GONE, status="400 Bad Request")

    with pytest.raises(OAuthError, match="interrupted"):
        desk.fresh(due)
