"""Doing something with messages: marks at once; moves and deletions after a preview, and back again by Undo."""

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from tests.conftest import sign_in_as
from tests.http_client import post, words
from tests.web.pages.connections.conftest import MakeConnection
from tests.web.pages.mailbox.conftest import Reader, page
from tests.web.pages.mailbox.form_submission import press
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap.mailbox.mailbox_list import Mailbox, list_mailboxes
from webapp.core.imap.protocol.errors import (
    ConnectError,
    MailboxError,
    NotFoundError,
    ReadOnlyError,
    UidValidityChangedError,
)
from webapp.core.imap.protocol.session import Session
from webapp.models import User
from webapp.services.mail_actions import executor, journal
from webapp.services.mail_actions.journal import BatchOutcome, BatchStart
from webapp.services.mail_actions.journal_records import ActionRecord
from webapp.services.mail_actions.service import NoArchiveError, NoTrashError
from webapp.web.mailbox_slug import encode_mailbox_name
from webapp.web.pages.mailbox import action_views, history_views, message_list_views

_ROW = re.compile(r'name="m" value="([^"]+)">.*?<span class="what"><bdi>(.*?)</bdi>', re.DOTALL)


class Actor(Reader):
    """A person who acts on messages: ticks them by their subjects, and presses a button."""

    def rows(self, mailbox: str = "INBOX", **search: str) -> dict[str, str]:
        return {unescape(subject): value for value, subject in _ROW.findall(page(self.look(mailbox, **search)))}

    def act(
        self, label: str, *subjects: str, mailbox: str = "INBOX", all_: bool = False, **search: str
    ) -> TestResponse:
        shown = self.look(mailbox, **search)
        rows = self.rows(mailbox, **search)
        ticked = [("m", rows[subject]) for subject in subjects] + ([("all", "1")] if all_ else [])
        return press(self.client, shown, label, fields=ticked)

    def then(self, response: TestResponse, label: str, **fields: str) -> TestResponse:
        return press(self.client, response, label, fields=list(fields.items()))

    def notice(self, response: TestResponse) -> TestResponse:
        assert response.status_code == 303, words(response)
        return self.client.get(response.headers["Location"])

    def unread(self, mailbox: str = "INBOX") -> set[str]:
        return set(re.findall(r'<li class="unread">.*?"what"><bdi>(.*?)</bdi>', page(self.look(mailbox)), re.DOTALL))


@pytest.fixture
def actor(client: FlaskClient, as_member: User, make_connection: MakeConnection) -> Actor:
    """Sign a member in, with a connection to a mailbox that no other test looks into."""
    return Actor(client, f"/connections/{make_connection(as_member, 'works-user-name')}/mail")


def test_marks_are_set_at_once_and_one_is_back_on_the_same_page(actor: Actor) -> None:
    response = actor.act("Mark read", "Lunch on Thursday?", "Printer on the second floor", unread="1")

    assert response.headers["Location"].endswith(f"/mail/{encode_mailbox_name('INBOX')}/?unread=1")
    assert "2 messages marked as read." in words(actor.notice(response))
    assert actor.unread() == {"This week at the harbour"}
    actor.act("Mark unread", "Lunch on Thursday?", "Printer on the second floor")
    assert len(actor.unread()) == 3


def test_from_a_message_one_gets_back_to_the_search_it_was_found_by(actor: Actor) -> None:
    found = actor.look(subject="Figures")
    address = unescape(re.findall(r'<a href="([^"]+)">\s*<span class="who-wrote">', page(found))[0])
    back = f"{actor.path}/{encode_mailbox_name('INBOX')}/?subject=Figures"

    shown = actor.client.get(address)
    preview = press(actor.client, shown, "Delete")
    done = actor.then(preview, "Delete 1 message")

    assert f'href="{back}">← ' in page(shown)
    assert f'href="{address}">Cancel' in page(preview)
    assert done.headers["Location"] == back
    actor.then(actor.notice(done), "Undo")


def test_a_flag_set_on_the_page_of_a_message_leads_back_to_it(actor: Actor) -> None:
    path = actor.path_of("Figures for October")

    response = press(actor.client, actor.client.get(path), "Flag")

    assert response.headers["Location"] == path
    assert "Unflag" in words(actor.notice(response))
    press(actor.client, actor.client.get(path), "Unflag")


def test_a_move_is_shown_before_it_happens_and_can_be_undone(actor: Actor) -> None:
    before = {name: actor.rows(name) for name in ("INBOX", "Archive", "Invoices")}
    chosen = ("Re: Holiday plan", "Grüße aus Köln 🌧️")

    where = actor.act("Move to…", *chosen)
    shown = actor.then(where, "Continue", destination=encode_mailbox_name("Invoices"))

    assert "2 messages will move from INBOX to Invoices." in words(shown)
    assert {name: actor.rows(name) for name in before} == before, "a preview changes nothing"

    done = actor.notice(actor.then(shown, "Move 2 messages"))

    assert "2 messages moved to Invoices. Undo" in words(done)
    assert set(actor.rows("Invoices")) == {*before["Invoices"], *chosen}
    assert set(actor.rows()) == set(before["INBOX"]) - set(chosen)

    back = actor.notice(actor.then(done, "Undo"))

    assert "2 messages are back in INBOX." in words(back)
    assert {name: set(actor.rows(name)) for name in before} == {name: set(rows) for name, rows in before.items()}


def test_what_is_deleted_goes_to_the_trash_and_comes_back_from_the_list_of_changes(actor: Actor) -> None:
    shown = actor.act("Delete", "Bike rack", mailbox="Archive")
    assert "1 message will move from Archive to Trash." in words(shown)
    actor.then(shown, "Delete 1 message")

    listed = actor.client.get(f"{actor.path}/changes")

    assert "1 message moved from Archive to Trash" in words(listed)
    assert "Archive to Trash Ben just now" in words(listed)
    assert "1 message is back in Archive." in words(actor.notice(actor.then(listed, "Undo")))
    assert "Bike rack" in actor.rows("Archive")
    again = actor.client.get(f"{actor.path}/changes")
    assert "Undone." in words(again)
    assert "/undo" not in page(again)


def test_in_the_trash_deleting_is_for_good_and_says_so(actor: Actor) -> None:
    assert "Delete permanently" not in words(actor.look())

    shown = actor.act("Delete permanently", "You have won a boat", mailbox="Trash")

    assert "1 message will be deleted permanently from Trash. This is for good" in words(shown)
    done = actor.notice(actor.then(shown, "Delete 1 message permanently"))
    assert "1 message deleted permanently." in words(done)
    assert "Undo" not in words(done)
    assert actor.rows("Trash") == {}


def test_elsewhere_deleting_for_good_is_a_second_choice(actor: Actor) -> None:
    shown = actor.act("Delete", "Holiday plan", mailbox="Sent")

    again = actor.then(shown, "Delete permanently instead…")

    assert "1 message will be deleted permanently from Sent." in words(again)
    assert "Holiday plan" in actor.rows("Sent"), "it is still only shown"


def test_everything_that_was_found_is_acted_on_and_nothing_else(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_list_views, "PAGE_SIZE", 1)
    assert "All 2 messages found" in words(actor.look("Invoices", text="Hosting"))

    shown = actor.act("Archive", mailbox="Invoices", all_=True, text="Hosting")

    assert "2 messages will move from Invoices to Archive." in words(shown)
    response = actor.then(shown, "Archive 2 messages")
    assert response.headers["Location"].endswith("?text=Hosting")
    done = actor.notice(response)
    assert "2 messages moved to Archive." in words(done)
    assert "Ihre Rechnung Nr. 2117" in actor.rows("Invoices")
    actor.then(done, "Undo")


def test_what_changed_since_it_was_shown_is_shown_anew(actor: Actor) -> None:
    shown = actor.act("Mark unread", mailbox="Sent", all_=True)
    assert "3 messages will be marked as unread." in words(shown)
    moved = actor.notice(actor.then(actor.act("Archive", "Offer for the website", mailbox="Sent"), "Archive 1 message"))

    again = actor.then(shown, "Mark 3 messages as unread")

    assert again.status_code == 409
    assert "The mailbox changed meanwhile, so nothing was done." in words(again)
    assert "2 messages will be marked as unread." in words(again)
    assert actor.unread("Sent") == set()
    actor.then(moved, "Undo")


def test_pressed_twice_it_is_done_once_and_the_second_press_says_so(actor: Actor) -> None:
    shown = actor.act("Archive", "Invoice CB-1002", mailbox="Invoices")
    first = actor.notice(actor.then(shown, "Archive 1 message"))

    second = actor.notice(actor.then(shown, "Archive 1 message"))

    assert "Nothing was changed. 1 message was not there any more." in words(second)
    assert "1 message is back in Invoices." in words(actor.notice(actor.then(first, "Undo")))
    assert "This was undone already." in words(actor.notice(actor.then(first, "Undo")))


def test_nothing_selected_is_said_and_nothing_done(actor: Actor) -> None:
    for label in ("Mark read", "Archive", "Move to…"):
        assert "first select the messages" in words(actor.notice(actor.act(label, text="plant")))


def test_nothing_is_counted_to_ask_where_to(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def listing(session: Session, *, counted: bool = True) -> tuple[Mailbox, ...]:
        asked.append(counted)
        return list_mailboxes(session, counted=counted)

    monkeypatch.setattr(action_views, "list_mailboxes", listing)

    assert "Invoices" in words(actor.act("Copy to…", "Figures for October"))
    assert asked == [False]


def test_a_destination_that_was_not_chosen_is_asked_for_again(actor: Actor) -> None:
    where = actor.act("Copy to…", "Figures for October")

    assert "Where to" in words(actor.then(where, "Continue", destination=""))
    shown = actor.then(where, "Continue", destination=encode_mailbox_name("INBOX"))
    assert "in INBOX already" in words(shown)
    assert "<button" not in page(shown).split('class="actions"')[1]


@pytest.mark.parametrize(
    "forged",
    [
        {"kind": "format"},
        {"kind": ""},
        {"validity": "x"},
        {"validity": "9" * 20},
        {"m": "1"},
        {"m": "0."},
        {"m": "4294967296.abc"},
        {"m": "1.../../etc"},
        {"m": "1.\r\nA1 LOGOUT"},
        {"destination": "!"},
        {"destination": encode_mailbox_name("a\r\nLOGOUT")},
    ],
)
@pytest.mark.parametrize("step", ["preview", "act"])
def test_what_no_page_has_sent_is_refused(actor: Actor, forged: dict[str, str], step: str) -> None:
    fields = {"kind": "move", "validity": "1", "m": "1.", **forged}

    response = post(
        actor.client, f"{actor.path}/{encode_mailbox_name('INBOX')}/{step}", page="/connections/new", **fields
    )

    assert response.status_code in (400, 404)
    assert "Traceback" not in words(response)
    asked = actor.client.get(f"{actor.path}/{encode_mailbox_name('INBOX')}/preview", query_string=fields)
    assert asked.status_code in (400, 404)


def test_messages_of_another_uid_validity_are_not_touched(actor: Actor) -> None:
    fields = {"kind": "delete", "validity": "1", "m": "101."}
    path = f"{actor.path}/{encode_mailbox_name('INBOX')}"

    shown = actor.client.get(f"{path}/preview", query_string=fields)
    done = post(actor.client, f"{path}/act", page="/connections/new", **fields)

    assert (shown.status_code, done.status_code) == (410, 410)
    assert len(actor.rows()) == 12


def test_going_back_after_an_act_shows_what_is_true_by_then(actor: Actor) -> None:
    shown = actor.act("Delete", "Figures for October")
    assert "1 message will move from INBOX to Trash." in words(shown)
    done = actor.notice(actor.then(shown, "Delete 1 message"))

    back = actor.client.get(shown.request.full_path)

    assert "None of these messages is there any more" in words(back)
    assert "Delete 1 message" not in words(back)
    actor.then(done, "Undo")


def test_more_than_an_address_can_hold_is_shown_all_the_same(actor: Actor) -> None:
    listed = actor.look()
    chosen = next(iter(actor.rows().values()))
    long = [(name, "ü" * 200) for name in ("text", "sender", "subject")]

    shown = press(actor.client, listed, "Delete", fields=[("m", chosen), *long])

    assert "1 message will move from INBOX to Trash." in words(shown)
    assert shown.request.method == "POST"


def test_what_the_portal_could_not_write_down_is_not_said_to_be_undone(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    subject = next(iter(actor.rows()))
    shown = actor.act("Delete", subject)
    with monkeypatch.context() as full:
        full.setattr(journal, "finish_batch", busy)
        response = actor.then(shown, "Delete 1 message")

    assert response.status_code == 503
    assert "It may have been done" in words(response)
    assert "Nothing was changed" not in words(response)
    assert subject not in actor.rows()
    actor.then(actor.client.get(f"{actor.path}/changes"), "Undo")
    assert subject in actor.rows()


def test_thousands_of_messages_that_are_not_there_are_counted_as_gone(actor: Actor) -> None:
    shown = actor.act("Delete", "Figures for October")
    many = [("m", f"{uid}.") for uid in range(5000, 9000)]

    again = press(actor.client, actor.look(), "Delete", fields=many)

    assert "1 message will move" in words(shown)
    assert "None of these messages is there any more" in words(again)
    assert "4,000 messages are not there any more." in words(again)
    assert press(actor.client, actor.look(), "Delete", fields=many * 12).status_code == 413


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (ReadOnlyError("[READ-ONLY] Not yours"), 409, "This mailbox is for looking only"),
        (NoTrashError("none"), 409, "There is no mailbox for deleted messages"),
        (NoArchiveError("none"), 409, "There is no archive"),
        (NotFoundError("[NONEXISTENT] Gone"), 404, "There is no such mailbox"),
        (UidValidityChangedError("anew"), 410, "The mail server has numbered this mailbox anew"),
        (MailboxError("[OVERQUOTA] Quota exceeded (mailbox for user is full)"), 424, "The mailbox is full"),
        (
            ConnectError("The server closed the connection", symptom=Symptom.DROPPED),
            424,
            "The mail server did not finish Nothing was changed.",
        ),
    ],
)
def test_a_server_that_does_not_play_along_is_explained(
    actor: Actor, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, said: str
) -> None:
    shown = actor.act("Delete", "Figures for October")

    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(action_views, "execute", refuse)
    response = actor.then(shown, "Delete 1 message")

    assert response.status_code == status
    assert said in words(response)
    assert "Nothing was changed." in words(response)
    assert f'href="{actor.path}/{encode_mailbox_name("INBOX")}/"' in page(response)


def test_without_a_trash_one_gets_back_to_the_messages(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise NoTrashError("none")

    monkeypatch.setattr(action_views, "preview", refuse)

    response = actor.act("Delete", "Figures for October")

    assert "There is no mailbox for deleted messages" in words(response)
    assert f'href="{actor.path}/{encode_mailbox_name("INBOX")}/">Show the messages' in page(response)
    assert f'href="{actor.path}/{encode_mailbox_name("INBOX")}/"' in page(response)


def test_what_takes_long_is_done_in_portions_and_undone_as_one(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.services.mail_actions.journal.BATCH_SIZE", 2)
    for views in (action_views, history_views):
        monkeypatch.setattr(views, "MESSAGES_PER_REQUEST", 0)
    before = {name: set(actor.rows(name)) for name in ("INBOX", "Invoices")}
    where = actor.act("Move to…", all_=True)
    shown = actor.then(where, "Continue", destination=encode_mailbox_name("Invoices"))

    portion = actor.then(shown, "Move 12 messages")

    assert "2 of 12 messages moved to Invoices" in words(portion)
    assert "data-goes-on" in page(portion)
    listed = actor.client.get(f"{actor.path}/changes")
    assert "Interrupted: 2 of 12 messages moved to Invoices." in words(listed)
    assert "4 of 12" in words(actor.then(listed, "Go on"))
    for _ in range(4):
        portion = actor.then(portion, "Go on")
    done = actor.notice(portion)
    assert "12 messages moved to Invoices." in words(done)
    assert set(actor.rows("Invoices")) == before["Invoices"] | before["INBOX"]

    portion = actor.then(done, "Undo")
    while portion.status_code == 200:
        portion = actor.then(portion, "Go on")

    assert "12 messages are back in INBOX." in words(actor.notice(portion))
    assert {name: set(actor.rows(name)) for name in before} == before


def test_a_failure_in_the_middle_says_how_far_it_came(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.services.mail_actions.journal.BATCH_SIZE", 1)
    taken = executor._run_batch

    def full_after_two(session: Session, act: ActionRecord, step: BatchStart, *rest: Any) -> BatchOutcome:
        if step.number == 2:
            raise MailboxError("[OVERQUOTA] Quota exceeded (mailbox for user is full)")
        return taken(session, act, step, *rest)

    monkeypatch.setattr(executor, "_run_batch", full_after_two)
    before = actor.rows()
    shown = actor.act("Archive", *list(before)[:3])

    response = actor.then(shown, "Archive 3 messages")

    assert response.status_code == 424
    assert "2 of 3 messages moved to Archive before it stopped." in words(response)
    assert "The mailbox is full" in words(response)
    listed = actor.client.get(f"{actor.path}/changes")
    assert "back in INBOX." in words(actor.notice(actor.then(listed, "Undo")))
    assert set(actor.rows()) == set(before)


def test_everybody_acts_on_every_connection_and_is_named(actor: Actor, administrator: User) -> None:
    other = actor.client.application.test_client()
    sign_in_as(other, administrator)
    theirs = Actor(other, actor.path)
    theirs.then(theirs.act("Delete", "Winter programme", mailbox="Archive"), "Delete 1 message")

    listed = actor.client.get(f"{actor.path}/changes")

    assert f"moved from Archive to Trash {administrator.name}" in words(listed)
    actor.then(listed, "Undo")


@pytest.mark.parametrize("path", ["SU5CT1g/preview", "SU5CT1g/act", "changes/1/undo", "changes/1/go-on"])
def test_an_unknown_connection_is_not_found(actor: Actor, path: str) -> None:
    fields = {"kind": "seen", "validity": "1", "m": "1."}

    response = post(actor.client, f"/connections/999/mail/{path}", page="/connections/new", **fields)

    assert response.status_code == 404


def test_an_act_of_another_connection_is_not_known(
    actor: Actor, as_member: User, make_connection: MakeConnection
) -> None:
    shown = actor.act("Archive", "Invoice CB-1009", mailbox="Invoices")
    done = actor.notice(actor.then(shown, "Archive 1 message"))
    act = re.findall(r"/changes/(\d+)/undo", page(done))[0]
    other = make_connection(as_member, name="Another")

    response = post(actor.client, f"/connections/{other}/mail/changes/{act}/undo", page="/connections/new")

    assert "This change is not known any more." in words(actor.notice(response))
    assert "Invoice CB-1009" not in actor.rows("Invoices")
    actor.then(done, "Undo")
