"""What tests of help share: a portal on SQLite whose OAuth clients are set up, looked at by a stranger."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

GMAIL_ID, OUTLOOK_ID = "123-help.apps.googleusercontent.com", "11111111-2222-3333-4444-555555555555"
SECRETS = {"gmail_client_secret": "GOCSPX-planted-for-gmail", "outlook_client_secret": "planted~for~outlook"}


@pytest.fixture
def database() -> str:
    return "sqlite"


@pytest.fixture
def more_settings() -> dict[str, object]:
    return {"gmail_client_id": GMAIL_ID, "outlook_client_id": OUTLOOK_ID, **SECRETS}


def main_of(response: TestResponse) -> str:
    """Return the markup of a page without what stands around every page."""
    return response.get_data(as_text=True).partition('<main id="main"')[2]


def pages_in(markup: str) -> list[str]:
    """Return the name of the problems and guides that a markup links to, in their order."""
    return re.findall(r'href="/help/(?:problems|guides)/([\w-]+)', markup)


def see(client: FlaskClient, path: str, **query: str) -> str:
    """Look at a page that has to be there."""
    response = client.get(path, query_string=query or None)
    assert response.status_code == 200, path
    return main_of(response)


def text_of(markup: str) -> str:
    """Return the words of a markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())
