"""Choosing a new password by a one-time link."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.conftest import PASSWORD, sign_in_as
from tests.http_client import post, words
from webapp.models import OneTimeLink, Purpose, User, db
from webapp.services.accounts import users
from webapp.services.accounts.one_time_links import link_path, make_link

NEW = "another long password"


def new_link(app: Flask, user: User) -> str:
    with app.app_context():
        _, token = make_link(Purpose.PASSWORD, user=db.session.get_one(User, user.id))
        db.session.commit()
        return link_path(Purpose.PASSWORD, token)


def test_the_new_password_works_and_the_old_one_does_not(app: Flask, client: FlaskClient, member: User) -> None:
    response = post(client, new_link(app, member), password=NEW)

    assert response.headers["Location"] == "/"
    answers = [
        post(app.test_client(), "/sign-in", address=member.address, password=p).status_code for p in (NEW, PASSWORD)
    ]
    assert answers == [303, 422]


def test_a_new_password_ends_every_earlier_session(app: Flask, client: FlaskClient, member: User) -> None:
    thief = app.test_client()
    sign_in_as(thief, member)

    post(client, new_link(app, member), password=NEW)

    assert thief.get("/account").status_code == 303
    assert client.get("/account").status_code == 200


def test_the_link_works_once_and_looking_does_not_count(app: Flask, client: FlaskClient, member: User) -> None:
    path = new_link(app, member)
    client.get(path)

    assert post(client, path, password=NEW).status_code == 303
    assert client.get(path).status_code == 410
    assert post(client, path, page="/account", password="a third long password").status_code == 410


def test_a_newer_link_replaces_the_earlier_one_of_the_same_person_only(
    app: Flask, client: FlaskClient, member: User, administrator: User
) -> None:
    others, earlier, newer = new_link(app, administrator), new_link(app, member), new_link(app, member)

    assert [client.get(path).status_code for path in (others, earlier, newer)] == [200, 404, 200]


def test_the_link_lasts_a_day(app: Flask, member: User) -> None:
    new_link(app, member)

    with app.app_context():
        link = db.session.scalars(select(OneTimeLink)).one()
        assert link.expires_at - link.created_at == pytest.approx(timedelta(hours=24), abs=timedelta(seconds=1))


def test_the_link_of_somebody_deactivated_does_not_open(app: Flask, client: FlaskClient, member: User) -> None:
    path = new_link(app, member)
    with app.app_context():
        db.session.get_one(User, member.id).active = False
        db.session.commit()

    response = client.get(path)

    assert response.status_code == 410
    assert "deactivated" in words(response)


def test_deactivating_somebody_closes_their_link(
    app: Flask, client: FlaskClient, member: User, administrator: User
) -> None:
    path = new_link(app, member)
    with app.app_context():
        users.deactivate(db.session.get_one(User, member.id))
        db.session.commit()
        users.reactivate(db.session.get_one(User, member.id))
        db.session.commit()

    assert client.get(path).status_code == 404


@pytest.mark.parametrize("password", ["", "short", "ben@example.com", "x" * 10_000])
def test_a_password_that_will_not_do_keeps_the_link(
    app: Flask, client: FlaskClient, member: User, password: str
) -> None:
    path = new_link(app, member)

    response = post(client, path, password=password)

    assert response.status_code == 422
    assert 'aria-describedby="password-error password-hint"' in response.get_data(as_text=True)
    assert client.get(path).status_code == 200
