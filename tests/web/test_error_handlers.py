"""Every failure of a request ends in a sentence, for a browser and for htmx, and changes nothing."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select, text

from tests.conftest import csrf_token, sign_in_as
from tests.http_client import post, words
from webapp.config.settings import Settings
from webapp.models import Connection, User, db

NEW = "/connections/new"
FIELDS = {
    "name": "Invoices inbox",
    "address": "ann@example.com",
    "credential_type": "credentials",
    "password": "open-sesame",
    "host": "imap.example.com",
    "port": "993",
    "security": "tls",
    "user": "",
}


@pytest.fixture
def signed_in(client: FlaskClient, member: User) -> FlaskClient:
    sign_in_as(client, member)
    return client


@pytest.fixture
def impatient(app: Flask) -> None:
    """Let the portal wait for a locked database 0.2 s instead of 10."""

    def shorten(connection: Any, _: object) -> None:
        connection.execute("PRAGMA busy_timeout=200")

    with app.app_context():
        db.engine.dispose()
        event.listen(db.engine, "connect", shorten)


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Hold the lock of SQLite as another process would."""
    with closing(sqlite3.connect(settings.data_dir / "postroom.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Connection)) or 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["browser", "htmx"])
def test_a_locked_database_is_busy_in_a_sentence_and_nothing_is_lost(
    app: Flask,
    signed_in: FlaskClient,
    settings: Settings,
    impatient: None,
    caplog: pytest.LogCaptureFixture,
    headers: dict[str, str],
) -> None:
    token = {"csrf_token": csrf_token(signed_in, NEW)}

    with locked(settings):
        looked = signed_in.get("/connections/")
        refused = signed_in.post(NEW, data={**FIELDS, **token}, headers=headers)
    saved = signed_in.post(NEW, data={**FIELDS, **token})

    assert looked.status_code == 200
    assert refused.status_code == 503
    assert "The portal is busy" in words(refused)
    assert ("<html" in refused.get_data(as_text=True)) is not bool(headers)
    assert "Traceback" not in caplog.text
    assert saved.status_code == 303
    assert count(app) == 1


def test_a_database_that_is_gone_is_busy_in_a_sentence(
    app: Flask, signed_in: FlaskClient, settings: Settings, database: str, caplog: pytest.LogCaptureFixture
) -> None:
    with app.app_context():
        lose(database, settings)
        db.engine.dispose()

    response = signed_in.get("/connections/")

    assert response.status_code == 503
    assert "The portal is busy" in words(response)
    assert "Traceback" not in caplog.text


def lose(database: str, settings: Settings) -> None:
    if database == "postgresql":
        with db.engine.connect() as connection:
            connection.execute(text("UPDATE pg_database SET datallowconn = false WHERE datname = current_database()"))
            connection.commit()
    else:
        (settings.data_dir / "postroom.db").unlink()


@pytest.mark.parametrize(
    ("method", "path", "status", "sentence"),
    [
        ("GET", "/nowhere", 404, "There is nothing here"),
        ("GET", "/connections/999999", 404, "There is nothing here"),
        ("GET", "/static/../settings.py", 404, "There is nothing here"),
        ("DELETE", "/connections/new", 405, "This page cannot be used that way"),
        ("POST", "/connections/new", 400, "This page has been open for too long"),
    ],
)
def test_a_refusal_is_a_page_for_a_browser_and_a_fragment_for_htmx(
    signed_in: FlaskClient, method: str, path: str, status: int, sentence: str
) -> None:
    page = signed_in.open(path, method=method)
    fragment = signed_in.open(path, method=method, headers={"HX-Request": "true"})

    assert (page.status_code, fragment.status_code) == (status, status)
    assert sentence in words(page)
    assert sentence in words(fragment)
    assert "<html" in page.get_data(as_text=True)
    assert "<html" not in fragment.get_data(as_text=True)


def test_a_page_that_cannot_be_used_that_way_says_how_it_can(signed_in: FlaskClient) -> None:
    response = signed_in.put("/connections/new")

    assert {"GET", "POST"} <= set(response.headers["Allow"].split(", "))


def test_a_mistake_of_ours_is_said_without_its_details_and_logged_with_them(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    def fails() -> str:
        raise RuntimeError("an inner detail")

    app.add_url_rule("/fails", view_func=fails)

    response = client.get("/fails")

    assert response.status_code == 500
    assert "The portal made a mistake" in words(response)
    assert "an inner detail" not in response.get_data(as_text=True)
    assert "an inner detail" in caplog.text


def test_a_data_key_that_goes_missing_is_said_with_who_has_to_act(
    app: Flask, signed_in: FlaskClient, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    path = post(signed_in, NEW, **FIELDS).headers["Location"]
    (settings.data_dir / "data.key").unlink()
    app.extensions.pop("postroom.secret_box")

    response = post(signed_in, f"{path}/test", page=path)

    assert response.status_code == 500
    assert "A stored secret cannot be opened" in words(response)
    assert "Whoever runs this portal has to act: the key file data.key is missing" in words(response)
    assert "Traceback" not in caplog.text


def test_an_error_page_never_fails_itself(app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    def fails() -> str:
        db.session.execute(text("SELECT nothing FROM nowhere"))
        return ""

    app.add_url_rule("/fails", view_func=fails)

    response = client.get("/fails")

    assert response.status_code in (500, 503)
    assert "Nothing was changed" in words(response)
