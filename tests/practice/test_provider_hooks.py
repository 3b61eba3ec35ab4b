"""What tests may do to a provider: over HTTP and in the same process."""

import threading
from collections.abc import Callable

import pytest
import requests

from tests.practice.conftest import HereClient
from webapp.practice.oauth_server.sample_users import OFFICE, WORKSPACE
from webapp.practice.oauth_server.token_faults import KINDS

ANNA = f"anna@{WORKSPACE}"
ANTON = f"anton@{OFFICE}"


def post(client: HereClient, path: str, **form: object) -> requests.Response:
    return requests.post(f"{client.authority.url}/practice/{path}", data=form, allow_redirects=False, timeout=10)


def state(client: HereClient) -> dict[str, object]:
    return dict(requests.get(f"{client.authority.url}/practice/state", timeout=10).json())


def test_access_can_be_taken_back_as_on_the_page_of_accounts(either: HereClient, somebody: str) -> None:
    refresh_token = either.tokens(somebody)["refresh_token"]
    before = requests.get(either.authority.url, timeout=10).text

    answer = post(either, f"accounts/{somebody}/revoke")

    after = requests.get(either.authority.url, timeout=10).text
    assert answer.status_code == 303
    assert either.refresh(refresh_token).json()["error"] == "invalid_grant"
    assert f"Remove the access of Postroom to {somebody}" in before
    assert "Remove access" not in after


def test_tokens_can_be_had_without_a_sign_in(either: HereClient, somebody: str) -> None:
    issued = post(either, f"accounts/{somebody}/tokens").json()
    bare = post(either, f"accounts/{somebody}/tokens", scope="openid", offline="no").json()

    assert either.refresh(issued["refresh_token"]).status_code == 200
    assert "refresh_token" not in bare
    assert bare["scope"] == "openid"


def test_the_life_of_access_tokens_can_be_set(either: HereClient, somebody: str) -> None:
    post(either, f"accounts/{somebody}/lifetime", seconds=7)

    assert either.tokens(somebody)["expires_in"] == 7


@pytest.mark.parametrize("path", ["revoke", "lifetime", "tokens"])
def test_an_unknown_account_is_not_found(either: HereClient, path: str) -> None:
    assert post(either, f"accounts/nobody@example.com/{path}").status_code == 404


def test_token_requests_are_counted_and_forgotten_at_a_reset(either: HereClient, somebody: str) -> None:
    refresh_token = either.tokens(somebody)["refresh_token"]
    either.refresh("made-up")

    before = state(either)
    post(either, "reset")
    after = state(either)

    assert before["token_calls"] == either.authority.token_calls + 2 == 2
    assert [grant["address"] for grant in before["grants"]] == [somebody]  # type: ignore[attr-defined]
    assert after == {"token_calls": 0, "faults": [], "grants": [], "mended": []}
    assert either.refresh(refresh_token).status_code == 400


def test_another_portal_can_be_registered(either: HereClient, somebody: str) -> None:
    uri = "http://127.0.0.1:4711/oauth/callback"
    before = either.decide(somebody, redirect_uri=uri).status_code

    post(either, "redirect-uris", uri=uri)

    assert before == 400
    assert either.decide(somebody, redirect_uri=uri).headers["Location"].startswith(f"{uri}?code=")


ANSWERS: dict[str, Callable[[requests.Response], bool]] = {
    "429": lambda answer: answer.status_code == 429,
    "500": lambda answer: answer.status_code == 500,
    "html": lambda answer: answer.text.startswith("<!doctype html>"),
    "empty": lambda answer: answer.status_code == 200 and answer.content == b"",
    "no-token": lambda answer: answer.status_code == 200 and "access_token" not in answer.json(),
    "slow": lambda answer: answer.status_code == 200 and answer.elapsed.total_seconds() >= 0.2,
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_a_fault_befalls_the_next_request_and_no_other(google: HereClient, kind: str) -> None:
    refresh_token = google.tokens(ANNA)["refresh_token"]
    post(google, "faults", kind=kind, seconds=0.2)

    faulty, sound = google.refresh(refresh_token), google.refresh(refresh_token)

    assert ANSWERS[kind](faulty)
    assert sound.status_code == 200
    assert "access_token" in sound.json()


def test_every_fault_is_proved_here() -> None:
    assert {*ANSWERS, "drop", "silent"} == KINDS


def test_a_fault_can_befall_several_requests(google: HereClient) -> None:
    google.authority.fail_next("500", times=2)

    answers = [google.refresh("made-up").status_code for _ in range(3)]

    assert answers == [500, 500, 400]


def test_a_connection_dropped_at_the_end_has_rotated_before(microsoft: HereClient) -> None:
    refresh_token = microsoft.tokens(ANTON)["refresh_token"]
    microsoft.authority.fail_next("drop")

    with pytest.raises(requests.ConnectionError):
        microsoft.refresh(refresh_token)

    assert microsoft.refresh(refresh_token).json()["error_codes"] == [70000]


def test_a_silent_endpoint_answers_nothing_and_does_nothing(microsoft: HereClient) -> None:
    refresh_token = microsoft.tokens(ANTON)["refresh_token"]
    microsoft.authority.fail_next("silent")

    with pytest.raises(requests.ReadTimeout):
        microsoft.ask({"grant_type": "refresh_token", "refresh_token": refresh_token}, timeout=0.3)

    assert microsoft.refresh(refresh_token).status_code == 200


def test_an_unknown_fault_is_refused(google: HereClient) -> None:
    assert post(google, "faults", kind="earthquake").status_code == 400


def test_of_many_refreshes_at_once_with_one_rotated_token_exactly_one_passes(microsoft: HereClient) -> None:
    refresh_token = microsoft.tokens(ANTON)["refresh_token"]
    statuses: list[int] = []
    together = threading.Barrier(8)

    def refresh() -> None:
        together.wait()
        statuses.append(microsoft.refresh(refresh_token).status_code)

    threads = [threading.Thread(target=refresh) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [200] + [400] * 7
