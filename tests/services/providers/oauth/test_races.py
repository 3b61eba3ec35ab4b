"""Six processes and one rotating grant: each round one of them asks the provider, and no token is lost."""

from tests.services.providers.oauth.authorization_helper import Desk
from tests.services.providers.oauth.processes import PROCESSES, racers
from webapp.config.settings import Settings
from webapp.practice.oauth_server.http_server import ProviderServer

ROUNDS = 50


def test_of_six_processes_one_renews(settings: Settings, desk: Desk, microsoft: ProviderServer) -> None:
    grant_id = desk.sign_in(microsoft)
    given: set[str] = set()

    with racers(settings, grant_id) as running:
        for round_number in range(1, ROUNDS + 1):
            desk.make_due(grant_id)
            tokens = running.round()

            assert len(tokens) == PROCESSES
            assert len(set(tokens)) == 1, tokens
            assert microsoft.store.active_access_token(tokens[0]), tokens[0]
            assert microsoft.token_calls == round_number
            given.add(tokens[0])

    stored = microsoft.store.token(desk.refresh_token(grant_id))
    assert len(given) == ROUNDS
    assert stored is not None
    assert not stored.used
    assert (desk.row(grant_id).ended_at, desk.row(grant_id).lease_until) == (None, None)


def test_of_six_processes_one_asks_at_a_time_when_the_provider_is_in_trouble(
    settings: Settings, desk: Desk, microsoft: ProviderServer
) -> None:
    grant_id = desk.sign_in(microsoft)

    with racers(settings, grant_id) as running:
        for _ in range(3):
            desk.make_due(grant_id)
            microsoft.fail_next("500", times=2)
            tokens = running.round()
            desk.make_due(grant_id)

            good = [token for token in tokens if microsoft.store.active_access_token(token)]
            assert len(good) == PROCESSES - 2
            assert sum("HTTP 500" in token for token in tokens) == 2

    assert desk.row(grant_id).ended_at is None
