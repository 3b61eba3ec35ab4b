"""Planted secrets never come out: in no page, log record, stored row or byte, address, or printed object."""

import logging
import traceback
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import sign_in_as
from tests.http_client import post
from tests.leaks import SECRET, leaks, stored
from tests.web.test_error_handlers import FIELDS, NEW
from webapp.config.settings import Settings
from webapp.core.imap import Password, Security, ServerSettings
from webapp.models import User
from webapp.security.secret_box import SecretBox, new_key, parse_keys
from webapp.web.pages.connections.form_state import FormState

WHAT_TO_SPOIL: tuple[dict[str, str], ...] = (
    {},
    {"name": ""},
    {"port": "abc"},
    {"host": "imap://x"},
    {"credential_type": "gmail_oauth2"},
)


@pytest.fixture(autouse=True)
def _log_everything(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


def test_the_search_finds_what_is_planted() -> None:
    texts = [
        SECRET,
        repr(SECRET),
        f"AHVzZXIA{'cGxhbnRlZCAiU2VjcmV0XDcmPHdvcmQ+'}",
        "planted%20%22Secret%5C7%26%3Cword%3E",
    ]

    assert [bool(leaks(text)) for text in texts] == [True] * 4
    assert leaks("•••") == []


@pytest.mark.parametrize("spoilt", WHAT_TO_SPOIL, ids=str)
@pytest.mark.parametrize("path", [NEW, "/connections/test", "/connections/fields", "/connections/server"])
def test_a_password_typed_for_a_mailbox(
    app: Flask,
    client: FlaskClient,
    member: User,
    caplog: pytest.LogCaptureFixture,
    path: str,
    spoilt: dict[str, str],
) -> None:
    sign_in_as(client, member)

    # An address that is not allowed: nothing is asked of any network.
    response = post(client, path, page=NEW, **{**FIELDS, "host": "10.0.0.1", "password": SECRET, **spoilt})

    pages = [response, client.get(response.headers.get("Location", "/connections/")), client.get("/connections/")]
    texts = [page.get_data(as_text=True) + str(page.headers) for page in pages]
    assert response.status_code in (200, 303, 422)
    assert leaks(*texts, caplog.text, stored(app)) == []


@pytest.mark.parametrize("path", ["/sign-in", "/account"])
def test_a_password_typed_by_a_person(
    app: Flask, client: FlaskClient, member: User, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    if path == "/account":
        sign_in_as(client, member)

    response = post(client, path, address="ben@example.com", present=SECRET, password=SECRET)

    assert response.status_code == 422
    assert leaks(response.get_data(as_text=True), str(response.headers), caplog.text, stored(app)) == []


def test_a_mistake_of_ours_while_a_password_is_at_hand(
    app: Flask, client: FlaskClient, member: User, caplog: pytest.LogCaptureFixture
) -> None:
    def fails() -> str:
        password = Password(SECRET)
        raise RuntimeError(f"unexpected: {password!r} {password}")

    app.add_url_rule("/fails", view_func=fails)

    response = client.get("/fails")

    assert response.status_code == 500
    assert "unexpected" in caplog.text
    assert leaks(response.get_data(as_text=True), caplog.text) == []


def test_objects_that_hold_secrets_do_not_print_them(settings: Settings) -> None:
    ring = new_key()
    server = ServerSettings(host="imap.example.com", port=993, security=Security.TLS, user="ann@example.com")
    url = f"postgresql://ann:{quote(SECRET)}@db/postroom"
    filled = Settings(data_dir=settings.data_dir, secret_key=SECRET, data_keys=ring, database_url=url)

    printed = [repr(each) + str(each) for each in (Password(SECRET), FormState(server=server, secret=SECRET), filled)]

    assert leaks(*printed) == []
    assert ring.partition(":")[2] not in repr(filled) + repr(SecretBox(parse_keys(ring)))


def test_the_traceback_of_a_box_that_does_not_open_names_no_key() -> None:
    ring = new_key()
    sealed = SecretBox(parse_keys(new_key())).encrypt(SECRET, "here")

    try:
        SecretBox(parse_keys(ring)).decrypt(sealed, "here")
    except Exception as error:
        text = "".join(traceback.format_exception(error))

    assert ring.partition(":")[2] not in text
    assert leaks(text) == []
