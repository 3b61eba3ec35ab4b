"""A one-time link lets anybody who is signed in give a connection its consent, and nothing else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from tests.conftest import MakeUser
from tests.http_client import words
from tests.web.pages.oauth.conftest import MakeConnection, MakeTraveller, Rows
from tests.web.pages.oauth.sign_in_client import OTHERS, PEOPLE, Traveller, form_on
from webapp.models import AuthorizationRequest, Connection, OneTimeLink, db, utcnow, writes
from webapp.practice.oauth_server.sample_users import OFFICE, SHARED_MAILBOX
from webapp.services.connections.consent_links import make_consent_link

OUTLOOK = pytest.mark.parametrize("kind", ["outlook"], indirect=True)
TOM = f"tom@{OFFICE}"
MakeLink = Callable[[int], str]


@pytest.fixture
def make_link(app: Flask) -> MakeLink:
    """Return a function that makes a link as the command does."""

    def make(connection_id: int) -> str:
        with app.app_context():
            token = writes.set(True)
            try:
                made = make_consent_link(db.session.get_one(Connection, connection_id))
                db.session.commit()
                return f"/connections/consent/{made}"
            finally:
                writes.reset(token)

    return make


@pytest.fixture
def connection_id(make_connection: MakeConnection) -> int:
    """Return a connection that a script has made: no one owns it."""
    return make_connection(None)


@pytest.fixture
def link(connection_id: int, make_link: MakeLink) -> str:
    return make_link(connection_id)


@pytest.fixture
def eve(make_traveller: MakeTraveller, make_user: MakeUser) -> Traveller:
    """Return another member."""
    return make_traveller(make_user("eve@example.com", name="Eve"))


def test_without_the_link_a_member_may_not(ben: Traveller, connection_id: int, link: str, rows: Rows) -> None:
    form = {**ben.form_at(link), "consent": ""}

    assert ben.start(form).status_code == 403
    assert rows.count(AuthorizationRequest) == 0


def test_with_the_link_a_member_connects_it_once(
    ben: Traveller, eve: Traveller, connection_id: int, link: str, rows: Rows
) -> None:
    hers = eve.form_at(link)

    trip = ben.leave_from(link)
    page = ben.client.get(trip.come_back(trip.decide()))

    assert trip.asked["login_hint"] == PEOPLE[ben.kind]
    assert "The connection uses this sign-in now" in words(page)
    assert rows.account(connection_id) == PEOPLE[ben.kind]
    assert (ben.client.get(link).status_code, ben.start(trip_form(ben, hers)).status_code) == (410, 403)
    assert eve.start(hers).status_code == 403


def trip_form(ben: Traveller, form: dict[str, str]) -> dict[str, str]:
    """Return a form of another person with one's own token."""
    return {**form, "csrf_token": ben.form()["csrf_token"]}


def test_nobody_opens_it_without_being_signed_in(app: Flask, link: str) -> None:
    answer = app.test_client().get(link)

    assert (answer.status_code, answer.location.startswith("/sign-in?next=")) == (303, True)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("token", ["x", "a" * 43, "a" * 5000, "%00", "%F0%9F%98%80"])
def test_a_link_that_nobody_made_opens_nothing(ben: Traveller, connection_id: int, token: str) -> None:
    assert ben.client.get(f"/connections/consent/{token}").status_code == 404
    form = {**ben.form(), "connection_id": str(connection_id), "of": "connection"}
    assert ben.start({**form, "consent": token}).status_code == 403
    assert ben.start({**form, "consent": "\0"}).status_code == 403


def test_a_link_that_has_expired_opens_nothing(ben: Traveller, link: str) -> None:
    form = ben.form_at(link)

    with time_machine.travel(utcnow() + timedelta(minutes=15, seconds=1)):
        page = ben.client.get(link)

        assert (page.status_code, "This link has expired" in words(page)) == (410, True)
        assert ben.start(form).status_code == 403


def test_a_link_that_expires_during_the_trip_was_good_enough(
    app: Flask, ben: Traveller, connection_id: int, link: str, rows: Rows
) -> None:
    trip = ben.leave_from(link)
    form = form_on(trip.make(OTHERS[ben.kind]))
    with app.app_context():
        db.session.execute(update(OneTimeLink).values(expires_at=utcnow()))
        db.session.commit()

    assert ben.start(form).status_code == 403
    assert ben.press(f"/sign-ins/{trip.key}/use-account", form).status_code == 303
    assert rows.account(connection_id) == OTHERS[ben.kind]


def test_a_link_of_another_connection_opens_only_that(
    ben: Traveller, connection_id: int, link: str, make_connection: MakeConnection, make_link: MakeLink
) -> None:
    other = make_connection(None, name="Another")
    form = ben.form_at(make_link(other))

    assert ben.start({**form, "connection_id": str(connection_id)}).status_code == 403
    assert ben.start(form).status_code == 200


def test_after_a_failure_one_tries_again_on_the_page_one_is_led_to(
    ben: Traveller, eve: Traveller, connection_id: int, link: str, rows: Rows
) -> None:
    trip = ben.leave_from(link)
    location = trip.come_back(trip.decide(decision="deny"))
    form = ben.form_at(location)

    assert "consent" not in form
    assert eve.start({**form, "csrf_token": eve.form()["csrf_token"]}).status_code == 403
    assert ben.start({**form, "attempt": "a" * 30}).status_code == 403
    ben.leave(form).make()
    assert rows.account(connection_id) == PEOPLE[ben.kind]


def test_one_trip_of_a_link_is_no_way_into_another_connection(
    ben: Traveller, link: str, make_connection: MakeConnection, make_link: MakeLink
) -> None:
    other = make_connection(None, name="Another")
    make_link(other)
    trip = ben.leave_from(link)
    form = ben.form_at(trip.come_back(trip.decide(decision="deny")))

    assert ben.start({**form, "connection_id": str(other)}).status_code == 403


def test_by_the_link_another_account_can_be_used_and_then_it_is_closed(
    ben: Traveller, eve: Traveller, connection_id: int, link: str, rows: Rows
) -> None:
    """Two people open one link, and both sign in with another account: the first to decide has decided."""
    first, second = ben.leave_from(link), eve.leave_from(link)
    forms = [form_on(trip.make(OTHERS[ben.kind])) for trip in (first, second)]

    assert ben.press(f"/sign-ins/{first.key}/use-account", forms[0]).status_code == 303

    assert rows.account(connection_id) == OTHERS[ben.kind]
    for button in ("use-account", "prove"):
        assert eve.press(f"/sign-ins/{second.key}/{button}", forms[1]).status_code == 403
    assert ben.press(f"/sign-ins/{first.key}/prove", forms[0]).status_code == 403
    assert ben.client.get(link).status_code == 410


@OUTLOOK
def test_by_the_link_a_shared_mailbox_is_proved(
    ben: Traveller, make_connection: MakeConnection, make_link: MakeLink, rows: Rows
) -> None:
    connection_id = make_connection(None, address=SHARED_MAILBOX)
    trip = ben.leave_from(make_link(connection_id))
    form = form_on(trip.make(TOM))

    assert ben.press(f"/sign-ins/{trip.key}/prove", form).status_code == 303
    assert rows.account(connection_id) == TOM


def test_the_link_does_not_let_anybody_edit(ben: Traveller, connection_id: int, link: str) -> None:
    form = ben.form_at(link)
    form.pop("of")

    assert ben.start(form).status_code == 403
    assert ben.client.get(f"/connections/{connection_id}/edit?attempt={form['attempt']}").status_code == 403
    assert ben.press(f"/connections/{connection_id}/edit", form).status_code == 403
    assert ben.press(f"/connections/{connection_id}/delete", form).status_code == 403


def test_a_link_to_a_connection_that_was_deleted_is_not_known(
    ben: Traveller, connection_id: int, link: str, rows: Rows
) -> None:
    form = ben.form_at(link)
    rows.delete(connection_id)

    assert (ben.client.get(link).status_code, ben.start(form).status_code) == (404, 404)


def test_the_address_on_the_page_of_the_link_cannot_be_changed(
    ben: Traveller, connection_id: int, link: str, rows: Rows
) -> None:
    trip = ben.leave_from(link, address=OTHERS[ben.kind])

    page = trip.make(OTHERS[ben.kind])

    assert trip.asked["login_hint"] == PEOPLE[ben.kind]
    assert f"{OTHERS[ben.kind]} signed in, not {PEOPLE[ben.kind]}" in words(page)
    assert rows.account(connection_id) == ""


def test_what_a_link_leads_to_is_said_on_its_page(ben: Traveller, link: str) -> None:
    page = words(ben.client.get(link))

    assert "Invoices" in page
    assert PEOPLE[ben.kind] in page
