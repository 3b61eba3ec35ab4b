"""Time and bytes run out when they should."""

import time

import pytest

from webapp.imap.budget import Budget
from webapp.imap.errors import ImapError, Sign


def test_timeout_is_what_was_asked_for_while_there_is_time() -> None:
    assert Budget(60, 1).timeout(5) == pytest.approx(5, abs=0.1)


def test_timeout_is_never_more_than_what_is_left() -> None:
    assert Budget(2, 1).timeout(5) <= 2


def test_timeout_of_a_spent_budget_is_an_error() -> None:
    budget = Budget(0.01, 1)
    time.sleep(0.02)

    with pytest.raises(ImapError) as raised:
        budget.timeout(5)

    assert raised.value.sign is Sign.OUT_OF_TIME


def test_bytes_add_up() -> None:
    budget = Budget(60, 100)
    budget.took(60)
    budget.took(40)

    with pytest.raises(ImapError) as raised:
        budget.took(1)

    assert raised.value.sign is Sign.TOO_MUCH_DATA
