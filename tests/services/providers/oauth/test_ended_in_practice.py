"""The ends of grants at providers that behave like the real ones."""

from datetime import timedelta

import pytest

from tests.services.providers.oauth.authorization_helper import HOUR, Desk
from webapp.core.oauth.errors import FailureKind
from webapp.practice.oauth_server.http_server import ProviderServer


@pytest.mark.parametrize("kind", ["429", "500", "html", "empty", "no-token"])
def test_a_provider_in_trouble_ends_nothing(desk: Desk, microsoft: ProviderServer, kind: str) -> None:
    grant_id = desk.sign_in(microsoft)
    desk.make_due(grant_id)
    microsoft.fail_next(kind)

    assert desk.failure(grant_id).kind is FailureKind.TEMPORARY

    assert desk.row(grant_id).ended_at is None
    assert microsoft.store.active_access_token(desk.fresh(grant_id).value)


def test_an_answer_lost_after_the_token_was_rotated_ends_in_a_clear_word(desk: Desk, microsoft: ProviderServer) -> None:
    grant_id = desk.sign_in(microsoft)
    desk.make_due(grant_id)
    microsoft.fail_next("drop")

    lost, ended = desk.failure(grant_id), desk.failure(grant_id)

    assert (lost.kind, ended.kind) == (FailureKind.TEMPORARY, FailureKind.INVALID_GRANT)
    assert "interrupted" in ended.text


def test_a_revoked_grant_has_ended(desk: Desk, google: ProviderServer) -> None:
    grant_id = desk.sign_in(google)
    google.revoke(desk.row(grant_id).account)
    desk.make_due(grant_id)

    assert desk.failure(grant_id).kind is FailureKind.INVALID_GRANT
    assert google.token_calls == 1
    assert desk.failure(grant_id).text == desk.failure(grant_id).text
    assert google.token_calls == 1


def test_an_ended_grant_gives_no_token_though_one_lives(desk: Desk, google: ProviderServer) -> None:
    grant_id = desk.sign_in(google)
    google.revoke(desk.row(grant_id).account)
    desk.make_due(grant_id, timedelta(minutes=4))
    desk.failure(grant_id)
    desk.make_due(grant_id, HOUR)

    assert desk.failure(grant_id).kind is FailureKind.INVALID_GRANT
