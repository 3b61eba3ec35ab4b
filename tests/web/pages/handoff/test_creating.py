"""Handing a problem over: who may, what is made, and what goes with the link."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select

from tests.conftest import MakeUser, csrf_token, sign_in_as
from tests.http_client import ANY_PAGE, post, words
from tests.web.pages.connections.conftest import MakeConnection
from tests.web.pages.handoff.conftest import SWITCHED_OFF, Handed
from webapp.config.settings import Settings
from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.core.diagnosis.problem import Diagnosis
from webapp.models import CheckReport, CheckState, Connection, Handoff, User, db, utcnow
from webapp.practice.imap_server.scenarios import PASSWORD
from webapp.security.key_files import read_or_make_key
from webapp.security.secret_box import new_key
from webapp.services.connections.check_result import CheckResult
from webapp.services.connections.stored_reports import check_result_of
from webapp.services.handoff.message import HandoffMessage
from webapp.services.handoff.status import HandoffStatus
from webapp.services.providers.outlook import OUTLOOK
from webapp.web.pages.handoff import views
from webapp.web.pages.handoff.message_rendering import render_message


@pytest.fixture
def database() -> str:
    """Use one database: nothing here depends on which."""
    return "sqlite"


def test_a_failed_test_offers_to_hand_the_problem_to_the_administrator(
    client: FlaskClient, as_member: User, make_connection: MakeConnection
) -> None:
    page = f"/connections/{make_connection(as_member, SWITCHED_OFF)}"

    tested = post(client, f"{page}/test", page=page)

    assert "Hand this to your mailbox administrator" in words(tested)
    assert f'action="{page}/hand-off"' in tested.get_data(as_text=True)


def test_htmx_gets_the_same_offer(client: FlaskClient, as_member: User, make_connection: MakeConnection) -> None:
    page = f"/connections/{make_connection(as_member, SWITCHED_OFF)}"
    token = client.get(page).get_data(as_text=True).partition('name="csrf_token" value="')[2].partition('"')[0]

    tested = client.post(f"{page}/test", data={"csrf_token": token}, headers={"HX-Request": "true"})

    assert f'action="{page}/hand-off"' in tested.get_data(as_text=True)


def test_what_nobody_else_can_mend_is_offered_to_nobody(app: Flask) -> None:
    offer = app.jinja_env.get_template("handoff/_handoff_button.html").module.offer  # type: ignore[attr-defined]

    assert offer('<span class="who who-you">', "user", "/x").strip() == ""
    assert offer('<span class="who who-wait">', "wait", "/x").strip() == ""


def test_a_connection_that_works_has_nothing_to_hand_over(
    app: Flask, client: FlaskClient, as_member: User, make_connection: MakeConnection
) -> None:
    page = f"/connections/{make_connection(as_member)}"
    post(client, f"{page}/test", page=page)

    answer = post(client, f"{page}/hand-off", page=page)

    assert answer.location == page
    assert "There is nothing to hand over" in words(client.get(page))
    with app.app_context():
        assert db.session.scalar(select(Handoff)) is None


def test_a_connection_that_was_never_tested_has_nothing_to_hand_over(
    client: FlaskClient, as_member: User, make_connection: MakeConnection
) -> None:
    page = f"/connections/{make_connection(as_member, SWITCHED_OFF)}"

    assert post(client, f"{page}/hand-off", page=page).location == page


def test_a_form_that_is_not_saved_says_what_saving_brings(
    client: FlaskClient, as_member: User, fields: Callable[..., dict[str, str]]
) -> None:
    tested = post(client, "/connections/test", page="/connections/new", **fields(SWITCHED_OFF))

    assert "Save the connection, and you can hand this to your mailbox administrator" in words(tested)


def test_the_token_is_stored_sealed_and_found_by_its_hash_alone(handed: Handed) -> None:
    token = handed.path.rpartition("/")[2]
    row = handed.row()

    assert len(token) >= 43
    assert token not in f"{row.token_hash} {row.sealed_token} {row.failure} {row.technical}"


def test_who_asks_again_gets_the_link_that_was_sent(handed: Handed) -> None:
    path, page = handed.path, f"/connections/{handed.connection_id}"

    post(handed.asker, f"{page}/test", page=page)
    post(handed.asker, f"{page}/hand-off", page=page)

    assert handed.path == path


def test_a_withdrawn_link_is_replaced_by_a_new_one(handed: Handed) -> None:
    path, page = handed.path, f"/connections/{handed.connection_id}"
    first = handed.row().id
    post(handed.asker, f"/hand-offs/{first}/withdraw", page=f"/hand-offs/{first}")

    answer = post(handed.asker, f"{page}/hand-off", page=page)

    assert answer.location != f"/hand-offs/{first}"
    assert path not in handed.asker.get(answer.location).get_data(as_text=True)


def test_the_message_says_what_where_how_and_by_whom(handed: Handed) -> None:
    page = handed.asker.get(f"/hand-offs/{handed.row().id}").get_data(as_text=True)
    text = page.partition("<textarea")[2].partition("</textarea>")[0].partition(">")[2].lstrip("\n")

    assert f"http://127.0.0.1:8000{handed.path}" in text
    assert "imap-disabled@practice.test" in text
    assert "Ben" in text
    assert "1. Mailbox administrator: " in text
    assert "Google Admin console (https://admin.google.com) → Apps → Google Workspace → Gmail" in text
    assert "You:" not in text
    assert not re.search(r"<\w| $|\n\n\n", text, re.MULTILINE)
    assert PASSWORD not in text


def test_the_mail_program_gets_the_same_message(handed: Handed) -> None:
    page = handed.asker.get(f"/hand-offs/{handed.row().id}").get_data(as_text=True)
    address = page.partition('href="mailto:')[2].partition('"')[0].replace("&amp;", "&")

    said = parse_qs(urlsplit(f"mailto:{address}").query, strict_parsing=True)

    assert said["subject"] == [page.partition('id="subject" value="')[2].partition('"')[0]]
    assert handed.path in said["body"][0]
    assert "\n" not in said["body"][0].replace("\r\n", "")


def test_the_connection_shows_that_it_was_handed_over_opened_and_mended(handed: Handed, any_moment: None) -> None:
    page = f"/connections/{handed.connection_id}"
    assert "Handed over Not opened yet. By Ben" in words(handed.asker.get(page))

    handed.stranger.get(f"{handed.path}/state")
    assert "Handed over Opened just now , not mended yet." in words(handed.asker.get(page))

    handed.mend()
    handed.check_again()
    assert "Handed over It works since" in words(handed.asker.get(page))


def test_a_page_that_waits_is_told_to_come_anew_when_there_is_news(handed: Handed) -> None:
    page = f"/hand-offs/{handed.row().id}"
    asked = re.search(r'hx-get="([^"]+)"', handed.asker.get(page).get_data(as_text=True))
    assert asked

    before = handed.asker.get(asked.group(1))
    handed.stranger.get(f"{handed.path}/state")
    after = handed.asker.get(asked.group(1))

    assert (before.status_code, before.headers.get("HX-Refresh")) == (204, None)
    assert (after.status_code, after.headers.get("HX-Refresh")) == (204, "true")


@pytest.mark.parametrize("who", ["asker", "owner", "administrator", "member", "nobody"])
def test_only_who_asked_the_owner_and_administrators_withdraw(
    handed: Handed, app: Flask, make_user: MakeUser, administrator: User, who: str
) -> None:
    other = make_user("cleo@example.com", name="Cleo")
    page = f"/hand-offs/{handed.row().id}"
    client = app.test_client()
    path = handed.path
    if who == "owner":
        handed.set(asked_by_id=administrator.id)
        handed.change(owner_id=other.id)
    people = {"asker": None, "owner": other, "administrator": administrator, "member": other, "nobody": None}
    if who == "asker":
        client = handed.asker
    elif (person := people[who]) is not None:
        sign_in_as(client, person)

    answer = post(client, f"{page}/withdraw", page=ANY_PAGE if who == "nobody" else page)

    withdrawn = who in ("asker", "owner", "administrator")
    assert answer.status_code == (403 if who == "member" else 303)
    assert handed.stranger.get(path).status_code == (410 if withdrawn else 200)


def test_a_stranger_sees_nothing_of_the_pages_of_whoever_asked(handed: Handed) -> None:
    page = f"/hand-offs/{handed.row().id}"

    assert handed.stranger.get(page).location.startswith("/sign-in")
    assert handed.stranger.get(f"{page}/state").status_code in (303, 401)


def test_what_is_long_past_is_forgotten_when_the_next_one_is_made(
    app: Flask, hand_over: Callable[..., Handed], as_member: User, make_connection: MakeConnection
) -> None:
    old = hand_over()
    old.set(expires_at=utcnow().replace(year=utcnow().year - 1))
    page = f"/connections/{old.connection_id}"

    post(old.asker, f"{page}/hand-off", page=page)

    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Handoff)) == 1


def test_a_deleted_connection_takes_its_hand_off_along(handed: Handed) -> None:
    path, page = handed.path, f"/connections/{handed.connection_id}/delete"

    post(handed.asker, page, page=page)

    assert handed.stranger.get(path).status_code == 404


def test_a_result_from_before_a_change_is_not_handed_over(handed: Handed) -> None:
    page = f"/connections/{handed.connection_id}"
    handed.set(withdrawn_at=utcnow())
    handed.change(address="other@example.com", user="other@example.com", state=CheckState.NOT_TESTED)

    answer = post(handed.asker, f"{page}/hand-off", page=page)

    assert answer.location == page
    assert "the connection was changed since" in words(handed.asker.get(page))


def test_a_link_whose_key_was_lost_is_replaced_by_a_new_one(handed: Handed, settings: Settings) -> None:
    first, page = handed.row().id, f"/connections/{handed.connection_id}"
    handed.app.extensions.pop("postroom.secret_box", None)
    (settings.data_dir / "data.key").unlink()
    read_or_make_key(settings.data_dir / "data.key", lambda: new_key().replace("k1:", "k2:"))

    answer = post(handed.asker, f"{page}/hand-off", page=page)

    assert answer.location != f"/hand-offs/{first}"
    assert handed.asker.get(answer.location).status_code == 200


def test_a_hand_off_that_is_deleted_while_it_is_withdrawn_is_no_fault(
    handed: Handed, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = f"/hand-offs/{handed.row().id}"
    form_token = csrf_token(handed.asker, page)
    ask = views._may_withdraw

    def deleted_meanwhile(hand_off: Handoff) -> bool:
        db.session.execute(delete(Handoff).execution_options(synchronize_session=False))
        return ask(hand_off)

    monkeypatch.setattr(views, "_may_withdraw", deleted_meanwhile)

    assert handed.asker.post(f"{page}/withdraw", data={"csrf_token": form_token}).status_code == 303


def test_a_message_too_long_for_a_mail_program_leaves_the_steps_to_the_link() -> None:
    long = HandoffMessage(subject="Café", text="step\n" * 500, brief="see https://portal/hand-off/x\n")
    short = HandoffMessage(subject="Café", text="step\n", brief="brief")

    assert long.mailto == "mailto:?subject=Caf%C3%A9&body=see%20https%3A//portal/hand-off/x%0D%0A"
    assert short.mailto == "mailto:?subject=Caf%C3%A9&body=step%0D%0A"


@pytest.mark.parametrize("slug", PROBLEMS)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_mail_program_is_given_the_link_whatever_the_problem(app: Flask, slug: str) -> None:
    hand_off = Handoff(
        mailbox="ann.longname@subsidiary.example.com", address="ann.longname@subsidiary.example.com", account="",
        credential_type=OUTLOOK, problem=slug, failure="", expires_at=utcnow(),
    )  # fmt: skip
    standing = HandoffStatus(hand_off)
    vars(standing).update(connection=None, diagnosis=Diagnosis(problem=PROBLEMS[slug]))

    with app.test_request_context("/"):
        message = render_message(standing, "https://portal.example.com/hand-off/" + "x" * 43)

    assert len(message.mailto) <= 2000
    assert "https%3A//portal.example.com/hand-off/xxx" in message.mailto
    assert not re.search(r" $|\n\n\n", message.text + message.brief, re.MULTILINE)


def test_a_connection_that_is_deleted_while_it_is_handed_over_is_a_conflict(
    handed: Handed, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed.set(withdrawn_at=utcnow())
    page = f"/connections/{handed.connection_id}"

    def deleted_meanwhile(connection: Connection, stored: CheckReport) -> CheckResult:
        verdict = check_result_of(connection, stored)
        db.session.execute(delete(Connection).execution_options(synchronize_session=False))
        return verdict

    monkeypatch.setattr(views, "check_result_of", deleted_meanwhile)

    answer = post(handed.asker, f"{page}/hand-off", page=page)

    assert answer.status_code == 409
    assert "Somebody else was quicker" in words(answer)
