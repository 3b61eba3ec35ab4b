"""What others say is made fit to be shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.net.server_text import redacted_line, single_line


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (b"plain", "plain"),
        (b"Pa\xdfwort", "Pa\ufffdwort"),
        ("b'[ALERT] repr'", "[ALERT] repr"),
        ('b"it\'s"', "it's"),
        ("b'broken\\", "b'broken\\"),
        ("a\r\n\tb\x00\x1b[31m\u202ec", "a b [31m c"),
        (ValueError("b'inside'"), "inside"),
        ("", ""),
    ],
)
def test_words_become_one_line_of_plain_text(words: object, text: str) -> None:
    assert single_line(words) == text


@given(st.one_of(st.text(), st.binary()))
def test_whatever_is_said_can_be_printed(words: str | bytes) -> None:
    assert single_line(words).isprintable()


def test_long_words_are_cut() -> None:
    assert len(redacted_line("x" * 1_000_000, ())) == 2000


def test_secret_with_blanks_and_controls_is_hidden_as_the_server_would_repeat_it() -> None:
    secret = "two  blanks\tand a tab"

    assert redacted_line(f"bad password {secret}!", [secret]) == "bad password •••!"
