"""`flask diagnose`: what it reads, what it answers, and what a broken line costs."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

Run = Callable[..., Result]


@pytest.fixture
def database() -> str:
    """Use one database: nothing here depends on which."""
    return "sqlite"


@pytest.fixture
def run(app: Flask) -> Run:
    def invoke(*arguments: str, given: str | bytes | None = None) -> Result:
        return app.test_cli_runner().invoke(args=["diagnose", *arguments], input=given)

    return invoke


def test_every_line_is_answered_with_slug_alternatives_and_who_acts(run: Run) -> None:
    question = {"id": "e1", "raw": "LOGIN failed.", "provider": "microsoft", "stage": "auth"}

    result = run("--json", given=json.dumps(question))

    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "id": "e1",
        "diagnosis": "basic-auth-disabled",
        "alternatives": ["wrong-password"],
        "who": "user",
    }


def test_a_broken_line_is_answered_in_its_place_and_the_rest_goes_on(run: Run) -> None:
    lines = [
        '{"id": 1, "raw": "ECONNREFUSED"}',
        "rubbish",
        '{"id": 2, "raw": 5}',
        "[]",
        "[" * 100_000,
        '{"id": 3, "raw": ""}',
    ]

    result = run("--json", given="\n".join(lines))

    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    assert [answer["id"] for answer in answers] == [1, None, None, None, None, 3]
    assert all(answer["error"] for answer in answers if answer["id"] is None)


def test_a_stage_or_provider_nobody_knows_is_taken_as_absent(run: Run) -> None:
    known = run("--json", given='{"id": 1, "raw": "A1 NO LOGIN failed."}')

    strange = run("--json", given='{"id": 1, "raw": "A1 NO LOGIN failed.", "stage": "lunch", "provider": ["x"]}')

    assert strange.stdout == known.stdout


def test_bytes_that_are_not_text_break_their_line_only(run: Run) -> None:
    result = run("--json", given=b'\xff\xfe\n{"id": 1, "raw": "Connection refused \xff"}\n')

    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first["id"] is None
    assert second["diagnosis"] == "connection-refused"


def test_a_person_reads_the_verdict_who_acts_the_words_that_decided_and_what_else_it_could_be(run: Run) -> None:
    result = run("[AUTHENTICATIONFAILED] Authentication failed.")

    assert result.exit_code == 0
    assert "The user name or password is wrong (wrong-password)" in result.stdout
    assert "Who acts: You" in result.stdout
    assert "Because it says: AUTHENTICATIONFAILED" in result.stdout
    assert "Could also be: The server wants an app password" in result.stdout


def test_a_person_reads_what_the_code_means_what_to_do_and_where_there_is_more(run: Run, client: FlaskClient) -> None:
    said = run("2026-11-27 ERROR invalid_grant: AADSTS50079: you must enroll in multi-factor authentication").stdout

    assert "Because it says: AADSTS50079\n" in said
    assert "AADSTS50079: The organisation now asks for a second step" in said
    assert "What to do: Set up a second step" in said
    address = said.splitlines()[-1].removeprefix("More: ")
    assert address.endswith("/help/problems/mfa-required")
    assert client.get(address).status_code == 200


def test_what_nobody_understands_is_said_to_be_unknown_and_has_a_page_too(run: Run) -> None:
    said = run("frobnicate the gribble").stdout

    assert "(unknown)" in said
    assert "Because it says" not in said
    assert said.endswith("/help/problems/unknown\n")


def test_a_secret_in_the_text_is_not_said_again(run: Run) -> None:
    said = run("password=hunter2 AUTHENTICATIONFAILED password=hunter2").stdout

    assert "hunter2" not in said


def test_a_text_may_be_piped_in(run: Run) -> None:
    assert "dns-not-found" in run(given="getaddrinfo ENOTFOUND imap.example.com").stdout
