"""Two things at the same moment. PostgreSQL only: SQLite has one writer at a time."""

from concurrent.futures import Future, ThreadPoolExecutor
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import delete
from werkzeug.test import TestResponse

from tests.http_client import words
from tests.web.pages.accounts.test_races import in_a_thread, just_before, wait_until_it_ends_or_waits_for_a_lock
from tests.web.pages.oauth.conftest import MakeConnection, Rows
from tests.web.pages.oauth.sign_in_client import PEOPLE, Traveller
from webapp.models import AuthorizationRequest, Connection, User, UserSession, db


@pytest.fixture
def database() -> str:
    """Run on PostgreSQL alone."""
    return "postgresql"


def another_window(ben: Traveller) -> Traveller:
    """Open a second window of the same browser."""
    window = ben.client.application.test_client()
    cookie = ben.client.get_cookie("postroom")
    assert cookie is not None
    window.set_cookie("postroom", cookie.value)
    return Traveller(window, ben.kind, ben.provider)


def test_a_button_pressed_twice_at_once_begins_one_trip(app: Flask, ben: Traveller, rows: Rows) -> None:
    form, second = ben.form(), another_window(ben)
    answers: list[TestResponse] = []

    def press_too() -> None:
        thread = in_a_thread(lambda: answers.append(second.start(form)))
        threads.append(thread)
        wait_until_it_ends_or_waits_for_a_lock(app, thread)

    threads: list[Thread] = []
    with just_before(app, "INSERT INTO sign_in_attempt", press_too):
        answers.append(ben.start(form))
    threads[0].join(20)

    assert [answer.status_code for answer in answers] == [200, 200]
    assert rows.count(AuthorizationRequest) == 1
    assert rows.attempt(form["attempt"]) is not None


@pytest.mark.parametrize("model", [Connection, UserSession])
def test_what_is_deleted_while_a_trip_begins_is_missed_in_a_sentence(
    app: Flask, ben: Traveller, member: User, make_connection: MakeConnection, model: type[Connection | UserSession]
) -> None:
    form = ben.form_at(f"/connections/{make_connection(member)}/edit")

    def let_it_go() -> None:
        with app.app_context():
            db.session.execute(delete(model))
            db.session.commit()

    # After it was read, and before it is held.
    with just_before(app, "FOR KEY SHARE", let_it_go):
        answer = ben.start(form)

    assert (answer.status_code, "Somebody else was quicker" in words(answer)) == (409, True)


def test_beginning_anew_while_the_callback_concludes_ends_in_order(
    app: Flask, ben: Traveller, member: User, make_connection: MakeConnection, rows: Rows
) -> None:
    """Both lock connection and attempt, in the same order; else they would wait for each other."""
    connection_id = make_connection(member)
    form = ben.form_at(f"/connections/{connection_id}")
    trip = ben.leave(form)
    path, window = trip.decide(), another_window(ben)
    begun: list[Future[TestResponse]] = []

    def begin_anew() -> None:
        begun.append(pool.submit(window.start, form))
        waiting = in_a_thread(begun[0].result)
        wait_until_it_ends_or_waits_for_a_lock(app, waiting)

    with ThreadPoolExecutor(1) as pool:
        # The callback holds the connection at this point.
        with just_before(app, "FROM sign_in_attempt \nWHERE sign_in_attempt.id = ", begin_anew):
            location = trip.come_back(path)
        answer = begun[0].result(20)

    assert answer.status_code == 200, words(answer)
    assert rows.account(connection_id) == PEOPLE[ben.kind]
    assert ben.client.get(location).status_code == 200
