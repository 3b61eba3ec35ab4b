"""The counters of attempts in the database."""

import threading
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from webapp.models import utcnow
from webapp.services.accounts.rate_limit_storage import DatabaseStorage


@pytest.fixture
def storage() -> DatabaseStorage:
    """Return the storage, which keeps nothing itself."""
    return DatabaseStorage("database://")


def test_each_key_counts_for_itself(app: Flask, storage: DatabaseStorage) -> None:
    with app.app_context():
        assert [storage.incr("a", 60), storage.incr("a", 60), storage.incr("b", 60)] == [1, 2, 1]
        assert (storage.get("a"), storage.get("b"), storage.get("c")) == (2, 1, 0)


def test_a_window_starts_with_its_first_attempt_and_ends_on_time(app: Flask, storage: DatabaseStorage) -> None:
    with app.app_context(), time_machine.travel(utcnow(), tick=False) as clock:
        storage.incr("a", 60)
        clock.shift(timedelta(seconds=59))
        assert storage.incr("a", 60) == 2
        clock.shift(timedelta(seconds=1))
        assert storage.get("a") == 0
        assert storage.incr("a", 60) == 1


def test_an_attempt_can_be_given_back(app: Flask, storage: DatabaseStorage) -> None:
    with app.app_context():
        storage.incr("a", 60, amount=3)
        storage.incr("a", 60, amount=-1)

        assert storage.get("a") == 2


def test_one_counter_or_all_can_be_forgotten(app: Flask, storage: DatabaseStorage) -> None:
    with app.app_context():
        for key in ("a", "b", "c"):
            storage.incr(key, 60)
        storage.clear("a")
        assert (storage.get("a"), storage.get("b")) == (0, 1)
        assert storage.reset() == 2
        assert storage.get("b") == 0


def test_no_attempt_is_lost_among_many_at_once(app: Flask, storage: DatabaseStorage) -> None:
    def count() -> None:
        with app.app_context():
            for _ in range(10):
                storage.incr("a", 60)

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with app.app_context():
        assert storage.get("a") == 80
