"""What others do to a connection while a person is away for it: edit it, delete it, take it over, change its type."""

import pytest

from tests.http_client import words
from tests.web.pages.oauth.conftest import MakeConnection, Rows
from tests.web.pages.oauth.sign_in_client import KINDS, OTHERS, PEOPLE, Traveller, form_on
from webapp.models import User
from webapp.practice.oauth_server.sample_users import OFFICE, SHARED_MAILBOX
from webapp.services.connections import checks
from webapp.services.connections.check_result import CheckResult
from webapp.services.providers import ConnectionTarget
from webapp.services.providers.credentials import CREDENTIALS
from webapp.web.pages.connections import sign_in_panel_views

TOM, ANTON = f"tom@{OFFICE}", f"anton@{OFFICE}"
BUTTONS = ("use-account", "prove")


def test_a_connection_edited_during_the_trip_gets_no_grant_of_the_address_before(
    ben: Traveller, connection_id: int, rows: Rows
) -> None:
    trip = ben.leave_from(f"/connections/{connection_id}")
    with rows.changing(connection_id) as connection:
        connection.address = connection.user = OTHERS[ben.kind]

    page = trip.make()

    assert f"{PEOPLE[ben.kind]} signed in, not {OTHERS[ben.kind]}" in words(page)
    assert rows.account(connection_id) == ""


@pytest.mark.parametrize("button", BUTTONS)
def test_a_connection_of_another_type_by_now_has_no_use_for_the_grant(
    ben: Traveller, connection_id: int, rows: Rows, button: str
) -> None:
    trip = ben.leave_from(f"/connections/{connection_id}")
    form = ben.form_at(f"/connections/{connection_id}")
    other = next(kind for name, kind in KINDS.items() if name != ben.kind)
    with rows.changing(connection_id) as connection:
        connection.credential_type = other

    page = trip.make()

    assert page.status_code == 200
    assert f"Signed in as {PEOPLE[ben.kind]}" not in words(page)
    assert ben.press(f"/sign-ins/{trip.key}/{button}", form).status_code == 404
    assert rows.connection(connection_id).grant_id is None


def test_one_that_takes_a_password_by_now_has_none_either(ben: Traveller, connection_id: int, rows: Rows) -> None:
    trip = ben.leave_from(f"/connections/{connection_id}")
    with rows.changing(connection_id) as connection:
        connection.credential_type, connection.host = CREDENTIALS, "imap.example.com"

    assert trip.make().status_code == 200
    assert rows.connection(connection_id).grant_id is None


@pytest.mark.parametrize("button", BUTTONS)
def test_a_connection_deleted_during_the_trip_takes_everything_along(
    ben: Traveller, connection_id: int, rows: Rows, button: str
) -> None:
    trip = ben.leave_from(f"/connections/{connection_id}")
    form = ben.form_at(f"/connections/{connection_id}")
    path = trip.decide()
    rows.delete(connection_id)

    assert trip.come_back(path).endswith("/over?why=unknown")
    assert ben.press(f"/sign-ins/{trip.key}/{button}", form).status_code == 404
    assert rows.grants() == []


@pytest.mark.parametrize("kind", ["outlook"], indirect=True)
@pytest.mark.parametrize("change", ["edit", "delete"])
@pytest.mark.parametrize("htmx", [False, True])
def test_a_connection_changed_while_it_is_proved_is_left_as_it_is(
    ben: Traveller,
    member: User,
    make_connection: MakeConnection,
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
    change: str,
    htmx: bool,
) -> None:
    connection_id = make_connection(member, address=SHARED_MAILBOX)
    trip = ben.leave_from(f"/connections/{connection_id}")
    form = form_on(trip.make(TOM))
    check = checks.run_check_for

    def check_slowly(target: ConnectionTarget, address: str) -> CheckResult:
        verdict = check(target, address)
        assert verdict.passed, verdict.report.failure
        if change == "delete":
            rows.delete(connection_id)
        else:
            with rows.changing(connection_id) as connection:
                connection.address = connection.user = ANTON
        return verdict

    monkeypatch.setattr(sign_in_panel_views, "run_check_for", check_slowly)

    answer = ben.client.post(f"/sign-ins/{trip.key}/prove", data=form, headers={"HX-Request": "true"} if htmx else {})

    assert (answer.status_code, "Somebody else was quicker" in words(answer)) == (409, True)
    if change == "edit":
        assert (rows.connection(connection_id).address, rows.account(connection_id)) == (ANTON, "")


def test_who_may_not_change_a_connection_any_more_does_not_decide_about_it(
    ben: Traveller, administrator: User, connected: int, rows: Rows
) -> None:
    trip = ben.leave_from(f"/connections/{connected}")
    form = form_on(trip.make(OTHERS[ben.kind]))
    with rows.changing(connected) as connection:
        connection.owner_id = administrator.id

    answers = [ben.press(f"/sign-ins/{trip.key}/{button}", form).status_code for button in BUTTONS]

    assert answers == [403, 403]
    assert rows.account(connected) == PEOPLE[ben.kind]
