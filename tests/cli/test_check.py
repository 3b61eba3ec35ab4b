"""`check NAME`, as scripts use it: exit status, the report as JSON, the report for a person."""

import json
import re
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select, update

from tests.core.imap.servers import HASTY, Talk, imap, serving, silent
from tests.leaks import SECRET, leaks
from tests.portals import environment, flask
from webapp.config.app_state import KEY_FILE, current_settings
from webapp.core.imap import Network, StepName
from webapp.models import CheckReport, Connection, db, utcnow

REFUSES = imap(AUTHENTICATE="TAG NO [AUTHENTICATIONFAILED] Authentication failed.")


@pytest.fixture
def database() -> str:
    """Use one database: nothing here depends on which."""
    return "sqlite"


@pytest.fixture(autouse=True)
def _loopback(app: Flask) -> None:
    app.extensions["postroom.network"] = Network(allowed=(ip_network("127.0.0.0/8"),))
    app.extensions["postroom.limits"] = HASTY


def adding(port: int) -> tuple[str, ...]:
    server = f"127.0.0.1:{port}:none"
    options = {"--name": "Inbox", "--address": "ann@example.com", "--type": "credentials", "--server": server}
    return ("connections", "add", *(word for pair in options.items() for word in pair))


def run(app: Flask, *arguments: str, given: str = "") -> Result:
    return app.test_cli_runner().invoke(args=list(arguments), input=given)


def check(app: Flask, talk: Talk, *options: str, name: str = "Inbox") -> Result:
    """Add a connection to a server and check it."""
    with serving(talk) as port:
        assert run(app, *adding(port), given=f"{SECRET}\n").exit_code == 0
        return run(app, "check", name, *options)


def test_a_check_that_passes_ends_with_status_0_and_its_whole_report(app: Flask) -> None:
    result = check(app, imap(), "--json")

    report = json.loads(result.output)
    assert result.exit_code == 0
    assert (report["passed"], report["verdict"]) == (True, "It works: 3 messages in INBOX")
    assert (report["diagnosis"], report["who"], report["server_said"], report["alternatives"]) == (None, None, None, [])
    assert (report["messages"], report["mailboxes"]) == (3, 2)
    assert [step["name"] for step in report["steps"]] == [name for name in StepName if name != "access_token"]
    assert datetime.fromisoformat(report["started_at"]).tzinfo


def test_every_step_has_its_name_outcome_seconds_and_detail(app: Flask) -> None:
    report = json.loads(check(app, REFUSES, "--json").output)

    steps = {step["name"]: step for step in report["steps"]}
    assert all(step.keys() == {"name", "outcome", "seconds", "detail", "warning"} for step in report["steps"])
    assert steps["connect"]["outcome"] == "passed"
    assert 0 <= steps["connect"]["seconds"] < report["seconds"] < 2
    assert steps["authenticate"]["outcome"] == "failed"
    assert steps["tls"]["outcome"] == "skipped"
    assert (steps["inbox"]["outcome"], steps["inbox"]["seconds"]) == ("not_reached", None)


def test_a_check_that_fails_ends_with_status_1_and_its_diagnosis(app: Flask) -> None:
    result = check(app, REFUSES, "--json")

    report = json.loads(result.output)
    assert result.exit_code == 1
    assert (report["passed"], report["diagnosis"], report["who"]) == (False, "wrong-password", "user")
    assert report["verdict"] == "The user name or password is wrong"
    assert "[AUTHENTICATIONFAILED] Authentication failed." in report["server_said"]


def test_a_person_reads_steps_verdict_and_who_acts(app: Flask) -> None:
    result = check(app, REFUSES)

    assert result.exit_code == 1
    assert "✓ Connect" in result.output
    assert "✗ Sign in as ann@example.com" in result.output
    assert "- Open INBOX" in result.output
    assert result.output.splitlines()[-3:] == [
        "The user name or password is wrong",
        "Who acts: You",
        "Diagnosis: wrong-password",
    ]


def test_the_report_is_kept(app: Flask) -> None:
    check(app, REFUSES)

    listed = json.loads(run(app, "connections", "list", "--json").output)
    with app.app_context():
        kept = db.session.scalar(select(func.count()).select_from(CheckReport))
    assert kept == 1
    assert (listed["state"], listed["diagnosis"]) == ("fails", "wrong-password")


@pytest.mark.parametrize("name", ["inbox", "  INBOX  "])
def test_a_name_is_found_whatever_its_case_and_blanks(app: Flask, name: str) -> None:
    assert check(app, imap(), name=name).exit_code == 0


@pytest.mark.parametrize("name", ["Outbox", "", "In%", "x" * 10_000])
def test_a_name_nobody_knows_ends_with_status_2(app: Flask, name: str) -> None:
    result = check(app, imap(), name=name)

    assert result.exit_code == 2
    assert "there is no connection called" in result.output


def test_a_second_check_is_refused_while_the_first_runs(app: Flask) -> None:
    check(app, imap())
    with app.app_context():
        db.session.execute(update(Connection).values(checking_until=utcnow().replace(year=2999)))
        db.session.commit()

    result = run(app, "check", "Inbox")

    assert result.exit_code == 1
    assert "a test of this connection is running already" in result.output


def test_without_its_data_key_nothing_is_checked(app: Flask) -> None:
    check(app, imap())
    with app.app_context():
        (current_settings().data_dir / KEY_FILE).unlink()
    app.extensions.pop("postroom.secret_box")

    result = run(app, "check", "Inbox")

    assert result.exit_code == 1
    assert "the key file data.key is missing" in result.output


@pytest.mark.parametrize("talk", [imap(), REFUSES, silent, imap(AUTHENTICATE=f"TAG NO Not {SECRET}")])
def test_no_password_is_printed(app: Flask, talk: Talk) -> None:
    outputs = check(app, talk).output, run(app, "check", "Inbox", "--json").output

    assert leaks(*outputs) == []


def test_a_script_reads_json_alone_on_standard_output(tmp_path: Path) -> None:
    env = environment(tmp_path / "data", allowed_networks="127.0.0.0/8")

    with serving(imap()) as port:
        flask(*adding(port), env=env, given="open-sesame\n")
        passed = flask("check", "Inbox", "--json", env=env)
    failed = flask("check", "Inbox", "--json", env=env)
    unknown = flask("check", "Outbox", "--json", env=env)

    assert [outcome.returncode for outcome in (passed, failed, unknown)] == [0, 1, 2]
    assert json.loads(passed.stdout)["passed"] is True
    assert json.loads(failed.stdout)["diagnosis"] == "connection-refused"
    assert unknown.stdout == ""
    assert (passed.stderr, failed.stderr) == ("", "")


@pytest.mark.parametrize("talk", [imap(), REFUSES, imap(CAPABILITY="* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK done")])
def test_a_trace_shows_the_lines_of_the_session_and_no_secret(app: Flask, talk: Talk) -> None:
    result = check(app, talk, "--trace", "--json")

    assert json.loads(result.stdout)["steps"]
    assert " S: " in result.stderr
    assert re.search(r" C: PR\d* (LOGIN|AUTHENTICATE) \(left out\)", result.stderr) or "(continuation" in result.stderr
    assert leaks(result.stderr) == []


def test_without_trace_nothing_is_on_standard_error(app: Flask) -> None:
    assert check(app, imap(), "--json").stderr == ""
