"""Another account signed in than was typed, or one that will not do: never silent, and decided by whom it concerns."""

import pytest

from tests.http_client import post, words
from tests.web.pages.oauth.conftest import MakeTraveller, Rows
from tests.web.pages.oauth.sign_in_client import KINDS, OTHERS, PEOPLE, Traveller, diagnosed, form_on
from webapp.models import Connection, Grant, User
from webapp.practice.oauth_server.sample_users import OFFICE, PERSONAL, SHARED_MAILBOX, WORKSPACE
from webapp.services.providers.oauth import authorization_requests
from webapp.services.providers.oauth.spec import PROVIDER_SPECS

TOM, ANTON = f"tom@{OFFICE}", f"anton@{OFFICE}"
BUTTONS = ("use-account", "prove")
OUTLOOK = pytest.mark.parametrize("kind", ["outlook"], indirect=True)
GMAIL = pytest.mark.parametrize("kind", ["gmail"], indirect=True)


def save(ben: Traveller, form: dict[str, str]) -> tuple[int, str]:
    """Press Save; return the status and what the page says."""
    answer = ben.press("/connections/new", form)
    return answer.status_code, words(answer)


def saved(ben: Traveller, form: dict[str, str], rows: Rows) -> Connection:
    answer = ben.press("/connections/new", form)
    assert answer.status_code == 303, words(answer)
    return rows.connection(int(answer.location.rpartition("/")[2]))


@GMAIL
def test_a_personal_google_account_is_refused_with_the_way_out(ben: Traveller, rows: Rows) -> None:
    pia = f"pia@{PERSONAL}"
    trip = ben.leave(address=pia)

    location = trip.come_back(trip.decide(pia))

    assert diagnosed(trip, location) == "personal-account-unsupported"
    page = words(ben.client.get(location))
    assert f"Personal Google accounts cannot be connected this way ({pia})" in page
    assert "app password" in page
    assert rows.count(Grant) == 0
    assert save(ben, form_on(ben.client.get(location)))[0] == 422


@GMAIL
@pytest.mark.parametrize("ticked", [[], ["openid"]])
def test_a_box_left_unticked_is_said_and_one_button_does_it_again(
    ben: Traveller, rows: Rows, ticked: list[str]
) -> None:
    trip = ben.leave()

    location = trip.come_back(trip.decide(ticked=ticked))

    assert diagnosed(trip, location) == "scope-missing"
    assert rows.count(Grant) == 0
    again = ben.leave_from(location)
    assert again.asked["prompt"] == "consent"
    assert f"Signed in as {PEOPLE['gmail']}" in words(again.make())


def test_another_account_is_never_taken_in_silence(ben: Traveller, rows: Rows) -> None:
    page = ben.leave().make(OTHERS[ben.kind])

    assert f"{OTHERS[ben.kind]} signed in, not {PEOPLE[ben.kind]}" in words(page)
    status, said = save(ben, form_on(page))
    assert (status, rows.count(Connection)) == (422, 0)
    assert f"{OTHERS[ben.kind]} has signed in. Decide first" in said


def test_the_account_that_signed_in_can_be_used_instead(ben: Traveller, rows: Rows) -> None:
    trip = ben.leave(name="Half typed")
    form = form_on(trip.make(OTHERS[ben.kind]))

    page = ben.press(f"/sign-ins/{trip.key}/use-account", form)

    assert f"Signed in as {OTHERS[ben.kind]}" in words(page)
    connection = saved(ben, form_on(page), rows)
    assert (connection.name, connection.address, connection.user) == ("Half typed", *[OTHERS[ben.kind]] * 2)


@OUTLOOK
@pytest.mark.parametrize("htmx", [False, True])
def test_a_mailbox_that_the_account_may_open_is_proved_by_opening_it(ben: Traveller, rows: Rows, htmx: bool) -> None:
    trip = ben.leave(address=SHARED_MAILBOX)
    form = form_on(trip.make(TOM))
    headers = {"HX-Request": "true"} if htmx else {}

    page = ben.client.post(f"/sign-ins/{trip.key}/prove", data=form, headers=headers)

    assert f"Signed in as {TOM}" in words(page)
    assert "It works: 12 messages in INBOX" in words(page)
    connection = saved(ben, form, rows)
    assert (connection.address, connection.user, rows.account(connection.id)) == (SHARED_MAILBOX, SHARED_MAILBOX, TOM)


@OUTLOOK
def test_a_mailbox_that_the_account_may_not_open_is_not_taken_for_its_own(ben: Traveller, rows: Rows) -> None:
    trip = ben.leave(address=TOM)
    form = form_on(trip.make(ANTON))

    page = ben.press(f"/sign-ins/{trip.key}/prove", form)

    assert f"{ANTON} signed in, not {TOM}" in words(page)
    assert "mailbox-access-denied" in page.get_data(as_text=True) or "wrong-account" in page.get_data(as_text=True)
    assert save(ben, form_on(page))[0] == 422
    attempt = rows.attempt(trip.key)
    assert attempt is not None
    assert not attempt.settled


@OUTLOOK
def test_what_was_proved_for_one_mailbox_holds_for_no_other(ben: Traveller) -> None:
    trip = ben.leave(address=SHARED_MAILBOX)
    form = form_on(trip.make(TOM))
    ben.press(f"/sign-ins/{trip.key}/prove", form)

    status, said = save(ben, {**form, "address": ANTON})

    assert status == 422
    assert f"Decide first how that goes with {ANTON}" in said


def test_signing_in_again_asks_which_account(ben: Traveller) -> None:
    page = ben.leave().make(OTHERS[ben.kind])

    again = ben.leave(form_on(page), again="1")

    assert "select_account" in again.asked["prompt"]
    assert "login_hint" not in again.asked
    assert f"Signed in as {PEOPLE[ben.kind]}" in words(again.make())


@pytest.mark.parametrize("button", BUTTONS)
def test_a_key_that_is_forged_or_has_no_grant_decides_nothing(ben: Traveller, button: str, rows: Rows) -> None:
    form = ben.form()
    unfinished, failed = ben.leave(), ben.leave()
    failed.come_back(failed.decide(decision="deny"))

    for key in ("x", "a" * 43, authorization_requests.new_key(), unfinished.key, failed.key):
        assert ben.press(f"/sign-ins/{key}/{button}", form).status_code == 404
    assert post(ben.client, f"/sign-ins/{unfinished.key}/{button}", page="/connections/new").status_code == 404


@pytest.mark.parametrize("button", BUTTONS)
def test_the_sign_in_of_somebody_else_is_not_there(
    ben: Traveller, make_traveller: MakeTraveller, administrator: User, member: User, button: str, rows: Rows
) -> None:
    trip = ben.leave()
    trip.make(OTHERS[ben.kind])

    for other in (make_traveller(administrator), make_traveller(member)):
        form = {**other.form(), "attempt": trip.key, "address": OTHERS[ben.kind]}
        assert other.press(f"/sign-ins/{trip.key}/{button}", form).status_code == 404
        status, said = save(other, form)
        assert (status, f"Sign in at {PROVIDER_SPECS[KINDS[ben.kind]].company} first" in said) == (422, True)
        assert OTHERS[ben.kind] not in words(other.client.get(f"/connections/new?attempt={trip.key}"))
    assert rows.count(Connection) == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("button", BUTTONS)
@pytest.mark.parametrize(("chosen", "htmx"), [("credentials", True), ("", False), ("the other provider", True)])
def test_a_form_that_is_for_another_credential_type_by_now_is_not_understood(
    ben: Traveller, button: str, chosen: str, htmx: bool
) -> None:
    trip = ben.leave()
    form = form_on(trip.make(OTHERS[ben.kind]))
    other = next(type_.value for kind, type_ in KINDS.items() if kind != ben.kind)
    form["credential_type"] = other if chosen == "the other provider" else chosen

    answer = ben.client.post(
        f"/sign-ins/{trip.key}/{button}", data=form, headers={"HX-Request": "true"} if htmx else {}
    )

    assert answer.status_code == 400


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    "changed",
    [
        {"address": "a\0b@example.com"},
        {"address": "a\r\nb@example.com"},
        {"address": "x" * 10_000 + "@example.com"},
        {"address": "not an address"},
        {"address": ""},
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_no_mailbox_is_refused_before_anybody_is_asked(
    ben: Traveller, rows: Rows, changed: dict[str, str], htmx: bool
) -> None:
    trip = ben.leave()
    form = {**form_on(trip.make(OTHERS[ben.kind])), "name": "", **changed}

    answer = ben.client.post(f"/sign-ins/{trip.key}/prove", data=form, headers={"HX-Request": "true"} if htmx else {})

    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#result"
    assert "Give the connection a name" not in words(answer)
    attempt = rows.attempt(trip.key)
    assert attempt is not None
    assert not attempt.settled


@OUTLOOK
def test_a_shared_mailbox_that_is_none_is_refused_too(ben: Traveller) -> None:
    trip = ben.leave()
    form = {**form_on(trip.make(TOM)), "shared_mailbox": "a\0b"}

    assert ben.press(f"/sign-ins/{trip.key}/prove", form).status_code == 422


def test_the_form_names_one_trip_and_the_address_another(ben: Traveller) -> None:
    """The button of a page decides about its own sign-in, whatever stands in the form."""
    trip, other = ben.leave(), ben.leave()
    trip.make(OTHERS[ben.kind])
    form = {**form_on(other.make()), "attempt": other.key, "address": PEOPLE[ben.kind]}

    page = ben.press(f"/sign-ins/{trip.key}/use-account", form)

    assert form_on(page)["attempt"] == trip.key
    assert f"Signed in as {OTHERS[ben.kind]}" in words(page)


def test_an_address_in_other_letters_is_the_same_account(ben: Traveller, rows: Rows) -> None:
    address = PEOPLE[ben.kind].replace(WORKSPACE, WORKSPACE.upper()).replace(OFFICE, OFFICE.title()).capitalize()
    trip = ben.leave(address=address)

    form = form_on(trip.make())

    assert saved(ben, form, rows).address == address
