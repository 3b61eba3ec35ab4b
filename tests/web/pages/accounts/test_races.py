"""What happens in the narrow moment between reading and writing. PostgreSQL only: SQLite has one writer at a time."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text
from werkzeug.test import TestResponse

from tests.conftest import MakeUser, csrf_token, sign_in_as
from webapp.models import Purpose, Role, User, db
from webapp.services.accounts.one_time_links import USED, LinkClosedError, make_link, redeem_link


@pytest.fixture
def database() -> str:
    """Run on PostgreSQL alone."""
    return "postgresql"


@contextmanager
def just_before(app: Flask, words: str, meanwhile: Callable[[], None]) -> Iterator[None]:
    """Let something else happen, once, just before the first statement with these words runs."""
    happened = threading.Event()

    def listener(connection: Any, cursor: Any, statement: str, *rest: object) -> None:
        if words in statement and not happened.is_set():
            happened.set()
            meanwhile()

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", listener)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", listener)
    assert happened.is_set()


def in_a_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def wait_until_it_ends_or_waits_for_a_lock(app: Flask, thread: threading.Thread) -> None:
    with app.app_context(), db.engine.connect() as connection:
        deadline = time.monotonic() + 20
        while thread.is_alive() and time.monotonic() < deadline:
            if connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                return
            time.sleep(0.01)


def hand_on_button(app: Flask, actor: User, target: User, action: str, **fields: str) -> Callable[[], TestResponse]:
    """Open the page of a person as a person, and give what presses the button there."""
    client = app.test_client()
    sign_in_as(client, actor)
    data = {"csrf_token": csrf_token(client, "/account"), **fields}
    return lambda: client.post(f"/administration/people/{target.id}/{action}", data=data)


def test_a_link_consumed_by_somebody_quicker_is_used(app: Flask) -> None:
    with app.app_context():
        _, token = make_link(Purpose.JOIN, role=Role.MEMBER, address="ann@example.com")
        db.session.commit()

    def be_quicker() -> None:
        def use() -> None:
            with app.app_context():
                redeem_link(token, Purpose.JOIN)
                db.session.commit()

        in_a_thread(use).join()

    with (
        app.app_context(),
        just_before(app, "UPDATE one_time_link", be_quicker),
        pytest.raises(LinkClosedError) as raised,
    ):
        redeem_link(token, Purpose.JOIN)

    assert raised.value.closed is USED


def test_somebody_who_was_just_demoted_changes_nothing_more(app: Flask, make_user: MakeUser) -> None:
    ada, bob = (make_user(f"{name}@example.com", role=Role.ADMINISTRATOR) for name in ("ada", "bob"))
    ann = make_user()

    promote_ann = hand_on_button(app, bob, ann, "role", role="administrator")
    demote_bob = hand_on_button(app, ada, bob, "role", role="member")

    with just_before(app, "FOR UPDATE", lambda: in_a_thread(demote_bob).join()):
        answer = promote_ann()

    assert answer.status_code == 403
    with app.app_context():
        assert db.session.get_one(User, ann.id).role is Role.MEMBER


@pytest.mark.parametrize("action", ["role", "deactivate"])
def test_two_who_act_on_each_other_in_the_same_moment_leave_one(app: Flask, make_user: MakeUser, action: str) -> None:
    ada, bob = (make_user(f"{name}@example.com", role=Role.ADMINISTRATOR) for name in ("ada", "bob"))
    act_on_bob = hand_on_button(app, ada, bob, action, role="member")
    act_on_ada = hand_on_button(app, bob, ada, action, role="member")
    threads = []

    def meanwhile() -> None:
        threads.append(in_a_thread(act_on_ada))
        wait_until_it_ends_or_waits_for_a_lock(app, threads[0])

    with just_before(app, 'UPDATE "user"', meanwhile):
        act_on_bob()
    threads[0].join()

    with app.app_context():
        people = [db.session.get_one(User, user.id) for user in (ada, bob)]
        assert [person.active and person.is_administrator for person in people] == [True, False]
