"""Attachments for pipelines, at a real Dovecot: each comes once, whenever the program comes back."""

import shutil
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.servers.dovecot import ADDRESS, USERS
from tests.web.api.conftest import MakeConnection, said
from tests.web.api.mailbox import USER, RealMailbox
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap.mailbox.attachments import attachments_after
from webapp.core.imap.protocol.errors import ProtocolError
from webapp.core.imap.protocol.session_pool import close_idle
from webapp.models import User
from webapp.web.api import attachments


@pytest.fixture
def database() -> str:
    return "sqlite"


def ask(mail: RealMailbox, **query: object) -> Any:
    return mail.program.read(f"{mail.path}/attachments?{urlencode(query)}")


def walk(mail: RealMailbox, cursor: str = "", **query: object) -> tuple[list[list[str]], str]:
    """Return the names on each page until there is no more, and the last cursor."""
    pages = []
    for _ in range(50):
        page = ask(mail, cursor=cursor, **query)
        pages.append([each["name"] for each in page["attachments"]])
        cursor = page["cursor"]
        if not page["more"]:
            return pages, cursor
    raise AssertionError("no end")


def names(pages: list[list[str]]) -> list[str]:
    return [name for page in pages for name in page]


def test_each_attachment_comes_once_and_those_of_a_message_together(real_mailbox: RealMailbox) -> None:
    mail = real_mailbox
    assert walk(mail)[0] == [[]]
    begun = ask(mail)["cursor"]
    for number in range(5):
        mail.deliver(f"plain {number}")
        mail.deliver(f"files {number}", f"{number}-a.csv", f"{number}-b.CSV", f"{number}.pdf")
    all_names = [f"{number}{suffix}" for number in range(5) for suffix in ("-a.csv", "-b.CSV", ".pdf")]

    for limit in (1, 3, 200):
        pages, end = walk(mail, begun, limit=limit)
        assert names(pages) == all_names
        assert all(len({name[0] for name in page}) <= limit and len(page) % 3 == 0 for page in pages)
    assert names(walk(mail, filename="*.csv, 3.*", limit=2)[0]) == sorted(
        name for name in all_names if name.lower().endswith(".csv") or name == "3.pdf"
    )
    assert names(walk(mail, filename="*.xls")[0]) == []
    assert names(walk(mail, **{"from": "zoe@", "subject": "files 4"})[0]) == all_names[-3:]
    assert names(walk(mail, since="2100-01-01")[0]) == names(walk(mail, before="2000-01-01")[0]) == []

    # The person who comes back finds what is new, though messages before it are gone, and whatever was asked for
    # before.
    empty, end = walk(mail, end, filename="*.xls")
    assert names(empty) == []
    mail.act("messages/delete", messages=mail.refs("files 0", "plain 4", "files 4"), permanently=True)
    mail.deliver("later", "later.csv")
    assert names(walk(mail, end)[0]) == ["later.csv"]


def test_what_is_listed_can_be_downloaded(real_mailbox: RealMailbox) -> None:
    real_mailbox.deliver("Figures", "../../figures;1.csv", "")

    first, nameless = ask(real_mailbox)["attachments"]

    assert (first["name"], first["subject"], first["sender"]) == ("figures;1.csv", "Figures", "Zoë <zoe@example.com>")
    assert nameless["name"] == "part-3.csv"
    got = real_mailbox.program.get(f"{real_mailbox.path}/messages/{first['ref']}/parts/{first['section']}")
    assert got.data == b"../../figures;1.csv"


def test_a_cursor_of_elsewhere_is_refused_and_an_old_one_says_how_to_begin_again(real_mailbox: RealMailbox) -> None:
    mail = real_mailbox
    mail.deliver("one", "a.csv", mailbox="Archive")
    cursor = ask(mail, mailbox="Archive")["cursor"]
    of_list = urlsafe_b64encode(b"connections:1").decode()

    for forged in ("nonsense", cursor[:-2], f"{cursor}A", of_list, urlsafe_b64encode(b"attachments :1.2").decode()):
        refused = mail.program.get(f"{mail.path}/attachments?mailbox=Archive&cursor={forged.rstrip('=')}")
        assert (refused.status_code, said(refused)["detail"].partition(":")[0]) == (422, "cursor"), forged
    assert mail.program.get(f"{mail.path}/attachments?cursor={cursor}").status_code == 422

    close_idle()  # whose mailbox is taken away is told logout
    shutil.rmtree(mail.dovecot.mail(USER, "Archive"))
    mail.deliver("anew", "b.csv", mailbox="Archive")
    (mail.dovecot.mail(USER, "Archive") / "dovecot-uidlist").unlink(missing_ok=True)
    old = mail.program.get(f"{mail.path}/attachments?mailbox=Archive&cursor={cursor}")
    assert old.status_code == 410
    assert "Begin again without a cursor" in said(old)["detail"]
    assert names(walk(mail, mailbox="Archive")[0]) == ["b.csv"]


def test_a_cursor_is_for_one_mailbox_whatever_connection_leads_to_it(
    real_mailbox: RealMailbox, member: User, make_connection: MakeConnection
) -> None:
    """Mailboxes of two people may have the same UIDVALIDITY, and then the cursor of one would skip in the other."""
    real_mailbox.deliver("one", "a.csv")
    cursor = ask(real_mailbox)["cursor"]
    same = {"host": ADDRESS, "port": str(real_mailbox.dovecot.tls_port), "user": USER, "password": USERS[USER]}

    anew, other = (
        make_connection(member, name=address, address=address, **same) for address in (USER, "other@example.com")
    )

    went_on = real_mailbox.program.read(f"/connections/{anew}/attachments?cursor={cursor}")
    refused = real_mailbox.program.get(f"/connections/{other}/attachments?cursor={cursor}")
    assert went_on["attachments"] == []
    assert (refused.status_code, said(refused)["detail"].partition(":")[0]) == (422, "cursor")


@pytest.mark.parametrize("query", [
    "limit=0", "since=0", "since=2026-02-30", "filename=" + "a" * 501, "filename=" + "," * 21, "mailbox=a%00b",
    "sender=x", "from=a&from=b",
])  # fmt: skip
def test_a_query_that_is_not_right_is_said_to_be_so(real_mailbox: RealMailbox, query: str) -> None:
    answer = real_mailbox.program.get(f"{real_mailbox.path}/attachments?{query}")

    assert answer.status_code == 422
    assert query.partition("=")[0] in said(answer)["detail"]


def test_where_many_messages_tell_too_much_they_are_asked_for_one_by_one(
    real_mailbox: RealMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    real = attachments_after

    def tells_too_much(*given: Any, **named: Any) -> Any:
        asked.append(named["messages"])
        if named["messages"] > 1:
            raise ProtocolError("too much", symptom=Symptom.TOO_MUCH_DATA)
        return real(*given, **named)

    monkeypatch.setattr(attachments, "attachments_after", tells_too_much)
    real_mailbox.deliver("one", "a.csv")

    assert names(walk(real_mailbox)[0]) == ["a.csv"]
    assert asked == [50, 1]
