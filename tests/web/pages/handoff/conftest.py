"""What the tests of hand-offs share: a failed connection, the person who asks, and a stranger who can fix it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from tests.http_client import ANY_PAGE, post
from tests.web.pages.connections.conftest import MakeConnection, as_member, fields, make_connection
from webapp.models import Connection, Handoff, User, db
from webapp.practice.imap_server.scenarios import DOMAIN
from webapp.practice.process import PracticeServers
from webapp.services.handoff import status

__all__ = ["as_member", "fields", "make_connection"]

SWITCHED_OFF = "imap-disabled"


@dataclass
class Handed:
    """A hand-off of one failed connection; `asker` is signed in, `stranger` has nothing but the link."""

    app: Flask
    ports: Mapping[str, int]
    connection_id: int
    asker: FlaskClient
    stranger: FlaskClient

    def row(self) -> Handoff:
        with self.app.app_context():
            found = db.session.scalars(select(Handoff)).one()
            db.session.expunge(found)
            return found

    @property
    def path(self) -> str:
        """Return the path of the link, as the asker's page shows it."""
        page = self.asker.get(f"/hand-offs/{self.row().id}").get_data(as_text=True)
        return page.partition('id="link" value="')[2].partition('"')[0].removeprefix("http://127.0.0.1:8000")

    def look(self) -> TestResponse:
        return self.stranger.get(self.path)

    def check_again(self, client: FlaskClient | None = None) -> TestResponse:
        return post(client or self.stranger, f"{self.path}/test", page=ANY_PAGE)

    def mend(self) -> None:
        """Do what the administrator does: the mailbox opens from now on."""
        self.change(user=f"anna@{DOMAIN}", port=self.ports["mail_tls"])

    def change(self, **values: object) -> None:
        with self.app.app_context():
            db.session.execute(update(Connection).where(Connection.id == self.connection_id).values(**values))
            db.session.commit()

    def set(self, **values: object) -> None:
        with self.app.app_context():
            db.session.execute(update(Handoff).values(**values))
            db.session.commit()


@pytest.fixture
def hand_over(
    app: Flask, client: FlaskClient, as_member: User, make_connection: MakeConnection, with_practice: PracticeServers
) -> Callable[..., Handed]:
    """Return a function that saves a connection, tests it, and hands over what it fails by."""

    def make(key: str = SWITCHED_OFF, **changed: object) -> Handed:
        connection_id = make_connection(as_member, key)
        with app.app_context():
            db.session.execute(update(Connection).values(id=connection_id, **changed))
            db.session.commit()
        page = f"/connections/{connection_id}"
        post(client, f"{page}/test", page=page)
        answer = post(client, f"{page}/hand-off", page=page)
        assert answer.status_code == 303
        return Handed(app, with_practice.ports, connection_id, client, app.test_client())

    return make


@pytest.fixture
def handed(hand_over: Callable[..., Handed]) -> Handed:
    """Hand over a mailbox whose IMAP is switched off."""
    return hand_over()


@pytest.fixture
def any_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the connection be tested again at once."""
    monkeypatch.setattr(status, "TEST_EVERY", timedelta(0))
