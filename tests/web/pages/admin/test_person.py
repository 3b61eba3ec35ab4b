"""Changing a role, keeping people out, letting them in again, new password links."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.conftest import PASSWORD, MakeUser, csrf_token, sign_in_as
from tests.http_client import post, words
from webapp.models import Role, User, db


@pytest.fixture
def database() -> str:
    """Use one database: nothing here depends on which."""
    return "sqlite"


@pytest.fixture(autouse=True)
def _signed_in(client: FlaskClient, administrator: User) -> None:
    sign_in_as(client, administrator)


def act(client: FlaskClient, user: User, action: str, **fields: str) -> str:
    """Press a button on a person's page and give what the next page says."""
    path = f"/administration/people/{user.id}"
    response = post(client, f"{path}/{action}", page=path, **fields)
    assert response.status_code == 303
    return words(client.get(response.headers["Location"]))


@contextmanager
def person(app: Flask, user: User) -> Iterator[User]:
    with app.app_context():
        yield db.session.get_one(User, user.id)


def test_a_member_becomes_administrator_and_member_again(app: Flask, client: FlaskClient, member: User) -> None:
    theirs = app.test_client()
    sign_in_as(theirs, member)

    assert "Ben is administrator from now on." in act(client, member, "role", role="administrator")
    assert theirs.get("/administration/people").status_code == 200
    act(client, member, "role", role="member")
    assert theirs.get("/administration/people").status_code == 403


@pytest.mark.parametrize("role", ["", "owner", "ADMINISTRATOR", "x" * 10_000])
def test_a_role_there_is_not_is_refused(app: Flask, client: FlaskClient, member: User, role: str) -> None:
    response = post(
        client, f"/administration/people/{member.id}/role", page=f"/administration/people/{member.id}", role=role
    )

    assert response.status_code == 422
    assert 'id="role-error"' in response.get_data(as_text=True)
    with person(app, member) as found:
        assert found.role is Role.MEMBER


def test_the_last_active_administrator_stays_one(
    app: Flask, client: FlaskClient, administrator: User, make_user: MakeUser
) -> None:
    make_user("gone@example.com", role=Role.ADMINISTRATOR, active=False)

    page = act(client, administrator, "role", role="member")

    assert "Nobody else could administer the portal then." in page
    with person(app, administrator) as found:
        assert found.role is Role.ADMINISTRATOR


def test_an_administrator_may_step_down_while_another_one_is_there(
    client: FlaskClient, administrator: User, make_user: MakeUser
) -> None:
    make_user("second@example.com", role=Role.ADMINISTRATOR)

    page = act(client, administrator, "role", role="member")

    assert "You are a member from now on." in page
    assert client.get("/administration/people").status_code == 403


def test_deactivating_somebody_ends_their_sessions_and_bars_them(app: Flask, client: FlaskClient, member: User) -> None:
    theirs = app.test_client()
    sign_in_as(theirs, member)

    page = act(client, member, "deactivate")

    assert "Ben is deactivated and signed out everywhere." in page
    assert theirs.get("/account").status_code == 303
    assert post(app.test_client(), "/sign-in", address=member.address, password=PASSWORD).status_code == 422


def test_deactivating_asks_once_more_and_works_without_javascript(client: FlaskClient, member: User) -> None:
    page = client.get(f"/administration/people/{member.id}").get_data(as_text=True)

    assert re.search(r"<details>\s*<summary>Deactivate Ben.*?/deactivate\".*?</details>", page, re.DOTALL)


def test_reactivating_lets_somebody_sign_in_again_but_revives_no_session(
    app: Flask, client: FlaskClient, member: User
) -> None:
    theirs = app.test_client()
    sign_in_as(theirs, member)
    act(client, member, "deactivate")

    act(client, member, "reactivate")

    assert theirs.get("/account").status_code == 303
    assert post(app.test_client(), "/sign-in", address=member.address, password=PASSWORD).status_code == 303


def test_nobody_deactivates_themselves(
    app: Flask, client: FlaskClient, administrator: User, make_user: MakeUser
) -> None:
    make_user("second@example.com", role=Role.ADMINISTRATOR)

    page = act(client, administrator, "deactivate")

    assert "You cannot deactivate yourself." in page
    with person(app, administrator) as found:
        assert found.active
    assert "/deactivate" not in client.get(f"/administration/people/{administrator.id}").get_data(as_text=True)


@pytest.mark.parametrize("action", ["role", "deactivate"])
def test_two_administrators_who_act_on_each_other_at_once_leave_one(
    app: Flask, administrator: User, make_user: MakeUser, action: str
) -> None:
    pair = [administrator, make_user("second@example.com", role=Role.ADMINISTRATOR)]
    start = threading.Barrier(2, timeout=30)

    def act_on(actor: User, target: User) -> None:
        client = app.test_client()
        sign_in_as(client, actor)
        path = f"/administration/people/{target.id}"
        data = {"csrf_token": csrf_token(client, path), "role": "member"}
        start.wait()
        client.post(f"{path}/{action}", data=data)

    threads = [threading.Thread(target=act_on, args=order) for order in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with app.app_context():
        left = select(func.count()).where(User.role == Role.ADMINISTRATOR, User.active)
        assert db.session.scalar(left) == 1


def test_an_administrator_gives_a_link_to_a_new_password(app: Flask, client: FlaskClient, member: User) -> None:
    page = f"/administration/people/{member.id}"

    answer = post(client, f"{page}/new-password-link", page=page)
    shown = client.get(answer.headers["Location"]).get_data(as_text=True)
    link = re.search(r'value="http://127\.0\.0\.1:8000(/new-password/[^"]+)"', shown)

    assert link
    assert "valid 24 hours" in shown
    assert post(app.test_client(), link.group(1), password="another long password").status_code == 303


def test_there_is_no_password_link_for_somebody_deactivated(client: FlaskClient, make_user: MakeUser) -> None:
    gone = make_user("gone@example.com", name="Gone", active=False)

    assert "Gone is deactivated. Reactivate first." in act(client, gone, "new-password-link")


@pytest.mark.parametrize("person_id", ["999", "9" * 30, "-1", "x", "1.5"])
def test_a_person_who_is_not_there_is_not_found(client: FlaskClient, person_id: str) -> None:
    assert client.get(f"/administration/people/{person_id}").status_code == 404
    assert post(client, f"/administration/people/{person_id}/deactivate", page="/account").status_code == 404
