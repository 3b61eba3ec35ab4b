"""Attachments and the source of a message, as files."""

import re
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from werkzeug.test import TestResponse

from tests.http_client import words
from tests.web.pages.mailbox.conftest import Reader, page
from webapp.core.imap.mailbox.messages import Part, PartContent
from webapp.core.imap.protocol.errors import ConnectError, ProtocolError
from webapp.core.imap.protocol.session import Session
from webapp.core.imap.protocol.session_pool import close_idle
from webapp.web import file_response
from webapp.web.mailbox_slug import encode_mailbox_name

INVOICE = "Ihre Rechnung Nr. 2204"


class Pretended(PartContent):
    """A part whose bytes are told, and not asked of a server."""

    answers: ClassVar[tuple[bytes | Exception, ...]] = ()

    def known_size(self) -> int | None:
        return None

    def stream(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        for piece in self.answers:
            if isinstance(piece, Exception):
                raise piece
            yield piece


def pretend(monkeypatch: pytest.MonkeyPatch, *pieces: bytes | Exception, **facts: Any) -> None:
    """Let every part be one with these facts and pieces."""
    known = {"content_type": "text/plain", "charset": None, "encoding": None, "size": 1, "name": "a.txt"}
    part = Part(section="2", disposition="", content_id="", **{**known, **facts})

    def content(session: Session, uid: int, part: Part) -> PartContent:
        return Pretended(
            session=session, uid=uid, section=part.section, encoding=part.encoding, announced_size=part.size
        )

    monkeypatch.setattr(Pretended, "answers", pieces)
    monkeypatch.setattr(file_response, "locate_part", lambda *_, **__: part)
    monkeypatch.setattr(file_response, "open_part", content)


def a_part(reader: Reader) -> str:
    return f"{reader.path}/{encode_mailbox_name('INBOX')}/1.1/parts/2"


def saved(reader: Reader) -> TestResponse:
    """Save that part to the end."""
    return reader.client.get(a_part(reader), buffered=True)


def test_an_attachment_is_listed_with_type_and_size_and_saved_as_it_was_sent(reader: Reader) -> None:
    message = reader.read(INVOICE)
    link = re.findall(r'<a href="([^"]+/parts/[^"]+)">', page(message))[0]

    response = reader.client.get(link)

    assert re.search(r"1 attachment .*application/pdf · \d+ bytes", words(message))
    assert response.data.startswith(b"%PDF-1.4")
    assert response.data.rstrip().endswith(b"%%EOF")
    assert response.mimetype == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("attachment; filename=")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_a_part_that_a_message_does_not_have_is_gone(reader: Reader) -> None:
    for section in ("9", "1.1.1", "x", "TEXT", "1]", "HEADER"):
        assert reader.read(INVOICE, part=f"/parts/{section}").status_code == 404


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.txt", "attachment; filename=a.txt"),
        ("two words.txt", 'attachment; filename="two words.txt"'),
        ("Grüße.txt", "attachment; filename=\"Gr__e.txt\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.txt"),
        ('a";b.html', None),
        ("../../etc/passwd", None),
        ("a\r\nSet-Cookie: x=1", None),
        ("", "attachment; filename=attachment-2"),
    ],
)
def test_no_file_name_leaves_its_place(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, name: str, header: str | None
) -> None:
    pretend(monkeypatch, b"x", name=name)

    response = saved(reader)
    said = response.headers["Content-Disposition"]

    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers or "x=1" not in response.headers["Set-Cookie"]
    assert said.startswith("attachment; filename=")
    assert "/" not in said
    assert "\r" not in said
    if header:
        assert said.replace('"', "") == header.replace('"', "")


@pytest.mark.parametrize("kind", ["", "text", "text/html\r\nX: y", "x/" + "y" * 200, "text/html; charset=x"])
def test_a_type_that_is_none_is_sent_as_mere_bytes(reader: Reader, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    pretend(monkeypatch, b"x", content_type=kind)

    assert saved(reader).headers["Content-Type"] == "application/octet-stream"


def test_a_failure_before_the_first_piece_is_a_page(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, ConnectError("The connection was lost"))

    response = saved(reader)

    assert response.status_code == 424
    assert "The mailbox could not be read" in words(response)
    assert "Content-Disposition" not in response.headers


def test_a_failure_after_it_ends_the_answer_and_never_passes_for_the_whole_file(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, b"first", ConnectError("The connection was lost"))
    response = reader.client.get(a_part(reader), buffered=False)

    with pytest.raises(ConnectError):
        _ = response.data

    response.close()


def test_an_empty_attachment_is_an_empty_file(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch)

    response = saved(reader)

    assert (response.status_code, response.data) == (200, b"")


def test_whoever_goes_away_gives_the_session_back(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, b"first", b"second")

    for _ in range(5):  # more than a mailbox may have sessions
        response = reader.client.get(a_part(reader), buffered=False)
        next(response.iter_encoded())
        response.close()

    assert reader.look().status_code == 200
    close_idle()


def test_the_source_is_shown_as_plain_text_or_saved(reader: Reader) -> None:
    shown, as_file = (reader.read("Lunch on Thursday?", part=part) for part in ("/source", "/source?save=1"))

    assert shown.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "Content-Disposition" not in shown.headers
    assert as_file.headers["Content-Type"] == "message/rfc822"
    assert re.fullmatch(r"attachment; filename=message-\d+\.eml", as_file.headers["Content-Disposition"])
    assert shown.data == as_file.data
    assert b"Subject: Lunch on Thursday?\r\n" in shown.data


def test_less_than_was_announced_never_passes_for_the_whole_range(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, b"first", encoding="base64")
    monkeypatch.setattr(Pretended, "size", lambda _: 100)
    response = reader.client.get(a_part(reader), headers={"Range": "bytes=10-"}, buffered=False)

    with pytest.raises(ProtocolError):
        _ = response.data

    response.close()
