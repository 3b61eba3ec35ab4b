"""What every command refuses before it begins."""

import pytest
from flask import Flask


@pytest.fixture
def database() -> str:
    """Take one: nothing here depends on it."""
    return "sqlite"


@pytest.mark.parametrize(
    "typed",
    [
        "check X",
        "attachments pull X --to to",
        "messages export X --mbox -",
        "tokens create X --name nightly",
        "tokens create ada@example.com --name nightly --connection X",
        "users deactivate X",
    ],
)
def test_what_is_not_utf_8_is_refused_in_a_sentence(app: Flask, typed: str) -> None:
    result = app.test_cli_runner().invoke(args=typed.replace("X", "x\udcff").split())

    assert result.exit_code == 2, result.output
    assert "it is not UTF-8." in result.stderr
