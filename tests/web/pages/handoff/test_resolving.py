"""What a stranger with the link sees and may do."""

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.conftest import csrf_token
from tests.http_client import ANY_PAGE, post, words
from tests.web.pages.handoff.conftest import Handed
from webapp.config.settings import Settings
from webapp.core.imap import run_check
from webapp.models import CheckReport, CheckState, Connection, Handoff, User, db, utcnow
from webapp.practice.imap_server.scenarios import DOMAIN, PASSWORD
from webapp.services.connections import checks
from webapp.services.providers.gmail import GMAIL
from webapp.web.pages.handoff import views


def times_tested(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(CheckReport)) or 0


def state_of(handed: Handed) -> CheckState:
    with handed.app.app_context():
        return db.session.get_one(Connection, handed.connection_id).state


def test_it_says_who_asks_for_which_mailbox_and_what_to_do(handed: Handed) -> None:
    page = handed.look()
    text = words(page)

    assert page.status_code == 200
    assert "Ben asks for your help with imap-disabled@practice.test" in text
    assert "IMAP is switched off" in text
    assert "Mailbox administrator" in text
    assert "Enable IMAP access for all users" in text
    assert re.search(rf"Mail server [\w.-]+\.{DOMAIN}:\d+", text)
    assert 'class="who who-you"' not in page.get_data(as_text=True)


def test_it_shows_no_secret_and_no_way_into_the_portal(handed: Handed) -> None:
    page = handed.look().get_data(as_text=True)

    assert PASSWORD not in page
    assert "Invoices inbox" not in page
    assert "/connections/" not in page
    assert "Administration" not in page


def test_it_is_kept_from_search_engines_and_caches(handed: Handed) -> None:
    headers = handed.look().headers

    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"


def test_it_turns_green_on_both_sides_when_it_is_mended(handed: Handed, any_moment: None) -> None:
    handed.mend()

    answer = handed.check_again()

    assert answer.status_code == 303
    text = words(handed.look())
    assert "It works now" in text
    assert "Test again" not in text
    assert state_of(handed) is CheckState.WORKS
    assert "Works" in words(handed.asker.get(f"/connections/{handed.connection_id}"))


def test_a_test_by_whoever_asked_turns_it_green_too(handed: Handed) -> None:
    handed.mend()
    page = f"/connections/{handed.connection_id}"
    post(handed.asker, f"{page}/test", page=page)

    assert "It works now" in words(handed.look())


def test_what_is_not_mended_yet_stays_red(handed: Handed, any_moment: None) -> None:
    handed.check_again()

    assert "IMAP is switched off" in words(handed.look())
    assert times_tested(handed.app) == 2


def test_another_problem_than_the_one_asked_about_is_named_as_such(handed: Handed, any_moment: None) -> None:
    handed.change(user=f"account-disabled@{DOMAIN}")

    handed.check_again()

    text = words(handed.look())
    assert "The first problem no longer shows. Now the test stops here." in text
    assert "The account is disabled" in text or "account has been" in text


def test_whoever_asked_is_named_when_it_is_their_turn(handed: Handed, any_moment: None) -> None:
    handed.change(user=f"app-password-required@{DOMAIN}")

    handed.check_again()

    text = words(handed.look())
    assert "Now it is Ben's turn" in text


def test_a_changed_connection_is_said_to_want_another_test(handed: Handed, any_moment: None) -> None:
    handed.check_again()
    handed.change(state=CheckState.NOT_TESTED)

    assert "The connection was changed since its last test" in words(handed.look())


def test_the_mail_server_is_asked_once_a_minute_at_most(handed: Handed) -> None:
    handed.mend()

    answer = handed.check_again()

    assert times_tested(handed.app) == 1
    text = words(handed.stranger.get(answer.location))
    assert "It can be tested once a minute: the next time in " in text
    assert "It works now" not in text


def test_a_minute_later_it_is_asked_again(handed: Handed, app: Flask) -> None:
    with app.app_context():
        for report in db.session.scalars(select(CheckReport)):
            report.started_at -= timedelta(seconds=61)
        db.session.commit()

    handed.check_again()

    assert times_tested(handed.app) == 2


def test_of_two_who_press_at_once_one_has_it_tested(handed: Handed, any_moment: None) -> None:
    path, together = handed.path, threading.Barrier(2)

    def press() -> int:
        client = handed.app.test_client()
        page = client.get(path).get_data(as_text=True)
        token = page.split('csrf_token" value="')[1].split('"')[0]
        together.wait()
        return client.post(f"{path}/test", data={"csrf_token": token}).status_code

    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(press) for _ in range(2)]

    assert [answer.result() for answer in answers] == [303, 303]
    assert times_tested(handed.app) in (2, 3)
    assert handed.look().status_code == 200


def test_htmx_gets_the_result_in_place(handed: Handed, any_moment: None) -> None:
    handed.mend()
    token = handed.look().get_data(as_text=True).split('csrf_token" value="')[1].split('"')[0]

    answer = handed.stranger.post(
        f"{handed.path}/test", data={"csrf_token": token}, headers={"HX-Request": "true"}
    ).get_data(as_text=True)

    assert answer.lstrip().startswith('<div id="hand-off"')
    assert "It works now" in answer


def test_a_test_needs_the_token_of_the_form(handed: Handed) -> None:
    assert handed.stranger.post(f"{handed.path}/test").status_code == 400
    assert times_tested(handed.app) == 1


def test_a_mail_scanner_that_fetches_the_link_has_not_opened_it(handed: Handed) -> None:
    handed.look()

    assert handed.row().opened_at is None


def test_a_browser_that_shows_it_has_opened_it_and_so_has_who_presses(handed: Handed, any_moment: None) -> None:
    handed.stranger.get(f"{handed.path}/state")
    first = handed.row().opened_at
    handed.check_again()

    assert first is not None
    assert handed.row().opened_at == first


def test_whoever_asked_does_not_count_as_a_reader(handed: Handed) -> None:
    handed.asker.get(f"{handed.path}/state")

    assert handed.row().opened_at is None


def test_a_page_that_waits_is_told_when_there_is_news(handed: Handed, any_moment: None) -> None:
    waiting = handed.look().get_data(as_text=True).partition('hx-get="')[2].partition('"')[0]
    assert "HX-Refresh" not in handed.stranger.get(waiting).headers

    handed.mend()
    handed.check_again()

    assert handed.stranger.get(waiting).headers["HX-Refresh"] == "true"


def test_a_link_that_has_expired_names_who_makes_a_new_one(handed: Handed) -> None:
    path = handed.path
    handed.set(expires_at=utcnow() - timedelta(seconds=1))

    page = handed.stranger.get(path)

    assert page.status_code == 410
    assert "This link has expired Ask Ben for a new one" in words(page)
    assert handed.stranger.get(f"{path}/state").headers["HX-Refresh"] == "true"


def test_it_opens_for_fourteen_days(handed: Handed) -> None:
    row = handed.row()

    assert row.expires_at - row.asked_at == timedelta(days=14)


def test_a_made_up_link_is_not_found(handed: Handed) -> None:
    for token in ("x", "x" * 43, "%00", "a" * 3000):
        assert handed.stranger.get(f"/hand-off/{token}").status_code == 404
        assert handed.stranger.get(f"/hand-off/{token}/state").status_code == 404


def test_who_tries_too_often_has_to_wait(handed: Handed) -> None:
    answers = [handed.check_again().status_code for _ in range(25)]

    assert answers[0] == 303
    assert answers[-1] == 429


def test_markup_in_a_name_stays_text(hand_over: Callable[..., Handed], app: Flask) -> None:
    handed = hand_over()
    with app.app_context():
        db.session.execute(update(User).values(name="<b>Ben</b>"))
        db.session.commit()

    assert "<b>Ben" not in handed.look().get_data(as_text=True)


def test_who_asked_may_have_left(handed: Handed) -> None:
    handed.set(asked_by_id=None)

    assert "Somebody who has left asks for your help" in words(handed.look())


def test_a_connection_that_was_changed_to_another_mailbox_is_none_of_the_strangers_business(
    handed: Handed, any_moment: None
) -> None:
    path, page = handed.path, f"/connections/{handed.connection_id}"
    assert "Handed over" in words(handed.asker.get(page))
    handed.mend()
    handed.change(address=f"secret@{DOMAIN}", user=f"secret@{DOMAIN}")

    answers = [handed.stranger.get(path), post(handed.stranger, f"{path}/test", page=ANY_PAGE)]

    for answer in answers:
        assert answer.status_code == 410
        assert "This link is for another mailbox by now Ask Ben for a new one" in words(answer)
        assert "secret" not in answer.get_data(as_text=True)
    assert times_tested(handed.app) == 1
    assert "Handed over" not in words(handed.asker.get(page))


def test_a_link_that_is_withdrawn_while_it_tests_shows_nothing_more(
    handed: Handed, any_moment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, form_token = handed.path, csrf_token(handed.stranger, ANY_PAGE)

    def withdrawn_meanwhile(connection_id: int) -> None:
        db.session.commit()
        with handed.app.app_context():
            db.session.execute(update(Handoff).values(withdrawn_at=utcnow()))
            db.session.commit()

    monkeypatch.setattr(views, "check_and_store", withdrawn_meanwhile)

    answer = handed.stranger.post(f"{path}/test", data={"csrf_token": form_token}, headers={"HX-Request": "true"})

    assert answer.status_code == 410
    assert "This link was withdrawn" in words(answer)


def test_no_transaction_is_open_while_the_mail_server_is_waited_for(
    handed: Handed, any_moment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []

    def watched(*given: Any, **named: Any) -> Any:
        held.append(db.session().in_transaction())
        return run_check(*given, **named)

    monkeypatch.setattr(checks, "run_check", watched)

    handed.check_again()

    assert held == [False]


def test_without_the_data_key_a_stranger_hears_who_has_to_act_and_nothing_of_keys(
    handed: Handed, any_moment: None, settings: Settings
) -> None:
    path = handed.path
    handed.app.extensions.pop("postroom.secret_box", None)
    (settings.data_dir / "data.key").unlink()

    looked, tested = handed.stranger.get(path), post(handed.stranger, f"{path}/test", page=ANY_PAGE)

    assert looked.status_code == 200
    assert tested.status_code == 500
    assert "Whoever runs this portal has to act." in words(tested)
    assert "key" not in words(tested)


def test_a_user_name_that_names_no_mailbox_gives_way_to_the_address(hand_over: Callable[..., Handed]) -> None:
    handed = hand_over(user="imap-disabled")

    assert "Ben asks for your help with imap-disabled@practice.test" in words(handed.look())


def test_a_connection_of_another_credential_type_by_now_is_still_the_same_mailbox(
    handed: Handed, any_moment: None
) -> None:
    handed.change(credential_type=GMAIL, host="", sealed_password="", state=CheckState.NOT_TESTED)

    assert handed.look().status_code == 200
    assert handed.check_again().status_code == 303
    assert "Ben asks for your help" in words(handed.look())


def test_a_stranger_is_offered_no_way_to_pages_that_want_a_sign_in(handed: Handed) -> None:
    path = handed.path
    handed.set(withdrawn_at=utcnow())

    assert "Go to the connections" not in words(handed.stranger.get(path))


class TestWhereHelpIsClosed:
    """A stranger is led to no page that asks for a sign-in."""

    @pytest.fixture
    def more_settings(self) -> dict[str, object]:
        return {"help_public": False}

    def test_neither_the_page_nor_the_message_links_to_help(self, handed: Handed) -> None:
        page = handed.look().get_data(as_text=True)
        asked = handed.asker.get(f"/hand-offs/{handed.row().id}").get_data(as_text=True)
        message = asked.partition("<textarea")[2].partition("</textarea>")[0]

        assert 'href="/help' not in page.partition("<main")[2]
        assert "/help/" not in message
        assert "If it is not that" in page
