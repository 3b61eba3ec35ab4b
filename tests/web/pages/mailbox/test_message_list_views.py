"""The list of messages beside the mailboxes."""

import re
from dataclasses import replace
from typing import Any

import pytest

from tests.conftest import sign_in_as
from tests.http_client import HOSTILE_TEXTS, post, words
from tests.web.pages.mailbox.conftest import Reader, page
from webapp.core.imap.mailbox.mailbox_list import Mailbox
from webapp.core.imap.mailbox.messages import MessageListing, list_messages
from webapp.core.imap.protocol.errors import MailboxError
from webapp.models import User
from webapp.web.mailbox_slug import encode_mailbox_name
from webapp.web.pages.mailbox import message_list_views


def subjects(reader: Reader, mailbox: str = "INBOX", **search: str) -> list[str]:
    return re.findall(r'<span class="what"><bdi>(.*?)</bdi>', page(reader.look(mailbox, **search)))


def test_reading_begins_with_the_inbox(reader: Reader) -> None:
    response = reader.client.get(f"{reader.path}/")

    assert response.status_code == 303
    assert response.headers["Location"] == f"{reader.path}/{encode_mailbox_name('INBOX')}/"


def test_messages_stand_newest_first_with_the_unread_ones_marked(reader: Reader) -> None:
    response = reader.look()

    assert subjects(reader)[:2] == ["Lunch on Thursday?", "Printer on the second floor"]
    assert page(response).count('<li class="unread">') == 3
    assert "12 messages, 3 unread" in words(response)
    assert "Unread. Mila Okonkwo Lunch on Thursday? 2 hours ago" in words(response)
    assert "no message is marked as read" in words(response)


def test_all_mailboxes_stand_beside_them(reader: Reader) -> None:
    shown = page(reader.look("Entwürfe"))

    for name in ("INBOX", "Entwürfe", "Sent", "Trash", "Archive", "Invoices"):
        assert f'/{encode_mailbox_name(name)}/" title="{name}"' in shown
    assert f'/{encode_mailbox_name("Entwürfe")}/" title="Entwürfe" aria-current="page"' in shown


def test_of_what_was_sent_the_recipient_is_shown(reader: Reader) -> None:
    assert "To Mila Okonkwo Re: Lunch on Thursday?" in words(reader.look("Sent"))


def test_pages_lead_to_older_messages_and_back(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_list_views, "PAGE_SIZE", 5)
    everything = subjects(reader)
    seen, link = [], f"{reader.path}/{encode_mailbox_name('INBOX')}/"
    while link:
        shown = page(reader.client.get(link))
        seen.append(re.findall(r'<span class="what"><bdi>(.*?)</bdi>', shown))
        link = next(iter(re.findall(r'rel="next" href="([^"]+)"', shown)), "").replace("&amp;", "&")
    back = re.findall(r'rel="prev" href="([^"]+)"', shown)

    assert [len(each) for each in seen] == [5, 5, 2]
    assert seen[0] == everything
    assert len({subject for each in seen for subject in each}) == 12
    assert re.findall(r'<span class="what"><bdi>(.*?)</bdi>', page(reader.client.get(back[0]))) == seen[1]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ({"text": "Gerald"}, ["The meeting room has a plant now"]),
        ({"sender": "zoe"}, ["Grüße aus Köln 🌧️"]),
        ({"subject": "Figures"}, ["Figures for October"]),
        ({"text": "Gerald", "subject": "figures"}, []),
        ({"unread": "1", "sender": "tom"}, ["Printer on the second floor"]),
        ({"recipient": "practice.test", "subject": "Figures"}, ["Figures for October"]),
        ({"recipient": "nobody", "subject": "Figures"}, []),
        ({"since": "2999-01-01"}, []),
        ({"before": "2001-01-01"}, []),
        ({"text": "nowhere at all"}, []),
    ],
)
def test_search_finds_what_fits(reader: Reader, search: dict[str, str], found: list[str]) -> None:
    assert subjects(reader, **search) == found


def test_the_form_keeps_what_was_searched_and_nothing_found_leads_back(reader: Reader) -> None:
    response = reader.look(text='"><b>', unread="1")

    assert 'value="&#34;&gt;&lt;b&gt;"' in page(response)
    assert re.search(r'name="unread" value="1" checked', page(response))
    assert "Nothing found" in words(response)
    assert "Show all messages" in words(response)


def test_what_was_found_is_counted_and_leads_back_to_all(reader: Reader) -> None:
    response = reader.look(recipient="practice.test", subject="Figures")

    assert "1 message found · Show all messages" in words(response)
    assert 'name="recipient" value="practice.test"' in page(response)


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_nothing_typed_into_the_search_breaks_it(reader: Reader, text: str) -> None:
    for name in ("text", "sender", "recipient", "subject", "since", "before", "unread", "attachments"):
        assert reader.look(**{name: text}).status_code == 200


def test_a_forged_page_is_said_to_be_unknown(reader: Reader) -> None:
    response = reader.look(page="forged")

    assert response.status_code == 404
    assert "This page of messages is not known" in words(response)


@pytest.mark.parametrize("ref", ["!", "A", encode_mailbox_name("a\r\nLOGOUT"), "x" * 3000])
def test_an_address_of_no_mailbox_is_not_found(reader: Reader, ref: str) -> None:
    assert reader.client.get(f"{reader.path}/{ref}/").status_code == 404


def test_a_mailbox_that_is_not_there_is_said_to_be_gone(reader: Reader) -> None:
    response = reader.look('No "such" one')

    assert response.status_code == 404
    assert "There is no such mailbox" in words(response)


def pretend(monkeypatch: pytest.MonkeyPatch, **facts: object) -> None:
    known = {"delimiter": "/", "special_use": "", "selectable": True, "messages": 0, "unseen": 0, **facts}
    monkeypatch.setattr(message_list_views, "list_mailboxes", lambda session: (Mailbox(name="Odd", **known),))  # type: ignore[arg-type]


def test_a_mailbox_that_only_holds_others_says_so(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, selectable=False)

    response = reader.look("Odd")

    assert response.status_code == 200
    assert "This one only holds other mailboxes" in words(response)


def test_a_mailbox_that_the_server_does_not_open_quotes_it(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise MailboxError("[NOPERM] <b>Write only</b>")

    pretend(monkeypatch)
    monkeypatch.setattr(message_list_views, "list_messages", refuse)

    response = reader.look("Odd")

    assert response.status_code == 200
    assert "The server does not open this mailbox It said: [NOPERM] <b>Write only</b>" in words(response)


def test_the_connection_leads_to_its_mail_and_so_does_its_row_once_it_works(reader: Reader) -> None:
    connection = reader.path.removesuffix("/mail")

    assert "Read mail" in words(reader.client.get(connection))
    assert "Read mail" not in words(reader.client.get("/connections/"))
    post(reader.client, f"{connection}/test", page=connection)
    assert "Read mail" in words(reader.client.get("/connections/"))


@pytest.mark.parametrize(
    "part", ["/", "/SU5CT1g/", "/SU5CT1g/1.1", "/SU5CT1g/1.1/html", "/SU5CT1g/1.1/parts/1", "/SU5CT1g/1.1/source"]
)
def test_nobody_reads_without_signing_in(reader: Reader, part: str) -> None:
    stranger = reader.client.application.test_client()

    response = stranger.get(reader.path + part)

    assert response.status_code == 303
    assert response.headers["Location"].startswith("/sign-in?next=")


def test_a_member_reads_the_mail_of_every_connection(reader: Reader, administrator: User) -> None:
    other = reader.client.application.test_client()
    sign_in_as(other, administrator)

    assert "Lunch on Thursday?" in words(Reader(other, reader.path).look())


@pytest.mark.parametrize(
    "part", ["/", "/SU5CT1g/", "/SU5CT1g/1.1", "/SU5CT1g/1.1/html", "/SU5CT1g/1.1/parts/1", "/SU5CT1g/1.1/source"]
)
def test_an_unknown_connection_is_not_found(reader: Reader, part: str) -> None:
    assert reader.client.get(f"/connections/999/mail{part}").status_code == 404


def test_what_is_marked_as_deleted_says_so(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    def marked(*args: Any, **named: Any) -> MessageListing:
        listing = list_messages(*args, **named)
        first, *others = listing.messages
        return replace(listing, messages=(replace(first, deleted=True), *others))

    monkeypatch.setattr(message_list_views, "list_messages", marked)

    assert words(reader.look()).count("marked as deleted") == 1
