"""Requests that are not right: each is told what is wrong with it, and nothing comes of it."""

import io
from collections.abc import Callable

import pytest
from flask import Flask

from tests.web.api.conftest import MakeProgram, said
from tests.web.api.test_connections import count
from webapp.models import User
from webapp.practice.imap_server.scenarios import PASSWORD


@pytest.fixture
def database() -> str:
    """Run once: the database is hardly asked."""
    return "sqlite"


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=x",
        "cursor=eA",
        "cursor=%00",
        "limit=1&limit=2",
        "nonsense=1",
        "cursor=" + "a" * 300,
    ],
)
def test_a_query_that_is_not_right_is_said_to_be_so(program: MakeProgram, member: User, query: str) -> None:
    answer = program(member).get(f"/connections?{query}")

    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert query.partition("=")[0] in said(answer)["detail"]


@pytest.mark.parametrize(
    "path", ["/connections/99", "/connections/0", "/connections/99999999999", "/connections/x", "/x"]
)
def test_what_is_not_there_is_a_problem_not_a_page(program: MakeProgram, member: User, path: str) -> None:
    answer = program(member).get(path)

    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_another_method_is_refused_with_those_that_are_allowed(program: MakeProgram, member: User) -> None:
    answer = program(member).ask("PUT", "/connections")

    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"name": "a\nb"}, {"address": "nobody"}, {"password": ""}, {"password": "a\0b"}, {"port": 0},
        {"port": "x"}, {"security": "ssl"}, {"host": "http://x"}, {"credential_type": "gmail_oauth2"}, {"extra": 1},
        {"user": "a\r\nb"},
    ],
)  # fmt: skip
def test_nothing_is_made_of_what_is_wrong(
    app: Flask, program: MakeProgram, member: User, fields: Callable[..., dict[str, str]], wrong: dict[str, object]
) -> None:
    answer = program(member).ask("POST", "/connections", json={**fields(), "port": 993, **wrong})

    assert answer.status_code == 422, answer.text
    assert PASSWORD not in answer.text
    assert count(app) == 0


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"name": NaN}', "application/json", 400),
        (b"\xef\xbb\xbf{}", "application/json", 400),
        (b'{"name": "\\ud800"}', "application/json", 400),
        (b"9" * 5000, "application/json", 400),
        (b'{"name": "a", "name": "b"}', "application/json", 422),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (b"{}" + b" " * 300_000, "application/json", 413),
    ],
)
def test_a_body_that_cannot_be_read_is_said_to_be_so(
    program: MakeProgram, member: User, body: bytes, kind: str, status: int
) -> None:
    answer = program(member).ask("POST", "/connections", data=body, content_type=kind)

    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")


def test_a_body_that_comes_in_chunks_ends_at_the_same_limit(program: MakeProgram, member: User) -> None:
    answer = program(member).ask(
        "POST",
        "/connections",
        input_stream=io.BytesIO(b"{}" + b" " * 300_000),
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True},
    )

    assert (answer.status_code, answer.content_type) == (413, "application/problem+json")
