"""What the tests of the mailbox pages share: a connection to a practice mailbox, and a person who reads it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.pages.connections.conftest import MakeConnection, as_member, fields, make_connection
from webapp.core.imap.protocol.session_pool import close_idle
from webapp.models import User
from webapp.web.mailbox_slug import encode_mailbox_name

__all__ = ["as_member", "fields", "make_connection"]


@dataclass
class Reader:
    """A person who reads the mail of one connection."""

    client: FlaskClient
    path: str

    def look(self, mailbox: str = "INBOX", **search: str) -> TestResponse:
        return self.client.get(f"{self.path}/{encode_mailbox_name(mailbox)}/", query_string=search)

    def path_of(self, subject: str, mailbox: str = "INBOX") -> str:
        """Return the path of the message with a subject, as the list has it."""
        rows = re.findall(
            r'<a href="([^"]+)">\s*<span class="who-wrote">(.*?)</a>', page(self.look(mailbox)), re.DOTALL
        )
        return next(unescape(path) for path, row in rows if f"<bdi>{subject}</bdi>" in unescape(row))

    def read(self, subject: str, mailbox: str = "INBOX", *, part: str = "") -> TestResponse:
        return self.client.get(self.path_of(subject, mailbox) + part)


def page(response: TestResponse) -> str:
    """Return the markup of a page."""
    return response.get_data(as_text=True)


@pytest.fixture(autouse=True)
def _no_sessions_left() -> Iterator[None]:
    yield
    close_idle()


@pytest.fixture
def reader(client: FlaskClient, as_member: User, make_connection: MakeConnection) -> Reader:
    """Sign a member in, with a connection that works."""
    return Reader(client, f"/connections/{make_connection(as_member)}/mail")


@pytest.fixture
def database() -> str:
    """Run once: what these pages ask of the database is asked by others on both."""
    return "sqlite"
