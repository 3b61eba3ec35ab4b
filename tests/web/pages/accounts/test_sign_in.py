"""Signing in and out."""

import sqlite3

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.conftest import PASSWORD, MakeUser, sign_in_as
from tests.http_client import HOSTILE_TEXTS, post, words
from webapp.models import User, UserSession, db, utcnow
from webapp.security.password_hashing import verify_password
from webapp.web.pages.accounts import account_views

WRONG = "The address or the password is wrong."


@pytest.fixture
def database() -> str:
    """Use one database: nothing here depends on which."""
    return "sqlite"


def sign_in(client: FlaskClient, address: str = "ann@example.com", password: str = PASSWORD, next_: str = "") -> str:
    response = post(client, "/sign-in" + (f"?next={next_}" if next_ else ""), address=address, password=password)
    return response.headers.get("Location", "") if response.status_code == 303 else words(response)


def sessions_of(app: Flask, user: User) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).where(UserSession.user_id == user.id)) or 0


def test_sign_in_with_the_right_password_leads_to_the_portal(client: FlaskClient, make_user: MakeUser) -> None:
    make_user()

    assert sign_in(client) == "/"
    assert "ann@example.com" in words(client.get("/account"))


@pytest.mark.parametrize("typed", ["ANN@Example.COM", "  ann@example.com  "])
def test_sign_in_minds_neither_case_nor_spaces_of_the_address(
    client: FlaskClient, make_user: MakeUser, typed: str
) -> None:
    make_user()

    assert sign_in(client, typed) == "/"


def test_unknown_address_wrong_password_and_deactivated_person_get_the_same_answer(
    client: FlaskClient, make_user: MakeUser
) -> None:
    make_user()
    make_user("gone@example.com", active=False)

    pages = {
        sign_in(client, address, password).replace(address, "…")
        for address, password in (
            ("nobody@example.com", PASSWORD),
            ("ann@example.com", "not the password"),
            ("gone@example.com", PASSWORD),
        )
    }

    assert len(pages) == 1
    assert WRONG in pages.pop()


def test_an_unknown_address_costs_one_verification_like_a_wrong_password(
    client: FlaskClient, make_user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    against: list[str | None] = []

    def verify(password: str, stored: str | None) -> bool:
        against.append(stored)
        return verify_password(password, stored)

    monkeypatch.setattr(account_views, "verify_password", verify)

    sign_in(client, "ann@example.com", "not the password")
    sign_in(client, "nobody@example.com", "not the password")

    assert against == [user.password_hash, None]


def test_a_failed_sign_in_keeps_the_address_and_never_the_password(client: FlaskClient, make_user: MakeUser) -> None:
    make_user()

    response = post(client, "/sign-in", address="ann@example.com", password="planted secret")

    assert response.status_code == 422
    assert 'value="ann@example.com"' in response.get_data(as_text=True)
    assert "planted secret" not in response.get_data(as_text=True)


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
@pytest.mark.parametrize("field", ["address", "password"])
def test_hostile_text_at_sign_in_ends_in_a_message(client: FlaskClient, field: str, text: str) -> None:
    response = post(client, "/sign-in", **{"address": "ann@example.com", "password": PASSWORD, field: text})

    assert response.status_code == 422
    assert 'role="alert"' in response.get_data(as_text=True)


def test_sign_in_without_any_field_ends_in_messages(client: FlaskClient) -> None:
    response = post(client, "/sign-in")

    assert response.status_code == 422
    assert "Type your email address." in words(response)
    assert "Type your password." in words(response)


def test_sign_in_without_a_form_token_is_refused(client: FlaskClient, make_user: MakeUser) -> None:
    make_user()

    response = client.post("/sign-in", data={"address": "ann@example.com", "password": PASSWORD})

    assert response.status_code == 400
    assert client.get("/account").status_code == 303


def test_nothing_planted_in_the_browser_survives_the_sign_in(client: FlaskClient, make_user: MakeUser) -> None:
    make_user()
    client.get("/sign-in")
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
        before = dict(session)

    sign_in(client)

    with client.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != before["csrf_token"]


def test_each_sign_in_has_an_id_of_its_own(client: FlaskClient, make_user: MakeUser) -> None:
    make_user()
    ids = set()
    for _ in range(2):
        sign_in(client)
        with client.session_transaction() as session:
            ids.add(session["_user_id"])
        post(client, "/sign-out", page="/account")

    assert len(ids) == 2


def test_signing_in_as_somebody_else_ends_the_session_before(
    app: Flask, client: FlaskClient, make_user: MakeUser
) -> None:
    ann, ben = make_user(), make_user("ben@example.com", name="Ben")
    sign_in_as(client, ann)

    post(client, "/sign-in", page="/account", address="ben@example.com", password=PASSWORD)

    assert "ben@example.com" in words(client.get("/account"))
    assert (sessions_of(app, ann), sessions_of(app, ben)) == (0, 1)


def test_sign_in_forgets_sessions_that_have_lapsed(app: Flask, client: FlaskClient, make_user: MakeUser) -> None:
    ann = make_user()
    sign_in_as(client, ann)
    with app.app_context():
        for held in db.session.scalars(select(UserSession)):
            held.last_seen_at = utcnow() - app.permanent_session_lifetime
        db.session.commit()

    assert client.get("/account").status_code == 303
    sign_in(client)

    assert sessions_of(app, ann) == 1


def test_signing_out_ends_the_session_itself_not_only_the_cookie(client: FlaskClient, member: User) -> None:
    sign_in_as(client, member)
    with client.session_transaction() as session:
        kept = dict(session)

    response = post(client, "/sign-out", page="/account")

    assert response.headers["Location"] == "/sign-in"
    with client.session_transaction() as session:
        session.update(kept)
    assert client.get("/account").headers["Location"] == "/sign-in?next=/account"


def test_signing_out_twice_is_no_matter(client: FlaskClient) -> None:
    assert post(client, "/sign-out", page="/sign-in").status_code == 303


def test_a_get_signs_nobody_out(client: FlaskClient, member: User) -> None:
    sign_in_as(client, member)

    assert client.get("/sign-out").status_code == 405
    assert client.get("/account").status_code == 200


def test_somebody_deactivated_is_out_at_once(app: Flask, client: FlaskClient, member: User) -> None:
    sign_in_as(client, member)
    with app.app_context():
        db.session.get_one(User, member.id).active = False
        db.session.commit()

    assert client.get("/account").status_code == 303


def test_the_sign_in_page_leads_on_whoever_is_signed_in(client: FlaskClient, member: User) -> None:
    sign_in_as(client, member)

    assert client.get("/sign-in?next=/account").headers["Location"] == "/account"


def test_the_page_asked_for_comes_after_the_sign_in(client: FlaskClient, make_user: MakeUser) -> None:
    make_user()
    asked = client.get("/account").headers["Location"]
    page = client.get(asked).get_data(as_text=True)

    assert 'action="/sign-in?next=/account"' in page
    assert sign_in(client, next_="/account") == "/account"


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_sign_in_never_leads_to_another_site(client: FlaskClient, make_user: MakeUser, target: str) -> None:
    make_user()

    assert sign_in(client, next_=target) == "/"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # PostgreSQL lets them anyway
def test_others_can_write_while_a_password_is_verified(
    app: Flask, client: FlaskClient, make_user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_user()
    name = app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")
    could_write = []

    def verify_and_write(password: str, stored: str | None) -> bool:
        other = sqlite3.connect(name, timeout=0, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
        other.close()
        could_write.append(True)
        return verify_password(password, stored)

    monkeypatch.setattr(account_views, "verify_password", verify_and_write)

    assert sign_in(client) == "/"
    post(client, "/account", present=PASSWORD, password="another long password")
    assert len(could_write) == 2
