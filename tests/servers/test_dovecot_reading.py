"""Reading mail on a real Dovecot: mailboxes, pages of messages, messages of every kind, and parts as streams."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.servers.awkward_names import AWKWARD_NAMES
from tests.servers.dovecot import PATIENCE, USERS, Dovecot
from tests.servers.plugin import DovecotWith
from tests.servers.services import hand_over
from webapp.core.imap import Password, Security, ServerSettings
from webapp.core.imap.check.run import open_session
from webapp.core.imap.mailbox.mailbox_list import Mailbox, list_mailboxes
from webapp.core.imap.mailbox.messages import (
    NotFoundError,
    SearchQuery,
    UidValidityChangedError,
    list_messages,
    read_message,
    stream_part,
    stream_source,
)
from webapp.core.imap.protocol.session import Session

READER = "flags@example.com"


@contextmanager
def reading(server: Dovecot, user: str = READER) -> Iterator[Session]:
    settings = ServerSettings(host=server.address, port=server.tls_port, security=Security.TLS, user=user)
    with open_session(settings, Password(USERS[user]), network=server.network, limits=PATIENCE) as session:
        yield session


class Box:
    """A mailbox of its own for one test, filled on the disk."""

    def __init__(self, server: Dovecot, name: str) -> None:
        self.server = server
        self.name = name
        self.folder = server.create_mailbox(READER, name)
        self._count = 0

    def add(self, raw: bytes, flags: str = "") -> None:
        self._count += 1
        path = self.folder / "cur" / f"{1_700_000_000 + self._count}.M{self._count:06}.example:2,{flags}"
        path.write_bytes(raw)
        hand_over(path)

    def add_letters(self, count: int) -> None:
        for number in range(1, count + 1):
            path = self.folder / "cur" / f"{1_700_000_000 + number}.M{number:06}.example:2,"
            path.write_bytes(b"From: ben@example.com\r\nSubject: Letter %d\r\n\r\nHello\r\n" % number)
        hand_over(self.folder)


@pytest.fixture
def box(dovecot: Dovecot, request: pytest.FixtureRequest) -> Box:
    return Box(dovecot, f"Box {abs(hash(request.node.nodeid))}")


@pytest.fixture
def session(dovecot: Dovecot) -> Iterator[Session]:
    with reading(dovecot) as opened:
        yield opened


def only(session: Session, box: Box) -> int:
    (message,) = list_messages(session, box.name).messages
    return message.uid


def named(mailboxes: tuple[Mailbox, ...]) -> dict[str, Mailbox]:
    return {mailbox.name: mailbox for mailbox in mailboxes}


def test_hundreds_of_recipients_hide_neither_subject_nor_date_in_the_list(box: Box, session: Session) -> None:
    people = b",\r\n ".join(b"Person Number %d <person%d@example.com>" % (number, number) for number in range(300))
    box.add(
        b"From: ben@example.com\r\nTo: " + people + b"\r\nSubject: Hello\r\nDate: Thu, 1 Oct 2026 9:00 +0000\r\n\r\n"
    )

    (message,) = list_messages(session, box.name).messages

    assert (message.subject, message.date) == ("Hello", datetime(2026, 10, 1, 9, tzinfo=UTC))
    assert message.to.startswith("Person Number 0 <person0@example.com>, ")
    headers = dict(read_message(session, box.name, message.uid).headers)
    assert headers["To"].endswith("Person Number 299 <person299@example.com>")


def test_sixty_awkward_mailboxes_are_listed_by_their_names_and_every_one_opens(dovecot: Dovecot) -> None:
    user = "awkward@example.com"
    for name in AWKWARD_NAMES:
        if not dovecot.mail(user, name).exists():
            dovecot.create_mailbox(user, name)

    with reading(dovecot, user) as session:
        found = list_mailboxes(session)
        opened = {each.name: list_messages(session, each.name).total for each in found if each.selectable}

    assert set(AWKWARD_NAMES) <= named(found).keys()
    assert found[0].name == "INBOX"
    # Dovecot takes these for the homes of other people, and says so.
    assert set(AWKWARD_NAMES) - set(opened) == {"~", "~ann"}
    assert all(named(found)[name].messages == total for name, total in opened.items())


def test_the_parent_that_is_no_mailbox_is_listed_and_cannot_be_opened(dovecot: Dovecot) -> None:
    (dovecot.mail(READER) / "Above" / "Below" / "cur").mkdir(parents=True)
    hand_over(dovecot.mail(READER))

    with reading(dovecot) as session:
        above = named(list_mailboxes(session))["Above"]

        assert (above.selectable, above.messages) == (False, None)
        with pytest.raises(NotFoundError):
            list_messages(session, "Above")
        assert list_messages(session, "INBOX").mailbox == "INBOX"


@pytest.mark.parametrize("separator", ["/", "."])
def test_either_delimiter_is_told_and_names_work(dovecot_with: DovecotWith, separator: str) -> None:
    server = dovecot_with(separator=separator)
    if not server.mail(READER, "Deep/Entwürfe").exists():
        server.create_mailbox(READER, "Deep/Entwürfe")

    with reading(server) as session:
        found = named(list_mailboxes(session))
        listing = list_messages(session, f"Deep{separator}Entwürfe")

    assert found[f"Deep{separator}Entwürfe"].delimiter == separator
    assert listing.total == 0


def test_counts_tell_all_and_unread(session: Session, box: Box) -> None:
    for flags in ("", "S", "FS"):
        box.add(b"Subject: x\r\n\r\ny\r\n", flags)

    mailbox = named(list_mailboxes(session))[box.name]

    assert (mailbox.messages, mailbox.unseen) == (3, 1)


def test_pages_are_walked_there_and_back_and_each_message_comes_once(session: Session, box: Box) -> None:
    box.add_letters(23)

    pages = [list_messages(session, box.name, limit=10)]
    while pages[-1].older:
        pages.append(list_messages(session, box.name, limit=10, cursor=pages[-1].older))
    back = list_messages(session, box.name, limit=10, cursor=pages[-1].newer or "")

    shown = [message.subject for page in pages for message in page.messages]
    assert shown == [f"Letter {number}" for number in range(23, 0, -1)]
    assert [page.total for page in pages] == [23] * 3
    assert pages[0].newer is None
    assert back.messages == pages[1].messages


def test_a_page_begins_where_it_should_although_its_first_message_was_deleted(session: Session, box: Box) -> None:
    box.add_letters(40)
    first = list_messages(session, box.name, limit=10)
    for number in (31, 30, 29, 35):
        next(box.folder.glob(f"cur/*M{number:06}*")).unlink()

    second = list_messages(session, box.name, limit=10, cursor=first.older or "")
    newer = list_messages(session, box.name, limit=10, cursor=second.newer or "")

    assert [message.subject for message in second.messages] == [f"Letter {at}" for at in range(28, 18, -1)]
    assert {message.uid for message in newer.messages} >= {40, 39, 38, 37, 36, 34, 33, 32}


def test_a_message_that_comes_meanwhile_moves_no_page(session: Session, box: Box) -> None:
    box.add_letters(15)
    first = list_messages(session, box.name, limit=10)
    box._count = 15
    box.add(b"Subject: Late\r\n\r\n\r\n")

    second = list_messages(session, box.name, limit=10, cursor=first.older or "")

    assert [message.subject for message in second.messages] == [f"Letter {at}" for at in range(5, 0, -1)]


def test_search_finds_by_every_field(session: Session, box: Box) -> None:
    letters = (
        ("Ann <ann@example.com>", "ben@example.com", "Rechnung für März", "Grüße aus Köln", ""),
        ("Carl <carl@example.com>", "ann@example.com", "Invoice", "the word zebra is here", "S"),
        ("Dora <dora@example.com>", "ann@example.com", 'A "quoted" \\ subject', "nothing", "S"),
    )
    for sender, to, subject, text, flags in letters:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, to, subject
        message.set_content(text)
        box.add(message.as_bytes(), flags)
    filed = EmailMessage()
    filed["Subject"] = "With file"
    filed.set_content("see file")
    filed.add_attachment(b"1;2", maintype="text", subtype="csv", filename="a.csv")
    box.add(filed.as_bytes(), "S")

    def found(query: SearchQuery) -> list[int]:
        return [message.uid for message in list_messages(session, box.name, query=query).messages]

    assert found(SearchQuery(sender="carl")) == [2]
    assert found(SearchQuery(recipient="ann@example.com")) == [3, 2]
    assert found(SearchQuery(subject="für märz")) == [1]
    assert found(SearchQuery(subject='"quoted" \\')) == [3]
    assert found(SearchQuery(text="zebra")) == [2]
    assert found(SearchQuery(text="Köln")) == [1]
    assert found(SearchQuery(unread=True)) == [1]
    assert found(SearchQuery(attachments=True)) == [4]
    assert found(SearchQuery(since=date(2020, 1, 1), before=date(2030, 1, 1), text="zebra")) == [2]
    assert found(SearchQuery(before=date(2000, 1, 1))) == []
    assert found(SearchQuery(subject="x\r\nA1 LOGOUT")) == []
    assert found(SearchQuery(sender="carl", recipient="ben")) == []


def test_search_is_paged(session: Session, box: Box) -> None:
    box.add_letters(25)

    first = list_messages(session, box.name, limit=10, query=SearchQuery(subject="Letter"))
    second = list_messages(session, box.name, limit=10, query=SearchQuery(subject="Letter"), cursor=first.older or "")
    back = list_messages(session, box.name, limit=10, query=SearchQuery(subject="Letter"), cursor=second.newer or "")

    assert first.total == 25
    assert [message.uid for message in second.messages] == list(range(15, 5, -1))
    assert back.messages == first.messages
    assert first.newer is None


def test_a_message_gives_text_html_and_attachments(session: Session, box: Box) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Änn <ann@example.com>", "ben@example.com", "Übersicht"
    message["Date"] = "Tue, 01 Sep 2026 10:00:00 +0200"
    message.set_content("Grüße\n")
    message.add_alternative("<p>Grüße</p>", subtype="html")
    message.add_attachment(b"\x00\x01" * 5000, maintype="application", subtype="pdf", filename="Bericht für März.pdf")
    message.add_attachment(EmailMessage())
    box.add(message.as_bytes())

    read = read_message(session, box.name, only(session, box))

    assert read.text.strip() == "Grüße"
    assert read.html is not None
    assert "<p>Grüße</p>" in read.html
    assert [part.content_type for part in read.parts] == ["application/pdf", "message/rfc822"]
    assert [part.name for part in read.parts] == ["Bericht für März.pdf", "part-3.eml"]
    assert abs(read.parts[0].size - 10_000) < 100
    assert read.summary.sender == "Änn <ann@example.com>"
    assert read.summary.date is not None
    assert read.summary.date.isoformat() == "2026-09-01T10:00:00+02:00"
    assert ("Subject", "Übersicht") in read.headers
    assert not read.truncated
    got = b"".join(stream_part(session, box.name, read.uid, "2", uid_validity=read.uid_validity))
    assert got == b"\x00\x01" * 5000


def nested(depth: int) -> bytes:
    head = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level) for level in range(depth)
    )
    return b"Subject: Deep\r\n" + head + b"Content-Type: text/plain\r\n\r\nat the bottom\r\n"


AWKWARD: dict[str, bytes] = {
    "empty": b"",
    "no header": b"\r\njust text\r\n",
    "no body": b"Subject: x\r\n",
    "only newlines": b"\n\n\n",
    "raw 8-bit header": b"Subject: Gr\xfc\xdfe\r\nFrom: \xff\xfe\r\n\r\n\xe4\r\n",
    "unknown charset": b"Subject: =?x-nope?Q?a=FC?=\r\nContent-Type: text/plain; charset=x-nope\r\n\r\na\xfc\r\n",
    "no boundary": b"Content-Type: multipart/mixed\r\n\r\ntext\r\n",
    "boundary never comes": b'Content-Type: multipart/mixed; boundary="x"\r\n\r\ntext\r\n',
    "3000 nested parts": nested(3000),
    "brackets in message id": b"Message-ID: <[a@b]>\r\nSubject: id\r\n\r\nx\r\n",
    "date from nowhere": b"Date: Yesterday, 99 Foo 99999 99:99\r\n\r\nx\r\n",
    "date from the future": b"Date: Tue, 01 Sep 2099 10:00:00 +0200\r\n\r\nx\r\n",
    "injected subject": b"Subject: =?utf-8?Q?a=0D=0ABcc:_x?=\r\n\r\nx\r\n",
    "nul": b"Subject: a\0b\r\n\r\nx\0y\r\n",
    "broken base64": b"Content-Transfer-Encoding: base64\r\n\r\n=Zm9v!!\r\nYmFy=\r\n",
    "unknown encoding": b"Content-Transfer-Encoding: x-magic\r\n\r\nx\r\n",
    "hostile name": b'Content-Type: application/x; name="../../etc/passwd\\"\r\n\r\nx\r\n',
    "endless header": b"To: " + b"a@example.com, " * 100_000 + b"\r\nSubject: after\r\n\r\nx\r\n",
    "many parts": b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 5000,
    "strange type": b'Content-Type: ;;;"(\r\n\r\nx\r\n',
    "long line": b"Subject: long\r\n\r\n" + b"x" * 300_000 + b"\r\n",
}  # fmt: skip


@pytest.mark.parametrize("kind", AWKWARD)
def test_an_awkward_message_is_listed_read_and_streamed(session: Session, box: Box, kind: str) -> None:
    box.add(AWKWARD[kind])
    uid = only(session, box)

    read = read_message(session, box.name, uid)
    source = b"".join(stream_source(session, box.name, uid, uid_validity=None))
    parts = [list(stream_part(session, box.name, uid, part.section, uid_validity=None)) for part in read.parts[:3]]

    assert read.uid == uid
    assert (
        source.replace(b"\r\n", b"\n").strip() == AWKWARD[kind].replace(b"\r\n", b"\n").replace(b"\0", b"\x80").strip()
    )
    assert len(parts) == len(read.parts[:3])
    assert not any(char in read.summary.subject for char in "\r\n\0")
    assert all("/" not in part.name for part in read.parts)
    assert session.is_synchronized


def test_awkward_messages_together_spoil_no_list(session: Session, box: Box) -> None:
    for raw in AWKWARD.values():
        box.add(raw)

    listing = list_messages(session, box.name)

    assert len(listing.messages) == len(AWKWARD)
    assert {"Grüße", "after", "id", "Deep"} & {message.subject for message in listing.messages}


def test_a_long_text_is_cut_and_says_so(session: Session, box: Box) -> None:
    box.add(b"Subject: long\r\n\r\n" + b"x" * 70 * 1024 + b"\r\n" + (b"y" * 998 + b"\r\n") * 2000)

    read = read_message(session, box.name, only(session, box))

    assert read.truncated
    assert 1_000_000 < len(read.text) <= 1024 * 1024


def test_reading_in_every_way_marks_nothing_as_read(session: Session, box: Box) -> None:
    box.add(AWKWARD["unknown charset"])
    uid = only(session, box)

    read_message(session, box.name, uid)
    list(stream_part(session, box.name, uid, "1", uid_validity=None))
    list(stream_source(session, box.name, uid, uid_validity=None))
    list_messages(session, box.name, query=SearchQuery(text="a"))

    (path,) = box.folder.glob("cur/*")
    assert path.name.endswith(":2,")
    assert not list_messages(session, box.name).messages[0].seen


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "8bit"])
@pytest.mark.parametrize(
    ("start", "stop"), [(0, None), (0, 10), (1_500_001, 1_500_011), (5, 5), (2_999_990, 9_999_999)]
)
def test_any_range_of_a_large_attachment_is_what_it_is_in_the_file(
    session: Session, box: Box, encoding: str, start: int, stop: int | None
) -> None:
    content = b"".join(b"line %07d \xc3\xa4=;%%\n" % number for number in range(130_000))
    message = EmailMessage()
    message.set_content("see file")
    message.add_attachment(content, maintype="application", subtype="x-data", filename="data.bin", cte=encoding)
    raw = message.as_bytes()
    box.add(raw)

    got = b"".join(stream_part(session, box.name, only(session, box), "2", uid_validity=None, start=start, stop=stop))

    # Servers store lines with CRLF, which only base64 hides.
    kept = content if encoding == "base64" else got.replace(b"\r\n", b"\n")
    assert got == content[start:stop] if encoding == "base64" else kept in content


def test_a_message_or_part_that_is_not_there_is_gone(session: Session, box: Box) -> None:
    box.add(AWKWARD["nul"])
    uid = only(session, box)

    for ask in (
        lambda: read_message(session, box.name, uid + 1),
        lambda: stream_part(session, box.name, uid + 1, "1", uid_validity=None),
        lambda: stream_part(session, box.name, uid, "2", uid_validity=None),
        lambda: stream_part(session, box.name, uid, "1] BODY[2", uid_validity=None),
        lambda: stream_source(session, box.name, uid + 1, uid_validity=None),
        lambda: list_messages(session, "No such mailbox"),
        lambda: list_messages(session, "\ud800"),
        lambda: list_messages(session, ""),
    ):
        with pytest.raises(NotFoundError):
            ask()
    assert read_message(session, box.name, uid).uid == uid


def test_another_uid_validity_is_noticed(session: Session, box: Box) -> None:
    box.add(AWKWARD["nul"])
    listing = list_messages(session, box.name)
    uid, other = listing.messages[0].uid, listing.uid_validity + 1

    for ask in (
        lambda: read_message(session, box.name, uid, other),
        lambda: stream_part(session, box.name, uid, "1", uid_validity=other),
        lambda: stream_source(session, box.name, uid, uid_validity=other),
        lambda: list_messages(session, box.name, cursor=f"older-{other}-{uid}"),
    ):
        with pytest.raises(UidValidityChangedError):
            ask()


def test_the_first_page_costs_the_same_whatever_the_size_of_the_mailbox(dovecot_with: DovecotWith) -> None:
    # Otherwise Dovecot reads a folder again at every look for as long as the folder's last change was just now.
    dovecot = dovecot_with(maildir_very_dirty_syncs="yes")
    small, large = Box(dovecot, "Two hundred"), Box(dovecot, "Twenty thousand")
    small.add_letters(200)
    large.add_letters(20_000)

    with reading(dovecot) as session:

        def cost(name: str) -> tuple[int, int]:
            """Count the commands and the bytes of the answers, which no other load of this machine can change."""
            session.renew_budget()
            before, commands = session._budget._bytes_left, session._imap.tagnum
            begun = time.perf_counter()
            page = list_messages(session, name)
            list_messages(session, name, cursor=page.older or "")
            print(f"{name}: {(time.perf_counter() - begun) * 1000:.1f} ms")
            return session._imap.tagnum - commands, before - session._budget._bytes_left

        patience(session, 60, lambda: list_messages(session, large.name))  # Dovecot makes its index once
        costs = [cost(name) for name in (small.name, large.name, large.name, small.name)]

    (commands, size), *others = costs
    assert commands == 5  # EXAMINE, FETCH; NOOP, UID FETCH of where the page begins, FETCH
    assert all(each[0] == commands and abs(each[1] - size) < size / 10 for each in others)


def patience(session: Session, seconds: float, act: Callable[[], object]) -> None:
    """Let the first look at a mailbox take longer than a page may."""
    session._budget._seconds, seconds = seconds, session._budget._seconds
    wire = session._transport
    wire.patience, before = 60.0, wire.patience
    session.renew_budget()
    act()
    wire.patience, session._budget._seconds = before, seconds
    session.renew_budget()


def test_an_attachment_of_30_mb_is_streamed_at_flat_memory(session: Session, box: Box) -> None:
    message = EmailMessage()
    message.set_content("see file")
    content = os.urandom(30 * 1024 * 1024)
    message.add_attachment(content, maintype="application", subtype="x-data", filename="data.bin")
    box.add(message.as_bytes())
    uid = only(session, box)
    before = resident()

    size, most = 0, 0
    begun = time.perf_counter()
    for piece in stream_part(session, box.name, uid, "2", uid_validity=None):
        size += len(piece)
        most = max(most, resident())
    print(f"{size / 1e6 / (time.perf_counter() - begun):.0f} MB/s, {(most - before) / 1e6:.1f} MB more")

    assert size == len(content)
    assert most - before < 16 * 1024 * 1024


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
