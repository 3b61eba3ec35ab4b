"""Sign-in attempts: what is left of them, of the abandoned and of too many."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from tests.conftest import sign_in_as
from tests.services.providers.oauth.authorization_helper import Desk, answer
from webapp.models import AuthorizationRequest, User, UserSession, db, utcnow
from webapp.practice.oauth_server.http_server import ProviderServer
from webapp.services.providers.oauth import authorization_requests
from webapp.services.providers.outlook import OUTLOOK

HOURS = timedelta(hours=1)


@pytest.fixture
def session_id(client: FlaskClient, desk: Desk, member: User) -> int:
    sign_in_as(client, member)
    with desk.app.app_context():
        return db.session.scalars(select(UserSession.id)).one()


def begin(desk: Desk, session_id: int, key: str = "") -> AuthorizationRequest:
    with desk.writing():
        session = db.session.get_one(UserSession, session_id)
        attempt, _, _ = authorization_requests.create(
            key, OUTLOOK, user=session.user, session=session, address="ann@example.com", form={"name": "Ann"}
        )
        return attempt


def count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(AuthorizationRequest)) or 0


def age(desk: Desk, attempt: AuthorizationRequest, **moments: timedelta) -> AuthorizationRequest:
    """Let moments of an attempt have been some time ago."""
    with desk.writing():
        past = {name: utcnow() - ago for name, ago in moments.items()}
        db.session.execute(update(AuthorizationRequest).where(AuthorizationRequest.id == attempt.id).values(past))
        db.session.commit()
        return db.session.get_one(AuthorizationRequest, attempt.id, populate_existing=True)


@pytest.mark.parametrize(
    ("key", "is_one"),
    [
        ("a" * 19, False),
        ("a" * 20, True),
        ("a" * 44, False),
        ("é" * 20, False),
        ("a" * 19 + "/", False),
        ("٣" * 20, False),
    ],
)
def test_a_key_is_known_by_its_form(key: str, is_one: bool) -> None:
    assert authorization_requests.is_key(key) is is_one
    assert authorization_requests.is_key(authorization_requests.new_key())


def test_of_many_abandoned_attempts_the_latest_are_kept(app: Flask, desk: Desk, session_id: int) -> None:
    first = begin(desk, session_id)
    for _ in range(30):
        last = begin(desk, session_id)

    assert count(app) == 20
    with app.app_context():
        assert db.session.get(AuthorizationRequest, first.id) is None
        assert db.session.get(AuthorizationRequest, last.id) is not None


def test_what_is_too_old_goes_with_the_next_beginning(
    app: Flask, desk: Desk, session_id: int, microsoft: ProviderServer
) -> None:
    unused, used = (
        desk.sign_in(microsoft),
        desk.consent(OUTLOOK, answer(refresh_token="refresh-of-another"), subject="another"),
    )
    connection_id = desk.connect(used)
    for grant_id in (unused, used):
        desk.change(grant_id, consented_at=utcnow() - 3 * HOURS)
    age(desk, begin(desk, session_id), created_at=3 * HOURS)

    begin(desk, session_id)

    assert count(app) == 1
    assert desk.row(unused) is None
    assert desk.row(used) is not None
    assert connection_id


def test_a_grant_that_an_attempt_still_holds_stays(desk: Desk, session_id: int, microsoft: ProviderServer) -> None:
    grant_id = desk.sign_in(microsoft)
    holder = begin(desk, session_id)
    desk.change(grant_id, consented_at=utcnow() - 3 * HOURS)
    with desk.writing():
        db.session.get_one(AuthorizationRequest, holder.id).grant_id = grant_id
        db.session.commit()

    begin(desk, session_id)

    assert desk.row(grant_id) is not None


def test_a_key_of_somebody_else_is_not_taken_over(
    desk: Desk, session_id: int, client: FlaskClient, administrator: User
) -> None:
    first = begin(desk, session_id)
    sign_in_as(desk.app.test_client(), administrator)
    with desk.app.app_context():
        other = db.session.scalars(select(UserSession.id).where(UserSession.id != session_id)).one()

    second = begin(desk, other, first.key)

    assert second.key != first.key
    with desk.app.app_context():
        assert db.session.get(AuthorizationRequest, first.id) is not None


def test_a_button_pressed_twice_begins_its_attempt_anew(app: Flask, desk: Desk, session_id: int) -> None:
    first = begin(desk, session_id)

    second = begin(desk, session_id, first.key)

    assert (second.key, count(app)) == (first.key, 1)
    assert second.state_hash != first.state_hash


def test_an_attempt_is_taken_once_and_not_when_it_has_expired(desk: Desk, session_id: int) -> None:
    attempt, late = begin(desk, session_id), begin(desk, session_id)
    late = age(desk, late, expires_at=timedelta(seconds=1))

    with desk.writing():
        assert [
            authorization_requests.consume(attempt),
            authorization_requests.consume(attempt),
            authorization_requests.consume(late),
        ] == [True, False, False]


def test_an_attempt_nobody_is_at_work_on_was_interrupted_or_has_expired(desk: Desk, session_id: int) -> None:
    fresh = begin(desk, session_id)
    at_work = age(desk, begin(desk, session_id), called_back_at=timedelta(seconds=5))
    interrupted = age(desk, begin(desk, session_id), called_back_at=timedelta(minutes=1))
    expired = age(desk, begin(desk, session_id), expires_at=timedelta(minutes=1))

    symptoms = [
        failure.symptom if failure else None for failure in map(authorization_requests.failure_of, (fresh, at_work))
    ]
    ends = [
        failure.symptom if failure else None
        for failure in map(authorization_requests.failure_of, (interrupted, expired))
    ]

    assert symptoms == [None, None]
    assert ends == ["sign-in-interrupted", "attempt-expired"]


def test_secrets_and_form_come_back_and_never_show(desk: Desk, session_id: int) -> None:
    attempt = begin(desk, session_id)

    with desk.app.app_context():
        told, form = authorization_requests.secrets_of(attempt), authorization_requests.form_of(attempt)

    assert form == {"name": "Ann"}
    assert told.verifier not in repr(told)
    assert told.verifier not in attempt.sealed_secrets
