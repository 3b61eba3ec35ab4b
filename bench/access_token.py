"""What an access token costs: from the store, as a step of a check at Dovecot, and renewed where that takes 100 ms."""

from collections.abc import Callable
from statistics import median

from bench.measuring import Result, seconds_of
from bench.provider import ADDRESS, Provider, connect, make_due, portal_and_provider
from webapp.config.app_state import current_network
from webapp.core.imap import Credential, CredentialSource, ServerSettings, run_check
from webapp.core.imap.protocol.credentials import AccessToken
from webapp.services.providers.oauth.access_tokens import fresh_access_token
from webapp.services.providers.oauth.client_registration import imap_server
from webapp.services.providers.oauth.provider import GrantCredentialSource
from webapp.services.providers.oauth.spec import PROVIDER_SPECS
from webapp.services.providers.outlook import OUTLOOK

TITLE = "Access tokens, inside the process, medians of 50 (from the store: of 500)"
_READS, _ROUNDS, _WARM_UP = 500, 50, 5
_PROVIDER_TAKES = 0.1


def measure() -> list[Result]:
    """Measure the three in turn."""
    with portal_and_provider() as provider:
        grant_id = connect(provider)
        return [*_from_the_store(grant_id), *_step_of_a_check(grant_id), *_renewal(grant_id, provider)]


def _from_the_store(grant_id: int) -> list[Result]:
    times = [seconds_of(lambda: fresh_access_token(grant_id)) for _ in range(_WARM_UP + _READS)][_WARM_UP:]
    return [Result(what="fresh token from the store", value=median(times) * 1000, unit="ms", at_most=2)]


def _step_of_a_check(grant_id: int) -> list[Result]:
    """Alternate between a check that takes its token from the store and one that was handed it."""
    where = imap_server(OUTLOOK)
    server = ServerSettings(host=where.host, port=where.port, security=where.security, user=ADDRESS)
    source = GrantCredentialSource(grant_id, PROVIDER_SPECS[OUTLOOK])
    ready = AccessToken(fresh_access_token(grant_id).value)

    def check(credential: Credential | CredentialSource) -> Callable[[], None]:
        def run() -> None:
            report = run_check(server, credential, network=current_network())
            if report.failure is not None:
                raise RuntimeError(report.failure.text)

        return run

    stored, given = _alternating(check(source), check(ready))
    return [
        Result(what="check with its token from the store", value=stored * 1000, unit="ms"),
        Result(what="check with a token that is at hand", value=given * 1000, unit="ms"),
        Result(what="ratio", value=stored / given, unit="", at_most=1.1),
    ]


def _renewal(grant_id: int, provider: Provider) -> list[Result]:
    """Alternate between a renewal and a bare request to the same provider."""
    provider.be_slow(_PROVIDER_TAKES, times=2 * (_WARM_UP + _ROUNDS))

    def renew() -> None:
        if not fresh_access_token(grant_id).renewed:
            raise RuntimeError("the token was not renewed")

    renewed, bare = _alternating(renew, provider.refresh, before=lambda: make_due(grant_id))
    return [
        Result(what="renewal: lease, request, answer stored", value=renewed * 1000, unit="ms"),
        Result(what="the provider's own answer", value=bare * 1000, unit="ms"),
        Result(what="ratio", value=renewed / bare, unit="", at_most=1.3),
    ]


def _alternating(
    one: Callable[[], None], other: Callable[[], None], before: Callable[[], None] = lambda: None
) -> tuple[float, float]:
    """Return the medians of two acts in seconds, taken in turn and each as often first as second."""
    times: dict[Callable[[], None], list[float]] = {one: [], other: []}
    for number in range(_WARM_UP + _ROUNDS):
        before()
        for act in (one, other) if number % 2 else (other, one):
            times[act].append(seconds_of(act))
    return median(times[one][_WARM_UP:]), median(times[other][_WARM_UP:])
