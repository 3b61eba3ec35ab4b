"""One message: its text, its HTML in a frame, its headers."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.http_client import words
from tests.web.pages.mailbox.conftest import Reader, page
from webapp.core.imap.mailbox.messages import Message, MessageSummary, Part
from webapp.core.mime import FRAME_POLICY, FRAME_POLICY_WITH_IMAGES
from webapp.web.mailbox_slug import encode_mailbox_name
from webapp.web.pages.mailbox import message_views

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
_SUMMARY = MessageSummary(
    uid=7,
    seen=False,
    flagged=False,
    answered=False,
    date=datetime(2026, 11, 4, 9, 5, tzinfo=UTC),
    subject=HOSTILE,
    sender=HOSTILE,
    to=HOSTILE,
    size=10,
    has_attachments=True,
)
_PART = Part(
    section="2", content_type=HOSTILE, charset=None, encoding=None, size=1, name=HOSTILE, disposition="", content_id=""
)
_MESSAGE = Message(
    uid=7,
    uid_validity=1,
    summary=_SUMMARY,
    headers=(("Cc", HOSTILE), (HOSTILE, HOSTILE)),
    text=HOSTILE,
    html=HOSTILE,
    parts=(_PART,),
    truncated=True,
)


@pytest.fixture
def pretended(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let every message be one that is hostile in all its parts, and return its path."""
    monkeypatch.setattr(message_views, "read_message", lambda *_: _MESSAGE)
    return f"{reader.path}/{encode_mailbox_name('INBOX')}/1.7"


def test_a_message_is_shown_with_its_headers_and_text(reader: Reader) -> None:
    shown = words(reader.read("Grüße aus Köln 🌧️"))

    assert "From Zoë Müller <zoe@practice.test> To anna@practice.test Date " in shown
    assert "Es regnet, aber der Kaffee ist gut. Bis Montag!" in shown
    assert "Message-ID" in shown
    assert "the message is not marked as read" in shown


def test_reading_marks_nothing_as_read(reader: Reader) -> None:
    path = reader.path_of("This week at the harbour")

    for part in ("", "?view=html", "/html", "/source", "/source?save=1"):
        assert reader.client.get(path + part).status_code == 200

    assert page(reader.look()).count('<li class="unread">') == 3


def test_text_comes_first_and_html_when_it_is_asked_for(reader: Reader) -> None:
    path = reader.path_of("This week at the harbour")

    as_text, designed = page(reader.client.get(path)), page(reader.client.get(f"{path}?view=html"))

    assert "Open-air cinema on Friday, flea market on Sunday." in as_text
    assert "<iframe" not in as_text
    assert f'src="{path}/html"' in designed
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in designed


def test_the_frame_has_a_policy_of_its_own_and_no_remote_image(reader: Reader) -> None:
    response = reader.read("This week at the harbour", part="/html")

    assert response.headers["Content-Security-Policy"] == FRAME_POLICY
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "<b>Friday:</b>" in page(response)
    assert "pixel.gif" not in page(response)


def test_remote_images_come_when_they_are_asked_for_and_the_page_says_what_that_tells(reader: Reader) -> None:
    path = reader.path_of("This week at the harbour")
    asked = page(reader.client.get(f"{path}?view=html"))
    link = re.findall(r'href="([^"]+)">Show remote images', asked)[0].replace("&amp;", "&")

    shown = reader.client.get(link)
    frame = reader.client.get(re.findall(r'<iframe[^>]* src="([^"]+)"', page(shown))[0])

    assert "their servers can tell that this message was opened" in words(shown)
    assert "https://harbour.example/pixel.gif" in page(frame)
    assert frame.headers["Content-Security-Policy"] == FRAME_POLICY_WITH_IMAGES


def test_a_message_without_html_has_no_frame(reader: Reader) -> None:
    path = reader.path_of("Lunch on Thursday?")

    assert "<iframe" not in page(reader.client.get(f"{path}?view=html"))
    assert reader.client.get(f"{path}/html").status_code == 404


def test_nothing_in_a_message_becomes_markup(reader: Reader, pretended: str) -> None:
    shown = page(reader.client.get(pretended))

    assert shown.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 8
    assert "alert(1)</script>" not in shown
    assert "<img src=x" not in shown


def test_a_message_that_is_cut_says_how_to_get_the_rest(reader: Reader, pretended: str) -> None:
    assert "too long to be shown whole. Download it" in words(reader.client.get(pretended))


def test_of_a_message_in_html_alone_that_is_shown(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, pretended: str
) -> None:
    monkeypatch.setattr(message_views, "read_message", lambda *_: replace(_MESSAGE, text=" \n"))

    shown = page(reader.client.get(pretended))

    assert "<iframe" in shown
    assert ">As designed</a>" not in shown


def test_an_empty_message_says_so(reader: Reader, monkeypatch: pytest.MonkeyPatch, pretended: str) -> None:
    bare = replace(_SUMMARY, subject="", sender="", to="", date=None)
    empty = replace(_MESSAGE, summary=bare, text="", html=None, parts=(), headers=(), truncated=False)
    monkeypatch.setattr(message_views, "read_message", lambda *_: empty)

    shown = words(reader.client.get(pretended))

    assert "(no subject) Mark read" in shown
    assert "From (no sender) To (nobody named) Date not said" in shown
    assert "This message has no text." in shown


def test_a_message_that_is_gone_says_so_and_leads_back(reader: Reader) -> None:
    path = reader.path_of("Lunch on Thursday?").rpartition(".")[0] + ".99999"

    for part in ("", "/source", "/parts/1"):
        response = reader.client.get(path + part)

        assert response.status_code == 404
        assert "This message is not here any more" in words(response)
        assert f'href="{reader.path}/{encode_mailbox_name("INBOX")}/">Show the messages' in page(response)


def test_a_message_of_a_mailbox_that_was_numbered_anew_is_not_taken_for_another(reader: Reader) -> None:
    uid = reader.path_of("Lunch on Thursday?").rpartition(".")[2]

    response = reader.client.get(f"{reader.path}/{encode_mailbox_name('INBOX')}/1.{uid}")

    assert response.status_code == 410
    assert "The mail server has numbered this mailbox anew" in words(response)
    assert "Lunch" not in words(response)


def test_in_the_frame_a_failure_is_one_line_that_may_stand_there(reader: Reader) -> None:
    response = reader.client.get(f"{reader.path}/{encode_mailbox_name('INBOX')}/1.1/html")

    assert response.status_code == 410
    assert response.mimetype == "text/plain"
    assert response.headers["Content-Security-Policy"] == FRAME_POLICY


@pytest.mark.parametrize(
    "message", ["1", "1.x", "x.1", "1.0", "4294967296.1", "1.4294967296", "1.1.1", "-1.1", "1.1/parts"]
)
def test_an_address_of_no_message_is_not_found(reader: Reader, message: str) -> None:
    assert reader.client.get(f"{reader.path}/{encode_mailbox_name('INBOX')}/{message}").status_code == 404
