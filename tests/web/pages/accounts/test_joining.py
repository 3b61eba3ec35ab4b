"""Joining by a one-time link, and setting a new portal up."""

import threading
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.conftest import PASSWORD, MakeUser, csrf_token
from tests.http_client import HOSTILE_TEXTS, post, words
from webapp.models import OneTimeLink, Purpose, Role, User, db, utcnow
from webapp.services.accounts.one_time_links import link_path, make_link, set_up_link

ADA = {"name": "Ada Park", "address": "ada@example.com", "password": PASSWORD}


@pytest.fixture
def invitation(app: Flask) -> str:
    """Return the path of an invitation for ann@example.com."""
    return invite(app)


def invite(app: Flask, address: str = "ann@example.com", role: Role = Role.MEMBER) -> str:
    with app.app_context():
        _, token = make_link(Purpose.JOIN, role=role, address=address)
        db.session.commit()
        return link_path(Purpose.JOIN, token)


def new_set_up_link(app: Flask) -> str:
    with app.app_context():
        path = set_up_link()
    assert path
    return path


def people(app: Flask) -> list[tuple[str, str, Role]]:
    with app.app_context():
        return [
            (person.address, person.name, person.role) for person in db.session.scalars(select(User).order_by(User.id))
        ]


def join(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    return post(client, path, **{"name": "Ann", "password": PASSWORD, **fields})


@pytest.mark.parametrize("role", Role)
def test_an_invited_person_joins_with_the_invited_address_and_role(app: Flask, client: FlaskClient, role: Role) -> None:
    response = join(
        client, invite(app, role=role), name=" Ann  Lee ", address="other@example.com", role="administrator"
    )

    assert response.headers["Location"] == "/"
    assert people(app) == [("ann@example.com", "Ann  Lee", role)]
    assert "ann@example.com" in words(client.get("/account"))


def test_looking_at_an_invitation_does_not_use_it(app: Flask, client: FlaskClient, invitation: str) -> None:
    for _ in range(3):
        assert "ann@example.com" in client.get(invitation).get_data(as_text=True)
    app.test_client().head(invitation)

    assert join(client, invitation).status_code == 303


def test_an_invitation_works_once(app: Flask, client: FlaskClient, invitation: str) -> None:
    join(client, invitation)
    second = app.test_client()

    looked, sent = second.get(invitation), post(second, invitation, page="/sign-in", name="Eve", password=PASSWORD)

    assert (looked.status_code, sent.status_code) == (410, 410)
    assert "This link was already used" in words(looked)
    assert len(people(app)) == 1


def test_of_many_who_join_by_one_link_at_once_one_gets_in(app: Flask, invitation: str) -> None:
    statuses: list[int] = []
    start = threading.Barrier(6, timeout=30)

    def join_once() -> None:
        client = app.test_client()
        data = {"csrf_token": csrf_token(client, invitation), "name": "Ann", "password": PASSWORD}
        start.wait()
        statuses.append(client.post(invitation, data=data).status_code)

    threads = [threading.Thread(target=join_once) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [303] + [410] * 5
    assert len(people(app)) == 1


def test_an_expired_invitation_says_so(app: Flask, client: FlaskClient, invitation: str) -> None:
    with app.app_context():
        db.session.execute(db.update(OneTimeLink).values(expires_at=utcnow() - timedelta(seconds=1)))
        db.session.commit()

    response = client.get(invitation)

    assert response.status_code == 410
    assert "This link has expired" in words(response)


@pytest.mark.parametrize("token", ["unknown", "x" * 5000, "%00", "%F0%9F%94%91", "a%0d%0ab", "..%2f"])
def test_an_unknown_link_says_so(client: FlaskClient, token: str) -> None:
    assert client.get(f"/join/{token}").status_code == 404
    assert client.get(f"/new-password/{token}").status_code == 404


def test_a_link_of_another_purpose_does_not_open(app: Flask, client: FlaskClient, member: User) -> None:
    with app.app_context():
        _, token = make_link(Purpose.PASSWORD, user=db.session.get_one(User, member.id))
        db.session.commit()

    assert client.get(f"/join/{token}").status_code == 404


def test_invitations_last_seven_days(app: Flask, invitation: str) -> None:
    with app.app_context():
        link = db.session.scalars(select(OneTimeLink)).one()

        assert link.expires_at - link.created_at == pytest.approx(timedelta(days=7), abs=timedelta(seconds=1))


def test_a_newer_invitation_replaces_the_earlier_one(app: Flask, client: FlaskClient, invitation: str) -> None:
    newer = invite(app)

    assert client.get(invitation).status_code == 404
    assert client.get(newer).status_code == 200


def test_the_token_of_a_link_is_not_stored(app: Flask, invitation: str) -> None:
    with app.app_context():
        row = db.session.execute(select(OneTimeLink.__table__)).one()

    assert invitation.rpartition("/")[2] not in str(row)


def test_joining_with_an_address_that_is_here_already_keeps_the_link(
    app: Flask, client: FlaskClient, invitation: str, make_user: MakeUser
) -> None:
    make_user()

    response = join(client, invitation)

    assert response.status_code == 422
    assert "Somebody with the address ann@example.com is here already." in words(response)
    assert client.get(invitation).status_code == 200


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
def test_a_hostile_name_is_refused_at_its_field_and_nothing_is_lost(
    app: Flask, client: FlaskClient, invitation: str, text: str
) -> None:
    response = join(client, invitation, name=text)

    assert response.status_code == 422
    assert 'aria-describedby="name-error"' in response.get_data(as_text=True)
    assert people(app) == []
    assert client.get(invitation).status_code == 200


@pytest.mark.parametrize("name", ["Zoë 👩‍👩‍👧", "עברית", "<b>Ann</b>", "'; DROP TABLE user; --", "x" * 100])
def test_a_name_of_any_script_is_shown_as_it_is(client: FlaskClient, invitation: str, name: str) -> None:
    join(client, invitation, name=name)

    assert name in words(client.get("/account")) or "&lt;b&gt;Ann" in client.get("/account").get_data(as_text=True)


def test_the_typed_name_will_not_do_as_password(client: FlaskClient, invitation: str) -> None:
    response = join(client, invitation, name="Ann of Somewhere", password="ann of somewhere")

    assert response.status_code == 422
    assert "your own name or address" in words(response)


def test_the_set_up_link_makes_the_first_administrator(app: Flask, client: FlaskClient) -> None:
    response = post(client, new_set_up_link(app), **ADA)

    assert response.headers["Location"] == "/"
    assert people(app) == [("ada@example.com", "Ada Park", Role.ADMINISTRATOR)]
    assert client.get("/administration/people").status_code == 200


def test_a_newer_set_up_link_replaces_the_earlier_one(app: Flask, client: FlaskClient) -> None:
    earlier, newer = new_set_up_link(app), new_set_up_link(app)

    assert (client.get(earlier).status_code, client.get(newer).status_code) == (404, 200)


def test_there_is_no_set_up_link_once_somebody_is_here(app: Flask, member: User) -> None:
    with app.app_context():
        assert set_up_link() is None
        assert db.session.scalar(select(func.count()).select_from(OneTimeLink)) == 0


def test_a_set_up_link_closes_when_somebody_else_came_first(
    app: Flask, client: FlaskClient, make_user: MakeUser
) -> None:
    path = new_set_up_link(app)
    token = csrf_token(client, path)
    make_user()

    looked, sent = client.get(path), client.post(path, data={**ADA, "csrf_token": token})

    assert (looked.status_code, sent.status_code) == (410, 410)
    assert "This portal is already set up" in words(looked)
    assert len(people(app)) == 1


@pytest.mark.parametrize(
    ("field", "text", "complaint"),
    [
        ("address", "", "Type an email address."),
        ("address", "not an address", "Email address"),
        ("address", "x" * 10_000, "254 characters at most"),
        ("address", "ada@exam\nple.com", "control characters"),
        ("address", "\u202eada@example.com", "control characters"),
        ("address", "😀@😀", "Email address"),
        ("password", "ADA@example.com", "your own name or address"),
        ("password", "ada park", "10 characters at least"),
    ],
)
def test_bad_input_at_set_up_is_refused_and_the_link_stays(
    app: Flask, client: FlaskClient, field: str, text: str, complaint: str
) -> None:
    path = new_set_up_link(app)

    response = post(client, path, **(ADA | {field: text}))

    assert response.status_code == 422
    assert complaint in words(response)
    assert people(app) == []
    assert client.get(path).status_code == 200


def test_the_address_typed_at_set_up_is_kept_in_lower_case(app: Flask, client: FlaskClient) -> None:
    post(client, new_set_up_link(app), **(ADA | {"address": "Ada@Example.COM"}))

    assert people(app)[0][0] == "ada@example.com"
