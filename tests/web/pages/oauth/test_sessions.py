"""A callback is for the browser session that began the trip, and for no one else."""

import pytest
from flask import Flask

from tests.conftest import sign_in_as
from tests.http_client import post, words
from tests.web.pages.oauth.conftest import MakeTraveller, Rows
from tests.web.pages.oauth.sign_in_client import PEOPLE, Traveller, codes_of, leaks
from webapp.models import Grant, User


def test_in_another_browser_the_answer_is_worth_nothing(
    app: Flask, ben: Traveller, member: User, administrator: User, make_traveller: MakeTraveller, rows: Rows
) -> None:
    trip = ben.leave()
    path = trip.decide()
    cases = {
        "another-session": (make_traveller(administrator).client, make_traveller(member).client),
        "signed-out": (app.test_client(),),
    }

    for why, clients in cases.items():
        for client in clients:
            over = trip.come_back(path, client)
            assert over == f"/oauth/{trip.kind}/over?why={why}"
            page = client.get(over)
            assert page.status_code == 403
            assert leaks(page.get_data(as_text=True), codes_of(path)) == []
    assert (ben.token_calls, rows.count(Grant)) == (0, 0)
    assert f"Signed in as {PEOPLE[ben.kind]}" in words(ben.client.get(trip.come_back(path)))


@pytest.mark.parametrize("popup", ["", "1"])
def test_a_session_that_ended_during_the_trip_leaves_no_code_behind(
    ben: Traveller, member: User, rows: Rows, popup: str
) -> None:
    trip = ben.leave(popup=popup)
    path = trip.decide()
    post(ben.client, "/sign-out", page="/connections/new")

    over = trip.come_back(path)

    pages = [ben.client.get(over), ben.client.get("/sign-in")]
    assert "You were signed out of the portal meanwhile" in words(pages[0])
    with ben.client.session_transaction() as session:
        kept = repr(dict(session))
    assert leaks("".join([over, kept, *(page.get_data(as_text=True) for page in pages)]), codes_of(path)) == []
    sign_in_as(ben.client, member)
    assert trip.come_back(path).endswith("/over?why=another-session")
    assert (ben.token_calls, rows.count(Grant)) == (0, 0)


def test_a_person_deactivated_during_the_trip_connects_nothing(
    ben: Traveller, ada: Traveller, member: User, rows: Rows
) -> None:
    trip = ben.leave()
    path = trip.decide()
    page = f"/administration/people/{member.id}"
    assert post(ada.client, f"{page}/deactivate", page=page).status_code == 303

    assert trip.come_back(path).endswith("/over?why=signed-out")
    assert (ben.token_calls, rows.count(Grant)) == (0, 0)
