"""What a mailbox page says where the mail server does not play along."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.http_client import post, words
from tests.web.pages.connections.conftest import MakeConnection
from tests.web.pages.mailbox.conftest import Reader, page
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap.protocol.errors import ConnectError, MailboxError, ProtocolError, UidValidityChangedError
from webapp.models import CheckReport, CheckState, Connection, User, db
from webapp.practice.imap_server.scenarios import PASSWORD
from webapp.web.pages.mailbox import history_views, message_list_views


@pytest.fixture
def refused(client: FlaskClient, as_member: User, make_connection: MakeConnection) -> Reader:
    """Read a mailbox whose IMAP is switched off."""
    return Reader(client, f"/connections/{make_connection(as_member, 'imap-disabled')}/mail")


def reports(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(CheckReport)) or 0


def test_a_mailbox_that_cannot_be_opened_ends_in_the_page_of_a_failed_test(refused: Reader) -> None:
    by_test = words(
        post(refused.client, refused.path.replace("/mail", "/test"), page=refused.path.removesuffix("/mail"))
    )

    response = refused.look()

    assert response.status_code == 424
    for said in ("IMAP is switched off for this mailbox", "What to do", "How the portal knows", "Technical details"):
        assert said in by_test
        assert said in words(response)
    assert PASSWORD not in page(response)


def test_it_is_noted_with_the_connection_and_only_once(app: Flask, refused: Reader) -> None:
    for _ in range(3):
        refused.look()

    with app.app_context():
        connection = db.session.scalars(select(Connection)).one()
        assert (connection.state, connection.last_problem) == (CheckState.FAILS, "imap-disabled")
    assert reports(app) == 1


def test_it_can_be_handed_to_whoever_mends_it(refused: Reader) -> None:
    assert "Hand this to your mailbox administrator" in words(refused.look())

    response = post(refused.client, refused.path.replace("/mail", "/hand-off"), page=refused.path.removesuffix("/mail"))

    assert response.status_code == 303
    assert response.headers["Location"].startswith("/hand-offs/")


@pytest.mark.parametrize("key", ["connection-refused", "tls-expired", "tls-untrusted-cert", "login-disabled-use-tls"])
def test_every_step_on_the_way_may_fail(
    client: FlaskClient, as_member: User, make_connection: MakeConnection, key: str
) -> None:
    path = f"/connections/{make_connection(as_member, key)}/mail"

    shown = page(Reader(client, path).look())

    assert f"/help/problems/{key}" in shown
    assert "not reached" in shown


def test_a_failure_leaves_a_working_connection_working(app: Flask, reader: Reader) -> None:
    assert reader.look().status_code == 200
    assert reports(app) == 0


@pytest.mark.parametrize(
    ("error", "slug"),
    [
        (ConnectError("The server closed the connection", symptom=Symptom.DROPPED), "connection-dropped"),
        (ConnectError("The server took too long to answer", symptom=Symptom.OUT_OF_TIME), "connection-timeout"),
        (ConnectError("Too many simultaneous connections"), "too-many-connections"),
        (ProtocolError("something nobody has seen"), "unknown"),
        (MailboxError("NO [UNAVAILABLE] User lookup timed out"), "server-unavailable"),
    ],
)
def test_a_failure_in_the_middle_is_diagnosed_and_can_be_tried_again(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, error: Exception, slug: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(message_list_views, "list_mailboxes", fail)

    response = reader.look(text="lunch")

    assert response.status_code == 424
    assert "The mailbox could not be read" in words(response)
    assert f"/help/problems/{slug}" in page(response)
    assert '?text=lunch">Try again' in page(response)


def test_from_an_undo_in_a_mailbox_that_was_made_anew_a_button_leads_on(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made_anew(*_: object, **__: object) -> None:
        raise UidValidityChangedError("UIDVALIDITY was 1 and is 2")

    monkeypatch.setattr(history_views, "bring_back", made_anew)

    response = post(reader.client, f"{reader.path}/changes/1/undo", page=reader.path.removesuffix("/mail"))

    assert response.status_code == 410
    assert f'href="{reader.path}/"' in page(response)


def test_after_an_edit_the_old_session_is_not_used(app: Flask, reader: Reader) -> None:
    assert "To anna@practice.test" in words(reader.read("Lunch on Thursday?"))
    with app.app_context():
        connection = db.session.scalars(select(Connection)).one()
        connection.user, connection.version = "ben@practice.test", connection.version + 1
        db.session.commit()

    assert "To ben@practice.test" in words(reader.read("Lunch on Thursday?"))
