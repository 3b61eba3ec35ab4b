"""Where an access token comes from: the store, or the provider when it is about to expire."""

from datetime import timedelta

import pytest

from tests.services.providers.oauth.authorization_helper import HOUR, Desk
from webapp.core.oauth.errors import FailureKind, OAuthError
from webapp.models import utcnow
from webapp.practice.oauth_server.http_server import ProviderServer
from webapp.services.providers.oauth import access_tokens
from webapp.services.providers.oauth.access_tokens import GrantNotFoundError

MINUTE = timedelta(minutes=1)


def test_a_token_that_lives_comes_from_the_store(desk: Desk, microsoft: ProviderServer) -> None:
    grant_id = desk.sign_in(microsoft)

    first, second = desk.fresh(grant_id), desk.fresh(grant_id)

    assert microsoft.token_calls == 0
    assert first == second
    assert not first.renewed
    assert microsoft.store.active_access_token(first.value)
    assert first.account == desk.row(grant_id).account
    assert first.scopes == frozenset(desk.row(grant_id).scopes.split())


@pytest.mark.parametrize(("lives", "calls"), [(4 * MINUTE, 1), (6 * MINUTE, 0), (-HOUR, 1)])
def test_a_token_is_renewed_some_minutes_before_it_expires(
    desk: Desk, microsoft: ProviderServer, lives: timedelta, calls: int
) -> None:
    grant_id = desk.sign_in(microsoft)
    before = desk.fresh(grant_id)
    desk.make_due(grant_id, lives)

    token = desk.fresh(grant_id)

    assert microsoft.token_calls == calls
    assert token.renewed is (token.value != before.value) is bool(calls)
    assert microsoft.store.active_access_token(token.value)


@pytest.mark.parametrize("kind", ["500", "429", "html", "drop"])
def test_while_an_early_renewal_fails_the_old_token_serves_and_says_so(
    desk: Desk, microsoft: ProviderServer, kind: str
) -> None:
    grant_id = desk.sign_in(microsoft)
    before = desk.fresh(grant_id)
    desk.make_due(grant_id, 4 * MINUTE)
    microsoft.fail_next(kind)

    token = desk.fresh(grant_id)

    assert (token.value, token.renewed) == (before.value, False)
    assert token.warning.startswith("It could not be renewed yet: ")
    assert before.warning == ""


def test_a_token_about_to_expire_does_not_serve_where_its_renewal_fails(desk: Desk, microsoft: ProviderServer) -> None:
    grant_id = desk.sign_in(microsoft)
    desk.make_due(grant_id, timedelta(seconds=3))
    microsoft.fail_next("500")

    assert desk.failure(grant_id).kind is FailureKind.TEMPORARY


def test_a_refusal_is_told_though_the_old_token_lives(desk: Desk, microsoft: ProviderServer) -> None:
    grant_id = desk.sign_in(microsoft)
    desk.make_due(grant_id, 4 * MINUTE)
    microsoft.revoke(desk.row(grant_id).account)

    assert desk.failure(grant_id).kind is FailureKind.INVALID_GRANT


def test_a_rotated_refresh_token_is_stored_before_the_access_token_is_used(
    desk: Desk, microsoft: ProviderServer
) -> None:
    grant_id = desk.sign_in(microsoft)
    before = desk.refresh_token(grant_id)
    desk.make_due(grant_id)

    desk.fresh(grant_id)

    after = desk.refresh_token(grant_id)
    assert after != before
    spent, good = microsoft.store.token(before), microsoft.store.token(after)
    assert spent is not None
    assert spent.used
    assert good is not None
    assert not good.used


def test_where_the_store_fails_the_token_is_not_given_out(
    desk: Desk, microsoft: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant_id = desk.sign_in(microsoft)
    desk.make_due(grant_id)

    def fail(*_: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(access_tokens, "_store", fail)

    with pytest.raises(RuntimeError, match="disk is full"):
        desk.fresh(grant_id)


def test_one_renewal_after_another_works_with_a_token_that_is_taken_once(desk: Desk, microsoft: ProviderServer) -> None:
    grant_id = desk.sign_in(microsoft)

    for round_number in range(1, 6):
        desk.make_due(grant_id)
        assert microsoft.store.active_access_token(desk.fresh(grant_id).value)
        assert microsoft.token_calls == round_number


def test_an_answer_without_refresh_token_keeps_the_old_one(desk: Desk, google: ProviderServer) -> None:
    grant_id = desk.sign_in(google)
    before = desk.row(grant_id).sealed_refresh_token
    desk.make_due(grant_id)

    token = desk.fresh(grant_id)

    assert token.renewed
    assert desk.row(grant_id).sealed_refresh_token == before


@pytest.mark.parametrize("seconds", [60, 3])
def test_a_short_lived_token_is_renewed_once_for_each_use(desk: Desk, microsoft: ProviderServer, seconds: int) -> None:
    grant_id = desk.sign_in(microsoft)
    microsoft.store.set_lifetime(desk.row(grant_id).account, seconds)
    desk.make_due(grant_id)

    for calls in (1, 2):
        assert desk.fresh(grant_id).renewed
        assert microsoft.token_calls == calls


def test_the_lease_is_over_with_the_renewal(desk: Desk, microsoft: ProviderServer) -> None:
    grant_id = desk.sign_in(microsoft)
    desk.make_due(grant_id)

    desk.fresh(grant_id)

    assert (desk.row(grant_id).lease_owner, desk.row(grant_id).lease_until) == ("", None)


def test_a_lease_that_has_lapsed_is_taken_over(desk: Desk, microsoft: ProviderServer) -> None:
    grant_id = desk.sign_in(microsoft)
    desk.make_due(grant_id)
    desk.lease_lapses(grant_id)

    assert desk.fresh(grant_id).renewed

    assert desk.row(grant_id).lease_owner == ""


def test_a_lease_that_holds_is_waited_for_and_said(
    desk: Desk, microsoft: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_tokens, "_PATIENCE", 0.3)
    grant_id = desk.sign_in(microsoft)
    desk.make_due(grant_id)
    desk.lease_lapses(grant_id, utcnow() + HOUR)

    with pytest.raises(OAuthError, match="Another process is renewing") as caught:
        desk.fresh(grant_id)

    assert caught.value.kind is FailureKind.TEMPORARY
    assert microsoft.token_calls == 0


def test_who_waits_writes_nothing(desk: Desk, microsoft: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_tokens, "_PATIENCE", 0.3)
    monkeypatch.setattr(access_tokens, "write_transaction", lambda: pytest.fail("a waiting process writes"))
    grant_id = desk.sign_in(microsoft)
    desk.make_due(grant_id)
    desk.lease_lapses(grant_id, utcnow() + HOUR)

    with pytest.raises(OAuthError, match="Another process"):
        desk.fresh(grant_id)


def test_a_grant_that_is_not_there_is_said(desk: Desk) -> None:
    with pytest.raises(GrantNotFoundError):
        desk.fresh(4711)
