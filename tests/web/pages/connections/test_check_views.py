"""Test connection: inline, on the full page, for a saved connection, several at once."""

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.conftest import csrf_token, sign_in_as
from tests.http_client import post, words
from tests.web.pages.connections.conftest import Fields, MakeConnection
from webapp.models import CheckReport, CheckState, Connection, User, db, utcnow
from webapp.practice.imap_server.scenarios import SCENARIOS, Scenario
from webapp.services.connections import checks

NEW = "/connections/new"


def reports(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(CheckReport)) or 0


def state_of(app: Flask, connection_id: int) -> Connection:
    with app.app_context():
        connection = db.session.get(Connection, connection_id)
        assert connection is not None
        return connection


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.key)
def test_every_practice_scenario_ends_in_its_verdict_and_remedy(
    client: FlaskClient, as_member: User, fields: Fields, scenario: Scenario
) -> None:
    response = post(client, "/connections/test", page=NEW, **fields(scenario.key))

    page = response.get_data(as_text=True)
    assert response.status_code == 200
    if scenario.expected_slug is None:
        assert "It works: " in words(response)
    else:
        assert f"/help/problems/{scenario.expected_slug}" in page
        assert '<span class="who' in page
    assert scenario.password not in re.sub(r"<p>.*?</p>", "", page)


def test_testing_what_was_typed_stores_nothing(
    app: Flask, client: FlaskClient, as_member: User, fields: Fields
) -> None:
    post(client, "/connections/test", page=NEW, **fields())

    assert reports(app) == 0
    with app.app_context():
        assert db.session.scalar(select(Connection)) is None


def test_htmx_gets_the_result_alone_and_a_browser_the_whole_page(
    client: FlaskClient, as_member: User, fields: Fields
) -> None:
    token = csrf_token(client, NEW)
    data = {**fields("wrong-password"), "csrf_token": token}

    fragment = client.post("/connections/test", data=data, headers={"HX-Request": "true"})
    page = client.post("/connections/test", data=data)

    inline, whole = fragment.get_data(as_text=True), page.get_data(as_text=True)
    assert "<html" not in inline
    assert "<html" in whole
    assert "HX-Request" in fragment.headers["Vary"]
    for text in (inline, whole):
        assert "The user name or password is wrong" in text
    marks = re.search(r"data-marks='([^']*)'", inline)
    assert marks
    assert json.loads(marks.group(1)).keys() == {"password"}
    assert 'aria-invalid="true"' in whole


def test_a_tested_connection_is_saved_with_what_the_test_said(
    app: Flask, client: FlaskClient, as_member: User, fields: Fields
) -> None:
    page = post(client, "/connections/test", page=NEW, **fields()).get_data(as_text=True)
    carried = re.search(r'name="carried" value="([^"]+)"', page)
    assert carried

    response = post(client, NEW, **fields(carried=carried.group(1)))

    connection = state_of(app, int(response.headers["Location"].rsplit("/", 1)[1]))
    assert (connection.state, connection.last_verdict) == (CheckState.WORKS, "INBOX, 12 messages")
    assert reports(app) == 1


@pytest.mark.parametrize("changed", [{"password": "another"}, {"host": "imap.other.example"}, {"user": "somebody"}])
def test_a_test_of_something_else_says_nothing_of_what_is_saved(
    app: Flask, client: FlaskClient, as_member: User, fields: Fields, changed: dict[str, str]
) -> None:
    page = post(client, "/connections/test", page=NEW, **fields()).get_data(as_text=True)
    carried = re.search(r'name="carried" value="([^"]+)"', page)
    assert carried

    response = post(client, NEW, **fields(carried=carried.group(1), **changed))

    connection = state_of(app, int(response.headers["Location"].rsplit("/", 1)[1]))
    assert connection.state is CheckState.NOT_TESTED


def test_a_saved_connection_remembers_its_tests_and_since_when_its_state_holds(
    app: Flask, client: FlaskClient, as_member: User, make_connection: MakeConnection
) -> None:
    connection_id = make_connection(as_member)
    path = f"/connections/{connection_id}"

    first = post(client, f"{path}/test", page=path)
    since = state_of(app, connection_id).state_since
    post(client, f"{path}/test", page=path)

    connection = state_of(app, connection_id)
    assert "It works: 12 messages in INBOX" in words(first)
    assert (connection.state, connection.state_since) == (CheckState.WORKS, since)
    assert reports(app) == 2
    page = client.get(path)
    assert words(page).count("Passed") == 2
    report = re.search(rf"{path}/reports/\d+", page.get_data(as_text=True))
    assert report
    assert "It works: 12 messages in INBOX" in words(client.get(report.group()))


def test_only_the_last_fifty_reports_are_kept(
    app: Flask, client: FlaskClient, as_member: User, make_connection: MakeConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "MAX_STORED_REPORTS", 3)
    path = f"/connections/{make_connection(as_member)}"
    token = csrf_token(client, path)

    for _ in range(5):
        client.post(f"{path}/test", data={"csrf_token": token})

    assert reports(app) == 3


def test_a_second_test_of_one_connection_is_refused_while_the_first_runs(
    app: Flask, client: FlaskClient, as_member: User, make_connection: MakeConnection
) -> None:
    path = f"/connections/{make_connection(as_member, 'connection-timeout')}"
    token = csrf_token(client, path)
    second = app.test_client()
    sign_in_as(second, as_member)
    other_token = csrf_token(second, path)

    with ThreadPoolExecutor() as pool:
        running = pool.submit(client.post, f"{path}/test", data={"csrf_token": token})
        _wait_until_claimed(app)
        refused = second.post(f"{path}/test", data={"csrf_token": other_token})
        first = running.result()

    assert refused.status_code == 409
    assert "A test of this connection is running already" in words(refused)
    assert first.status_code == 200
    assert reports(app) == 1


def test_a_claim_left_by_a_process_that_died_does_not_last(
    app: Flask, client: FlaskClient, as_member: User, make_connection: MakeConnection
) -> None:
    connection_id = make_connection(as_member)
    with app.app_context():
        connection = db.session.get(Connection, connection_id)
        assert connection is not None
        connection.checking_until = utcnow()
        db.session.commit()

    response = post(client, f"/connections/{connection_id}/test", page=f"/connections/{connection_id}")

    assert response.status_code == 200


def test_deleting_while_testing_shows_the_result_and_keeps_nothing(
    app: Flask, client: FlaskClient, as_member: User, make_connection: MakeConnection
) -> None:
    connection_id = make_connection(as_member, "connection-timeout")
    path = f"/connections/{connection_id}"
    token = csrf_token(client, path)
    second = app.test_client()
    sign_in_as(second, as_member)

    with ThreadPoolExecutor() as pool:
        running = pool.submit(client.post, f"{path}/test", data={"csrf_token": token})
        _wait_until_claimed(app)
        deleted = post(second, f"{path}/delete")
        result = running.result()

    assert deleted.status_code == 303
    assert result.status_code == 200
    assert "so this result is not kept" in words(result)
    assert reports(app) == 0


def test_other_pages_are_served_while_tests_wait_for_their_servers(
    app: Flask, client: FlaskClient, as_member: User, make_connection: MakeConnection, fields: Fields
) -> None:
    path = f"/connections/{make_connection(as_member, 'connection-timeout')}"
    token = csrf_token(client, path)
    second = app.test_client()
    sign_in_as(second, as_member)

    with ThreadPoolExecutor() as pool:
        running = pool.submit(client.post, f"{path}/test", data={"csrf_token": token})
        _wait_until_claimed(app)
        saved = post(second, NEW, **fields(name="Saved meanwhile"))
        still_running = not running.done()
        running.result()

    assert saved.status_code == 303
    assert still_running


def _wait_until_claimed(app: Flask) -> None:
    pause = threading.Event()
    for _ in range(200):
        with app.app_context():
            if db.session.scalar(select(Connection.checking_until)) is not None:
                return
        pause.wait(0.02)
    pytest.fail("the test did not start")
