"""`prepare`: brings the database up and prints the set-up link of a new portal; says what is wrong in a sentence."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect

from tests.conftest import MakeUser
from webapp import create_app
from webapp.config.app_state import KEY_FILE
from webapp.config.settings import Settings
from webapp.models import Role, db

LINK = re.compile(r"http://127\.0\.0\.1:8000(/join/[\w-]{30,})")


def link(app: Flask) -> str:
    result = app.test_cli_runner().invoke(args=["prepare"])
    assert result.exit_code == 0, result.output
    found = LINK.search(result.output)
    return found.group(1) if found else ""


def test_a_portal_that_was_never_started_gets_its_database(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path / "new" / "data"))

    printed = link(app)

    with app.app_context():
        tables = inspect(db.engine).get_table_names()
        db.engine.dispose()
    assert printed
    assert {"connection", "user", "alembic_version"} <= set(tables)


def test_each_run_prints_a_new_link_and_only_the_newest_works(app: Flask, client: FlaskClient) -> None:
    first, newest = link(app), link(app)

    assert first != newest
    assert (client.get(first).status_code, client.get(newest).status_code) == (404, 200)


@pytest.mark.parametrize("role", Role)
def test_no_link_is_printed_once_somebody_is_there_and_the_old_one_is_closed(
    app: Flask, client: FlaskClient, make_user: MakeUser, role: Role
) -> None:
    before = link(app)
    make_user(role=role)

    assert link(app) == ""
    assert client.get(before).status_code == 410


def test_a_missing_data_key_ends_in_a_sentence(app: Flask, settings: Settings) -> None:
    link(app)
    (settings.data_dir / KEY_FILE).unlink()
    app.extensions.pop("postroom.secret_box", None)

    result = app.test_cli_runner().invoke(args=["prepare"])

    assert result.exit_code == 1
    assert result.output.startswith("Error: the key file data.key is missing from the data folder.")
    assert not LINK.search(result.output)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_database_that_is_none_ends_in_a_sentence(app: Flask, settings: Settings) -> None:
    with app.app_context():
        db.engine.dispose()
    (settings.data_dir / "postroom.db").write_text("This is not a database, and long enough to be seen as none. " * 9)

    result = app.test_cli_runner().invoke(args=["prepare"])

    assert result.exit_code == 1
    assert result.output == "Error: the database cannot be used (file is not a database)\n"
