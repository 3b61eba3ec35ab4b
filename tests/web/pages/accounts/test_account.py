"""A person's own account: password and devices."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.conftest import PASSWORD, sign_in_as
from tests.http_client import post, words
from webapp.models import OneTimeLink, Purpose, User, UserSession, db, token_hash, utcnow
from webapp.security.password_hashing import verify_password
from webapp.services.accounts.user_sessions import device_name

NEW = "another long password"


@pytest.fixture
def database() -> str:
    """Use one database: nothing here depends on which."""
    return "sqlite"


def password_works(app: Flask, user: User, password: str) -> bool:
    with app.app_context():
        return verify_password(password, db.session.get_one(User, user.id).password_hash)


def test_the_account_page_shows_who_one_is(client: FlaskClient, member: User) -> None:
    sign_in_as(client, member)

    page = words(client.get("/account"))

    assert "Ben · ben@example.com · member" in page


def test_the_account_page_asks_strangers_to_sign_in(client: FlaskClient) -> None:
    assert client.get("/account").headers["Location"] == "/sign-in?next=/account"


def test_changing_the_password_ends_every_other_session(app: Flask, client: FlaskClient, member: User) -> None:
    other = app.test_client()
    sign_in_as(other, member)
    sign_in_as(client, member)

    response = post(client, "/account", present=PASSWORD, password=NEW)

    assert response.status_code == 303
    assert password_works(app, member, NEW)
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 303


def test_changing_the_password_closes_links_to_a_new_one(app: Flask, client: FlaskClient, member: User) -> None:
    sign_in_as(client, member)
    with app.app_context():
        db.session.add(OneTimeLink(token_hash="x", purpose=Purpose.PASSWORD, user_id=member.id, expires_at=utcnow()))
        db.session.commit()

    post(client, "/account", present=PASSWORD, password=NEW)

    with app.app_context():
        assert db.session.scalar(select(OneTimeLink)) is None


def test_changing_the_password_asks_for_the_present_one(app: Flask, client: FlaskClient, member: User) -> None:
    sign_in_as(client, member)

    response = post(client, "/account", present="not the password", password=NEW)

    assert response.status_code == 422
    assert "This is not your present password." in words(response)
    assert password_works(app, member, PASSWORD)


@pytest.mark.parametrize(
    ("password", "complaint"),
    [
        ("", "Choose a password."),
        ("x" * 9, "10 characters at least; this has 9."),
        ("x" * 201, "200 characters at most; this has 201."),
        ("x" * 10_000, "200 characters at most; this has 10,000."),
        ("BEN@example.com", "your own name or address"),
        (" ben@example.com ", "your own name or address"),
    ],
)
def test_a_password_that_will_not_do_is_refused(
    app: Flask, client: FlaskClient, member: User, password: str, complaint: str
) -> None:
    sign_in_as(client, member)

    response = post(client, "/account", present=PASSWORD, password=password)

    assert response.status_code == 422
    assert complaint in words(response)
    assert password_works(app, member, PASSWORD)


@pytest.mark.parametrize(
    "password", ["x" * 10, "x" * 200, "🔑" * 10, "עברית וערבית مرحبا", " spaces at both ends ", "tab\tand\nline"]
)
def test_any_password_of_ten_to_two_hundred_characters_will_do(
    app: Flask, client: FlaskClient, member: User, password: str
) -> None:
    sign_in_as(client, member)

    assert post(client, "/account", present=PASSWORD, password=password).status_code == 303
    assert post(app.test_client(), "/sign-in", address=member.address, password=password).status_code == 303


def test_a_password_is_the_same_however_its_accents_are_typed(app: Flask, client: FlaskClient, member: User) -> None:
    sign_in_as(client, member)
    post(client, "/account", present=PASSWORD, password="caf\u00e9 caf\u00e9 caf\u00e9")

    answer = post(app.test_client(), "/sign-in", address=member.address, password="cafe\u0301 cafe\u0301 cafe\u0301")

    assert answer.status_code == 303


def test_password_managers_find_what_they_look_for(client: FlaskClient, member: User) -> None:
    sign_in_as(client, member)

    page = client.get("/account").get_data(as_text=True)

    for purpose in ("username", "current-password", "new-password"):
        assert f'autocomplete="{purpose}"' in page


def test_the_devices_are_listed_and_this_one_is_marked(app: Flask, client: FlaskClient, member: User) -> None:
    phone = app.test_client()
    phone.environ_base["HTTP_USER_AGENT"] = (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"
    )
    post(phone, "/sign-in", address=member.address, password=PASSWORD)
    sign_in_as(client, member)

    page = words(client.get("/account"))

    assert "Safari on iPhone" in page
    assert page.count("This device") == 1


def test_a_device_can_be_signed_out(app: Flask, client: FlaskClient, member: User) -> None:
    other = app.test_client()
    sign_in_as(other, member)
    sign_in_as(client, member)
    with other.session_transaction() as session:
        token = session["_user_id"]
    with app.app_context():
        other_id = db.session.scalar(select(UserSession.id).where(UserSession.token_hash == token_hash(token)))

    response = post(client, f"/account/devices/{other_id}/sign-out", page="/account")

    assert response.headers["Location"] == "/account"
    assert other.get("/account").status_code == 303
    assert client.get("/account").status_code == 200


def test_nobody_can_sign_out_the_devices_of_others(
    app: Flask, client: FlaskClient, member: User, administrator: User
) -> None:
    theirs = app.test_client()
    sign_in_as(theirs, administrator)
    sign_in_as(client, member)
    with app.app_context():
        their_id = db.session.scalar(select(UserSession.id).where(UserSession.user_id == administrator.id))

    post(client, f"/account/devices/{their_id}/sign-out", page="/account")

    assert theirs.get("/account").status_code == 200


@pytest.mark.parametrize("session_id", ["999999", "9" * 30, "-1", "x"])
def test_signing_out_a_device_that_is_not_there_is_no_crash(client: FlaskClient, member: User, session_id: str) -> None:
    sign_in_as(client, member)

    assert post(client, f"/account/devices/{session_id}/sign-out", page="/account").status_code in (303, 404)


def test_signing_out_everywhere_else_keeps_this_device(app: Flask, client: FlaskClient, member: User) -> None:
    others = [app.test_client() for _ in range(2)]
    for browser in (*others, client):
        sign_in_as(browser, member)

    post(client, "/account/sign-out-elsewhere", page="/account")

    assert [browser.get("/account").status_code for browser in (*others, client)] == [303, 303, 200]


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "Safari on macOS"),
        ("curl/8.5.0", "curl"),
        ("", "Unknown browser"),
        ("<script>alert(1)</script>", "Unknown browser"),
    ],
)
def test_a_device_is_named_as_people_know_it(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name
