"""Limits on attempts, over all workers."""

import re
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.conftest import PASSWORD, MakeUser, csrf_token, sign_in_as
from tests.http_client import post, words
from webapp.config.settings import Settings
from webapp.models import RateLimit, User, db, utcnow

ANOTHER_WORKER = """
import sys
from tests.http_client import post
from webapp import create_app
from webapp.config.settings import Settings

client = create_app(Settings(data_dir=sys.argv[1], database_url=sys.argv[2])).test_client()
for _ in range(int(sys.argv[3])):
    print(post(client, "/sign-in", address="ann@example.com", password="wrong password").status_code)
"""


def attempt(
    client: FlaskClient, address: str = "ann@example.com", password: str = "wrong password", ip: str = "10.0.0.1"
) -> int:
    token = csrf_token(client, "/sign-in")
    data = {"csrf_token": token, "address": address, "password": password}
    return client.post("/sign-in", data=data, environ_base={"REMOTE_ADDR": ip}).status_code


@pytest.mark.parametrize("address", ["ann@example.com", "nobody@example.com"])
def test_the_eleventh_attempt_at_an_account_is_refused_wherever_it_comes_from(
    client: FlaskClient, make_user: MakeUser, address: str
) -> None:
    make_user()

    answers = [attempt(client, address, ip=f"10.0.0.{i}") for i in range(11)]

    assert answers == [422] * 10 + [429]


def test_the_account_is_one_however_its_address_is_typed(client: FlaskClient, make_user: MakeUser) -> None:
    make_user()

    answers = [
        attempt(client, typed, ip=f"10.0.0.{i}") for i, typed in enumerate(["ann@example.com", " ANN@Example.com "] * 6)
    ]

    assert answers == [422] * 10 + [429] * 2


def test_a_locked_account_refuses_the_right_password_and_others_sign_in(
    client: FlaskClient, make_user: MakeUser
) -> None:
    make_user()
    make_user("ben@example.com")
    for i in range(10):
        attempt(client, ip=f"10.0.0.{i}")

    assert attempt(client, password=PASSWORD) == 429
    assert attempt(client, "ben@example.com", PASSWORD) == 303


def test_the_twenty_first_attempt_from_a_network_address_is_refused(client: FlaskClient) -> None:
    answers = [attempt(client, f"nobody{i}@example.com") for i in range(21)]

    assert answers == [422] * 20 + [429]
    assert attempt(client, ip="10.0.0.2") == 422


def test_the_addresses_of_one_ipv6_network_count_together(client: FlaskClient) -> None:
    answers = [attempt(client, f"nobody{i}@example.com", ip=f"2001:db8:0:1::{i + 1:x}") for i in range(21)]

    assert answers[-1] == 429
    assert attempt(client, ip="2001:db8:0:2::1") == 422


def test_right_passwords_do_not_count(client: FlaskClient, make_user: MakeUser) -> None:
    make_user()
    for _ in range(9):
        attempt(client)

    right = [attempt(client.application.test_client(), password=PASSWORD) for _ in range(21)]

    assert right == [303] * 21
    # What failed still counts.
    assert [attempt(client) for _ in range(2)] == [422, 429]


def test_the_right_password_of_somebody_deactivated_counts_as_a_wrong_one(
    client: FlaskClient, make_user: MakeUser
) -> None:
    make_user(active=False)

    answers = [attempt(client, password=PASSWORD, ip=f"10.0.0.{i}") for i in range(11)]

    assert answers == [422] * 10 + [429]


def test_many_at_once_get_no_further_than_one_after_the_other(app: Flask, make_user: MakeUser) -> None:
    make_user()
    answers: list[int] = []
    start = threading.Barrier(24, timeout=30)

    def try_once(number: int) -> None:
        client = app.test_client()
        token = csrf_token(client, "/sign-in")
        start.wait()
        data = {"csrf_token": token, "address": "ann@example.com", "password": "wrong password"}
        answers.append(client.post("/sign-in", data=data, environ_base={"REMOTE_ADDR": f"10.0.1.{number}"}).status_code)

    threads = [threading.Thread(target=try_once, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Counter(answers) == {422: 10, 429: 14}


def test_the_limit_holds_over_workers_that_share_the_database(
    client: FlaskClient, make_user: MakeUser, settings: Settings
) -> None:
    make_user()
    arguments = [str(settings.data_dir), settings.database, "7"]

    other = subprocess.run(
        [sys.executable, "-c", ANOTHER_WORKER, *arguments], capture_output=True, text=True, check=True
    )

    assert other.stdout.split() == ["422"] * 7
    assert [attempt(client) for _ in range(4)] == [422] * 3 + [429]


def test_the_page_of_a_refused_attempt_says_when_to_try_again(client: FlaskClient, make_user: MakeUser) -> None:
    make_user()
    for _ in range(10):
        attempt(client)

    response = post(client, "/sign-in", address="ann@example.com", password=PASSWORD)

    assert response.status_code == 429
    assert re.search(r"Try again in 15 minutes\.", words(response))
    assert 890 <= int(response.headers["Retry-After"]) <= 901


def test_the_limit_is_over_when_its_time_is(client: FlaskClient, make_user: MakeUser) -> None:
    make_user()
    for _ in range(11):
        attempt(client)

    with time_machine.travel(utcnow() + timedelta(minutes=15, seconds=1)):
        assert attempt(client, password=PASSWORD) == 303


def test_looking_at_the_page_does_not_count(client: FlaskClient) -> None:
    assert {client.get("/sign-in").status_code for _ in range(30)} == {200}


def test_guessing_the_present_password_is_limited_too(client: FlaskClient, member: User) -> None:
    sign_in_as(client, member)
    guess = {"present": "wrong password", "password": "another long password"}

    answers = [post(client, "/account", **guess).status_code for _ in range(11)]

    assert answers == [422] * 10 + [429]


@pytest.mark.parametrize("path", ["/join/unknown", "/new-password/unknown"])
def test_guessing_links_is_limited(client: FlaskClient, path: str) -> None:
    answers = [post(client, path, page="/sign-in").status_code for _ in range(21)]

    assert answers == [404] * 20 + [429]


def test_the_counters_hold_nothing_that_was_typed(app: Flask, client: FlaskClient) -> None:
    attempt(client, "planted@example.com", "planted secret")

    with app.app_context():
        keys = " ".join(db.session.scalars(select(RateLimit.key)))

    assert "planted" not in keys


def test_an_address_of_any_length_is_counted(client: FlaskClient) -> None:
    assert [attempt(client, "x" * 100_000 + "@example.com", ip=f"10.0.0.{i}") for i in range(11)] == [422] * 10 + [429]
