"""Inviting people and taking invitations back."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.conftest import PASSWORD, MakeUser, sign_in_as
from tests.http_client import HOSTILE_TEXTS, post, words
from webapp.models import OneTimeLink, Purpose, Role, User, db
from webapp.services.accounts.one_time_links import make_link

INVITE = "/administration/people/invite"


@pytest.fixture
def database() -> str:
    """Use one database: nothing here depends on which."""
    return "sqlite"


@pytest.fixture(autouse=True)
def _signed_in(client: FlaskClient, administrator: User) -> None:
    sign_in_as(client, administrator)


def invite(client: FlaskClient, address: str = "ann@example.com", role: str = "member") -> str:
    response = post(client, INVITE, address=address, role=role)
    assert response.headers["Location"] == "/administration/link"
    found = re.search(r'value="(http[^"]+)"', client.get("/administration/link").get_data(as_text=True))
    assert found
    return found.group(1)


def test_an_invitation_gives_a_link_that_lets_its_person_join(app: Flask, client: FlaskClient) -> None:
    url = invite(client, "Ann@Example.com", "administrator")

    answer = post(app.test_client(), url.removeprefix("http://127.0.0.1:8000"), name="Ann", password=PASSWORD)

    assert answer.status_code == 303
    with app.app_context():
        ann = db.session.scalars(select(User).where(User.address == "ann@example.com")).one()
        assert ann.role is Role.ADMINISTRATOR


def test_the_link_starts_with_the_address_in_the_settings_whatever_host_was_asked(client: FlaskClient) -> None:
    post(client, INVITE, address="ann@example.com", role="member")

    page = client.get("/administration/link").get_data(as_text=True)

    # The browser of the tests asks for http://localhost.
    assert "http://127.0.0.1:8000/join/" in page
    assert "localhost" not in page


def test_the_link_is_shown_once_with_how_long_it_is_valid(client: FlaskClient) -> None:
    post(client, INVITE, address="ann@example.com", role="member")

    first, second = words(client.get("/administration/link")), words(client.get("/administration/link"))

    assert "valid 7 days" in first
    assert "No link to show" in second


def test_the_link_is_in_no_address_of_the_browser(client: FlaskClient) -> None:
    response = post(client, INVITE, address="ann@example.com", role="member")

    assert response.headers["Location"] == "/administration/link"


def test_open_invitations_are_listed_and_can_be_withdrawn(app: Flask, client: FlaskClient) -> None:
    url = invite(client).removeprefix("http://127.0.0.1:8000")
    page = client.get("/administration/people").get_data(as_text=True)
    withdraw = re.search(r'action="([^"]+/withdraw)"', page)
    assert withdraw

    post(client, withdraw.group(1), page="/administration/people")

    assert "1 open invitation" in page
    assert "open invitation" not in words(client.get("/administration/people"))
    assert app.test_client().get(url).status_code == 404


def test_a_used_invitation_can_no_longer_be_withdrawn(app: Flask, client: FlaskClient) -> None:
    url = invite(client)
    post(app.test_client(), url.removeprefix("http://127.0.0.1:8000"), name="Ann", password=PASSWORD)
    with app.app_context():
        link_id = db.session.scalar(select(OneTimeLink.id))

    post(client, f"/administration/invitations/{link_id}/withdraw", page="/administration/people")

    assert "no longer open" in words(client.get("/administration/people"))
    with app.app_context():
        assert db.session.scalar(select(OneTimeLink.id)) == link_id


def test_other_links_cannot_be_withdrawn_as_invitations(app: Flask, client: FlaskClient, administrator: User) -> None:
    with app.app_context():
        link, _ = make_link(Purpose.PASSWORD, user=db.session.get_one(User, administrator.id))
        db.session.commit()
        link_id = link.id

    post(client, f"/administration/invitations/{link_id}/withdraw", page="/administration/people")

    with app.app_context():
        assert db.session.get(OneTimeLink, link_id) is not None


@pytest.mark.parametrize("address", ["ben@example.com", "BEN@EXAMPLE.COM", " Ben@example.com "])
def test_somebody_who_is_here_cannot_be_invited_again(client: FlaskClient, member: User, address: str) -> None:
    response = post(client, INVITE, address=address, role="member")

    assert response.status_code == 422
    assert "Somebody with this address is here already." in words(response)


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
@pytest.mark.parametrize("field", ["address", "role"])
def test_hostile_text_in_an_invitation_is_refused_at_its_field(client: FlaskClient, field: str, text: str) -> None:
    response = post(client, INVITE, **{"address": "ann@example.com", "role": "member", field: text})

    assert response.status_code == 422
    assert f'id="{field}-error"' in response.get_data(as_text=True)


def test_the_invitations_are_paged_by_the_server(client: FlaskClient, app: Flask) -> None:
    with app.app_context():
        for i in range(30):
            make_link(Purpose.JOIN, role=Role.MEMBER, address=f"p{i}@example.net")
        db.session.commit()

    pages = [words(client.get(f"/administration/people?invitations={number}")) for number in (1, 2)]

    assert [page.count("@example.net") for page in pages] == [25, 5]


def test_a_person_who_invites_the_same_address_twice_has_one_open_invitation(
    client: FlaskClient, make_user: MakeUser
) -> None:
    invite(client)
    invite(client)

    assert "1 open invitation." in words(client.get("/administration/people"))
