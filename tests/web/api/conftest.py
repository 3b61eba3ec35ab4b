"""What the tests of the API share: tokens, and a program that sends them."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.servers.dovecot import ADDRESS, PATIENCE, USERS, Dovecot
from tests.web.api.mailbox import USER, RealMailbox
from tests.web.pages.connections.conftest import MakeConnection, as_member, fields, make_connection
from webapp.core.imap.protocol.session_pool import close_idle
from webapp.models import Connection, Scope, User, db
from webapp.services.accounts.api_tokens import make_token

__all__ = ["MakeConnection", "as_member", "fields", "make_connection"]


def said(answer: TestResponse) -> Any:
    """Return what an answer says."""
    return answer.json


@dataclass
class Program:
    """Asks the API with one token."""

    client: FlaskClient
    token: str

    def ask(self, method: str, path: str, **more: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **more)

    def get(self, path: str) -> TestResponse:
        return self.ask("GET", path)

    def read(self, path: str, method: str = "GET") -> Any:
        """Return what a successful answer says."""
        answer = self.ask(method, path)
        assert answer.status_code < 300, answer.text
        return answer.json


MakeProgram = Callable[..., Program]


@pytest.fixture
def program(app: Flask) -> MakeProgram:
    """Return a function that makes a program of a person."""

    def make(user: User, *scopes: Scope, days: int | None = None, only: list[int] | None = None) -> Program:
        with app.app_context():
            named = None if only is None else [db.session.get_one(Connection, each) for each in only]
            _, text = make_token(user, "Nightly", scopes or tuple(Scope), days=days, connections=named)
            db.session.commit()
        return Program(app.test_client(), text)

    return make


@pytest.fixture
def real_mailbox(
    app: Flask, program: MakeProgram, member: User, make_connection: MakeConnection, dovecot: Dovecot
) -> Iterator[RealMailbox]:
    """Return an empty mailbox, with an Archive and a Trash beside it."""
    app.extensions["postroom.network"] = dovecot.network
    app.extensions["postroom.limits"] = PATIENCE
    connection_id = make_connection(
        member, host=ADDRESS, port=str(dovecot.tls_port), address=USER, user=USER, password=USERS[USER]
    )
    for name in ("Archive", "Trash"):
        dovecot.create_mailbox(USER, name)
    yield RealMailbox(dovecot, program(member), f"/connections/{connection_id}")
    close_idle()
    shutil.rmtree(dovecot.mail(USER))
    dovecot.create_mailbox(USER, "INBOX")
