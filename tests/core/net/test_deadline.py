"""Time and bytes run out when they should."""

import time

import pytest

from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap.protocol.limits import Limits
from webapp.core.net.deadline import Budget
from webapp.core.net.errors import NetworkError


def test_timeout_is_what_was_asked_for_while_there_is_time() -> None:
    assert Budget(60, 1).timeout(5) == pytest.approx(5, abs=0.1)


def test_timeout_is_never_more_than_what_is_left() -> None:
    assert Budget(2, 1).timeout(5) <= 2


def test_timeout_of_a_spent_budget_is_an_error() -> None:
    budget = Budget(0.01, 1)
    time.sleep(0.02)

    with pytest.raises(NetworkError) as raised:
        budget.timeout(5)

    assert raised.value.symptom is Symptom.OUT_OF_TIME


def test_bytes_add_up() -> None:
    budget = Budget(60, 100)
    budget.spend_bytes(60)
    budget.spend_bytes(40)

    with pytest.raises(NetworkError) as raised:
        budget.spend_bytes(1)

    assert raised.value.symptom is Symptom.TOO_MUCH_DATA


@pytest.mark.parametrize(
    ("spent", "left"), [(0.0, 18.0), (4.0, 14.0), (10.0, 8.0), (12.0, 6.0), (15.0, 6.0), (100.0, 6.0)]
)
def test_session_gets_the_time_that_is_left_and_something_sensible_at_least(spent: float, left: float) -> None:
    assert Limits().after(spent).total == left


def test_session_never_gets_more_than_the_whole() -> None:
    assert Limits(total=2).after(10).total == 2
