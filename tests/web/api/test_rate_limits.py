"""How often programs may ask."""

import threading
from collections import Counter
from typing import Any

import pytest
import time_machine
from flask import Flask

from tests.conftest import MakeUser
from tests.web.api.conftest import MakeProgram, Program, said
from webapp.models import User

MOST = 5
_WRONG = "postroom_" + "x" * 43


@pytest.fixture
def more_settings() -> dict[str, object]:
    return {"api_requests_per_minute": MOST}


def refused(answer: Any) -> int:
    """Return the seconds to wait that a refusal tells."""
    assert (answer.status_code, answer.content_type) == (429, "application/problem+json")
    assert said(answer)["title"] == "Too many requests"
    return int(answer.headers["Retry-After"])


def test_a_token_may_ask_so_often_and_other_tokens_are_not_held_up(
    program: MakeProgram, member: User, make_user: MakeUser
) -> None:
    nightly, weekly = program(member), program(make_user("cleo@example.com"))
    with time_machine.travel("2026-11-28 12:00:00Z", tick=False) as clock:
        assert [nightly.get("/connections").status_code for _ in range(MOST)] == [200] * MOST

        wait = refused(nightly.get("/connections/99"))
        assert 0 < wait <= 60
        assert weekly.get("/connections").status_code == 200
        clock.shift(wait)
        assert nightly.get("/connections").status_code == 200


def test_many_requests_at_once_are_counted_each(app: Flask, program: MakeProgram, member: User) -> None:
    token = program(member).token
    answers: Counter[int] = Counter()

    def ask() -> None:
        answers[Program(app.test_client(), token).get("/connections").status_code] += 1

    threads = [threading.Thread(target=ask) for _ in range(4 * MOST)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == {200: MOST, 429: 3 * MOST}


def test_wrong_tokens_are_refused_by_their_network_and_right_ones_are_not(
    app: Flask, program: MakeProgram, member: User
) -> None:
    guesser = Program(app.test_client(), _WRONG)

    assert {guesser.get("/connections").status_code for _ in range(30)} == {401}
    assert 0 < refused(guesser.get("/connections")) <= 300
    assert program(member).get("/connections").status_code == 200
    afar = {"REMOTE_ADDR": "192.0.2.7"}
    assert guesser.ask("GET", "/connections", environ_overrides=afar).status_code == 401
    assert Program(app.test_client(), "").get("/connections").status_code == 401


class TestInBlocks:
    """With a limit so high that a process takes permissions by the block."""

    @pytest.fixture
    def more_settings(self) -> dict[str, object]:
        return {"api_requests_per_minute": 60}

    def test_the_limit_is_the_same(self, program: MakeProgram, member: User) -> None:
        nightly = program(member)

        answers = Counter(nightly.get("/connections").status_code for _ in range(70))

        assert answers == {200: 60, 429: 10}


class TestUnlimited:
    """Where the setting is 0."""

    @pytest.fixture
    def more_settings(self) -> dict[str, object]:
        return {"api_requests_per_minute": 0}

    def test_nothing_is_counted(self, program: MakeProgram, member: User) -> None:
        nightly = program(member)

        assert {nightly.get("/connections").status_code for _ in range(20)} == {200}
