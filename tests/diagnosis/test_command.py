"""`flask diagnose`: what it reads, what it answers, and what a broken line costs."""

import json

from click.testing import CliRunner, Result

from webapp.commands.diagnose import diagnose_command


def run(*arguments: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(diagnose_command, arguments, input=given)


def test_every_line_is_answered_with_slug_alternatives_and_who_acts() -> None:
    question = {"id": "e1", "raw": "LOGIN failed.", "provider": "microsoft", "stage": "auth"}

    result = run("--json", given=json.dumps(question))

    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "id": "e1",
        "diagnosis": "basic-auth-disabled",
        "alternatives": ["wrong-password"],
        "who": "user",
    }


def test_a_broken_line_is_answered_in_its_place_and_the_rest_goes_on() -> None:
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


def test_a_stage_or_provider_nobody_knows_is_taken_as_absent() -> None:
    known = run("--json", given='{"id": 1, "raw": "A1 NO LOGIN failed."}')

    strange = run("--json", given='{"id": 1, "raw": "A1 NO LOGIN failed.", "stage": "lunch", "provider": ["x"]}')

    assert strange.stdout == known.stdout


def test_bytes_that_are_not_text_break_their_line_only() -> None:
    result = run("--json", given=b'\xff\xfe\n{"id": 1, "raw": "Connection refused \xff"}\n')

    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first["id"] is None
    assert second["diagnosis"] == "connection-refused"


def test_a_person_reads_the_verdict_who_acts_the_words_that_decided_and_what_else_it_could_be() -> None:
    result = run("[AUTHENTICATIONFAILED] Authentication failed.")

    assert result.exit_code == 0
    assert "The user name or password is wrong (wrong-password)" in result.stdout
    assert "Who acts: You" in result.stdout
    assert "Because it says: AUTHENTICATIONFAILED" in result.stdout
    assert "Could also be: The server wants an app password" in result.stdout


def test_a_text_may_be_piped_in() -> None:
    assert "dns-not-found" in run(given="getaddrinfo ENOTFOUND imap.example.com").stdout
