"""Pulling attachments from a real Dovecot: pages of them, and the command that is killed and run again."""

from collections.abc import Iterator, Sequence
from datetime import date
from email.message import EmailMessage

import pytest

from tests.servers.dovecot import Dovecot
from tests.servers.test_dovecot_reading import Box, reading
from webapp.imap.attachments import Page, attachments_after
from webapp.imap.messages import ChangedError, Query
from webapp.imap.session import Session


@pytest.fixture
def box(dovecot: Dovecot, request: pytest.FixtureRequest) -> Box:
    return Box(dovecot, f"Pull {abs(hash(request.node.nodeid))}")


@pytest.fixture
def session(dovecot: Dovecot) -> Iterator[Session]:
    with reading(dovecot) as opened:
        yield opened


def letter(*files: tuple[str, bytes], subject: str = "Report", sender: str = "ben@example.com") -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"], message["Message-ID"] = sender, subject, f"<{abs(hash(files))}@example.com>"
    message.set_content("see file")
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def pages(session: Session, box: Box, *, names: Sequence[str] = (), query: Query | None = None) -> list[Page]:
    """Go through a mailbox, three messages at a time."""
    found = [attachments_after(session, box.name, after=0, names=names, query=query, messages=3)]
    while found[-1].more:
        found.append(attachments_after(session, box.name, after=found[-1].after, names=names, query=query, messages=3))
    return found


def names_of(found: Sequence[Page]) -> list[str]:
    return [part.name for page in found for message in page.found for part in message.parts]


def test_every_attachment_comes_once_in_order_and_those_of_a_message_together(session: Session, box: Box) -> None:
    for number in range(1, 11):
        box.add(letter((f"{number}.CSV", b"1"), (f"{number}.pdf", b"2"), (f"{number}-b.csv", b"")))
        box.add(b"Subject: no file\r\n\r\nx\r\n")
    session.open_mailbox(box.name)
    for uid in (2, 3, 9, 20):
        next(box.folder.glob(f"cur/*M{uid:06}*")).unlink()

    every = pages(session, box)
    tables = pages(session, box, names=["*.csv", "nothing"])

    left = [number for number in range(1, 11) if number not in (2, 5)]
    assert names_of(every) == [f"{number}{end}" for number in left for end in (".CSV", ".pdf", "-b.csv")]
    assert names_of(tables) == [f"{number}{end}" for number in left for end in (".CSV", "-b.csv")]
    assert (every[-1].after, every[-1].more) == (19, False)
    assert every[0].found[0].message_id.endswith("@example.com>")
    assert every[0].found[0].summary.arrived is not None


def test_what_arrives_or_goes_meanwhile_makes_none_skipped_or_repeated(session: Session, box: Box) -> None:
    for number in range(1, 9):
        box.add(letter((f"{number}.csv", b"1")))

    first = attachments_after(session, box.name, after=0, messages=3)
    for uid in (1, 2, 3, 5):
        next(box.folder.glob(f"cur/*M{uid:06}*")).unlink()
    box.add(letter(("9.csv", b"1")))
    second = attachments_after(session, box.name, after=first.after, messages=3)
    third = attachments_after(session, box.name, after=second.after, messages=3)
    nothing = attachments_after(session, box.name, after=third.after)
    box.add(letter(("10.csv", b"1")))
    late = attachments_after(session, box.name, after=nothing.after)

    assert names_of([first, second, third, nothing]) == [f"{number}.csv" for number in (1, 2, 3, 4, 6, 7, 8, 9)]
    assert names_of([late]) == ["10.csv"]


def test_criteria_and_bounds_are_kept(session: Session, box: Box) -> None:
    for number in range(1, 9):
        box.add(letter((f"{number}.csv", b"1"), sender="ann@example.com" if number % 2 else "ben@example.com"))

    of_ann = pages(session, box, query=Query(sender="ann"))
    upto = attachments_after(session, box.name, after=1, upto=4)
    none = pages(session, box, query=Query(before=date(2000, 1, 1)))

    assert names_of(of_ann) == ["1.csv", "3.csv", "5.csv", "7.csv"]
    assert names_of([upto]) == ["2.csv", "3.csv", "4.csv"]
    assert (none[-1].found, none[-1].after) == ((), 8)
    with pytest.raises(ChangedError):
        attachments_after(session, box.name, after=1, uid_validity=upto.uid_validity + 1)
