"""Programs get fresh access tokens of connections by OAuth, or hear why there is none."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from tests.web.pages.oauth.conftest import MakeConnection, Registrations
from tests.web.pages.oauth.sign_in_client import PEOPLE, Traveller
from webapp.models import Grant, Scope, User, db, utcnow
from webapp.services.accounts.api_tokens import make_token


@pytest.fixture
def program_token(app: Flask, member: User) -> str:
    with app.app_context():
        _, text = make_token(member, "Nightly", [Scope.ACCESS_TOKEN])
        db.session.commit()
    return text


def ask(app: Flask, token: str, connection_id: int) -> tuple[TestResponse, Any]:
    answer = app.test_client().get(
        f"/api/v1/connections/{connection_id}/access-token", headers={"Authorization": f"Bearer {token}"}
    )
    return answer, answer.json


def change_grant(app: Flask, **values: object) -> None:
    with app.app_context():
        db.session.execute(update(Grant).values(**values))
        db.session.commit()


def test_a_program_gets_a_token_with_all_that_a_log_in_needs(
    app: Flask, ben: Traveller, connected: int, program_token: str
) -> None:
    answer, said = ask(app, program_token, connected)

    assert answer.status_code == 200
    assert said["token_type"] == "Bearer"
    assert said["account"] == said["imap"]["user"] == PEOPLE[ben.kind]
    assert 0 < said["expires_in"] <= 3700
    assert said["access_token"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_it_comes_from_the_store_until_it_is_about_to_expire(
    app: Flask, ben: Traveller, connected: int, program_token: str
) -> None:
    _, first = ask(app, program_token, connected)
    calls = ben.token_calls
    _, second = ask(app, program_token, connected)
    assert (second["access_token"], ben.token_calls) == (first["access_token"], calls)

    change_grant(app, access_expires_at=utcnow() + timedelta(seconds=30))
    _, third = ask(app, program_token, connected)

    assert third["access_token"] != first["access_token"]
    assert ben.token_calls == calls + 1


def test_a_grant_that_the_provider_has_ended_is_a_problem_with_its_diagnosis(
    app: Flask, ben: Traveller, connected: int, program_token: str
) -> None:
    ben.provider.hook(f"accounts/{PEOPLE[ben.kind]}/revoke")
    change_grant(app, access_expires_at=utcnow())

    answer, said = ask(app, program_token, connected)

    assert (answer.status_code, answer.content_type) == (409, "application/problem+json")
    assert said["diagnosis"] == "reconnect-required"
    assert said["who"] == "user"
    assert said["help"] == said["type"] == "http://127.0.0.1:8000/help/problems/reconnect-required"


def test_who_has_not_signed_in_has_no_token(
    app: Flask, ben: Traveller, member: User, make_connection: MakeConnection, program_token: str
) -> None:
    answer, said = ask(app, program_token, make_connection(member))

    assert answer.status_code == 409
    assert said["title"] == "Nobody has signed in"


@pytest.mark.parametrize("kind", ["gmail"], indirect=True)
def test_a_program_that_deletes_is_given_no_cookie_whatever_the_provider_says(
    app: Flask, ben: Traveller, connected: int, member: User, registrations: Registrations
) -> None:
    registrations.move("gmail", revocation="http://127.0.0.1:9/revoke")
    with app.app_context():
        _, text = make_token(member, "Nightly", [Scope.MANAGE])
        db.session.commit()

    answer = app.test_client().delete(f"/api/v1/connections/{connected}", headers={"Authorization": f"Bearer {text}"})

    assert answer.status_code == 204
    assert "Set-Cookie" not in answer.headers
