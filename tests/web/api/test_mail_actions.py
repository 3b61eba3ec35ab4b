"""What programs do to messages, at a real Dovecot."""

import shutil
from typing import Any

import pytest

from tests.web.api.conftest import MakeProgram, said
from tests.web.api.mailbox import USER, RealMailbox
from tests.web.pages.connections.conftest import MakeConnection
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap.protocol.errors import ConnectError, ImapError, MailboxError, ReadOnlyError
from webapp.models import Scope, User
from webapp.web.api import mail_actions
from webapp.web.mailbox_slug import encode_mailbox_name

LETTERS = ("one", "two", "three", "bystander")


@pytest.fixture
def database() -> str:
    """Run once: what acts ask of the database is asked by their own tests on both."""
    return "sqlite"


@pytest.fixture
def mail(real_mailbox: RealMailbox) -> RealMailbox:
    """Return a mailbox with four messages."""
    for subject in LETTERS:
        real_mailbox.deliver(subject)
    return real_mailbox


def everywhere(mail: RealMailbox) -> dict[str, list[str]]:
    return {name: mail.subjects(name) for name in ("INBOX", "Archive", "Trash")}


ACTS: dict[str, tuple[str, dict[str, object], dict[str, list[str]]]] = {
    "move": ("messages/move", {"to": "Archive"}, {"INBOX": ["bystander", "three"], "Archive": ["one", "two"]}),
    "copy": ("messages/copy", {"to": "Archive"}, {"INBOX": sorted(LETTERS), "Archive": ["one", "two"]}),
    "delete": ("messages/delete", {}, {"INBOX": ["bystander", "three"], "Trash": ["one", "two"]}),
    "delete for good": ("messages/delete", {"permanently": True}, {"INBOX": ["bystander", "three"]}),
}


@pytest.mark.parametrize("act", ACTS)
def test_a_dry_run_says_what_an_act_then_does_and_undo_brings_it_back(mail: RealMailbox, act: str) -> None:
    what, body, after = ACTS[act]
    before, refs = everywhere(mail), mail.refs("one", "two")
    nothing: dict[str, list[str]] = {name: [] for name in before}

    planned = said(mail.act(what, messages=refs, dry_run=True, **body))
    assert everywhere(mail) == before
    assert (planned["dry_run"], planned["done"], planned["act_id"]) == (True, 2, None)
    assert sorted(each["ref"] for each in planned["first"]) == sorted(refs)

    done = said(mail.act(what, messages=refs, **body))
    assert everywhere(mail) == {**nothing, **after}
    assert {**planned, **{name: done[name] for name in ("dry_run", "act_id", "cautions", "first")}} == done

    undoable = act in ("move", "delete")
    assert (done["act_id"] is not None, planned["undoable"]) == (undoable, undoable)
    (listed,) = mail.program.read(f"{mail.path}/acts")["acts"]
    assert (listed["act"], listed["done"], listed["undoable"]) == (done["act"], 2, undoable)
    undone = mail.act(f"acts/{listed['id']}/undo")
    assert undone.status_code == (200 if undoable else 409)
    assert everywhere(mail) == (before if undoable else {**nothing, **after})
    assert mail.act(f"acts/{listed['id']}/undo").status_code == 409


def test_flags_are_set_and_taken_away(mail: RealMailbox) -> None:
    refs = mail.refs("one", "two")

    told = said(mail.act("messages/flags", messages=refs, add=["flagged", "answered"], remove=["seen"]))
    assert (told["done"], told["gone"], told["act_id"]) == (2, [], None)
    assert {each["subject"] for each in mail.messages() if each["flagged"] and each["answered"]} == {"one", "two"}
    mail.act("messages/flags", messages=refs[:1], add=["seen"], remove=["flagged"])
    marks = {each["subject"]: (each["seen"], each["flagged"]) for each in mail.messages()}

    assert (marks["one"], marks["two"], marks["bystander"]) == ((True, False), (False, True), (False, False))


def test_what_is_gone_or_another_message_is_left_alone(mail: RealMailbox) -> None:
    one, two, three = mail.refs("one", "two", "three")
    mail.act("messages/delete", messages=[one], permanently=True)
    other = f"{two.rpartition('.')[0]}.{three.rpartition('.')[2]}"

    for what in ("messages/move", "messages/copy"):
        told = said(mail.act(what, messages=[one, other, three], to="Archive", dry_run=True))
        assert (told["done"], sorted(told["gone"])) == (1, sorted([one, other]))
    told = said(mail.act("messages/move", messages=[one, other, three], to="Archive"))

    assert (told["done"], sorted(told["gone"])) == (1, sorted([one, other]))
    assert everywhere(mail) == {"INBOX": ["bystander", "two"], "Archive": ["three"], "Trash": []}


WRONG: list[tuple[str, dict[str, Any], int]] = [
    ("messages/move", {"messages": []}, 422),
    ("messages/move", {"messages": ["x"]}, 422),
    ("messages/move", {"messages": ["{ref}"]}, 422),
    ("messages/move", {"messages": ["{ref}"], "to": "INBOX"}, 422),
    ("messages/move", {"messages": ["{ref}"], "to": "inbox"}, 422),
    ("messages/move", {"messages": ["{ref}"], "to": "No such"}, 404),
    ("messages/copy", {"messages": ["{ref}"], "to": "Grüße 🔑"}, 404),
    ("messages/move", {"messages": ["{ref}"], "to": "../secrets", "dry_run": True}, 404),
    ("messages/move", {"messages": ["{ref}"], "to": "a//b"}, 404),
    ("messages/copy", {"messages": ["{ref}"], "to": "a\0b\r\nA1 LOGOUT"}, 422),
    ("messages/move", {"messages": ["{ref}", "QXJjaGl2ZQ.1.1"], "to": "Archive"}, 422),
    ("messages/move", {"messages": ["{ref}", "{another}"], "to": "Archive"}, 422),
    ("messages/move", {"messages": ["{ref}"] * 501, "to": "Archive"}, 422),
    ("messages/move", {"messages": ["{ref}"], "to": "Archive", "dry_run": "yes"}, 422),
    ("messages/move", {"messages": ["SU5CT1g.1.1"], "to": "Archive"}, 410),
    ("messages/delete", {"messages": [f"{encode_mailbox_name('No such')}.1.1"]}, 404),
    ("messages/delete", {"messages": ["{ref}"], "permanently": 1}, 422),
    ("messages/flags", {"messages": ["{ref}"]}, 422),
    ("messages/flags", {"messages": ["{ref}"], "add": ["seen"], "remove": ["seen"]}, 422),
    ("messages/flags", {"messages": ["{ref}"], "add": ["\\Deleted"]}, 422),
    ("messages/expunge", {"messages": ["{ref}"]}, 404),
    ("acts/4711/undo", {}, 404),
    ("acts/99999999999/undo", {}, 404),
]


def test_what_is_wrong_changes_nothing(mail: RealMailbox) -> None:
    (ref,) = mail.refs("one")
    mailbox, validity, uid, _ = ref.split(".")
    known = {"ref": ref, "another": f"{mailbox}.{validity}.{uid}.AAAAAAAAAAAA"}

    for what, body, status in WRONG:
        body = {**body, "messages": [each.format(**known) for each in body.get("messages", ())]}
        answer = mail.act(what, **body)
        assert (answer.status_code, answer.content_type) == (status, "application/problem+json"), (what, body)

    assert everywhere(mail) == {"INBOX": sorted(LETTERS), "Archive": [], "Trash": []}


def test_a_missing_trash_is_a_conflict_in_clear_words(mail: RealMailbox) -> None:
    shutil.rmtree(mail.dovecot.mail(USER, "Trash"))
    refs = mail.refs("one")

    for dry_run in (True, False):
        answer = mail.act("messages/delete", messages=refs, dry_run=dry_run)
        assert (answer.status_code, said(answer)["title"]) == (409, "There is no Trash")

    assert mail.subjects() == sorted(LETTERS)


@pytest.mark.parametrize(
    ("error", "status", "title", "diagnosis"),
    [
        (
            MailboxError("[OVERQUOTA] Quota exceeded"),
            409,
            "The mailbox is full",
            "mailbox-full",
        ),
        (ReadOnlyError("READ-ONLY"), 409, "The mailbox can only be read", None),
        (ConnectError("The server closed the connection", symptom=Symptom.DROPPED), 502, None, "connection-dropped"),
    ],
)
def test_what_a_server_refuses_is_said_with_its_reason(
    mail: RealMailbox, monkeypatch: pytest.MonkeyPatch,
    error: ImapError, status: int, title: str | None, diagnosis: str | None,
) -> None:  # fmt: skip
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(mail_actions, "execute", refuse)

    answer = mail.act("messages/move", messages=mail.refs("one"), to="Archive")

    told = said(answer)
    assert (answer.status_code, told.get("diagnosis")) == (status, diagnosis), told
    assert title in (None, told["title"])


def test_acts_of_another_connection_are_not_there(
    mail: RealMailbox, member: User, make_connection: MakeConnection
) -> None:
    act_id = said(mail.act("messages/move", messages=mail.refs("one"), to="Archive"))["act_id"]
    other = f"/connections/{make_connection(member, name='Other')}"

    assert mail.program.ask("POST", f"{other}/acts/{act_id}/undo").status_code == 404
    assert mail.program.read(f"{other}/acts")["acts"] == []
    assert mail.subjects("Archive") == ["one"]


def test_what_was_done_is_listed_page_by_page(mail: RealMailbox) -> None:
    made = [said(mail.act("messages/move", messages=mail.refs(each), to="Archive"))["act_id"] for each in LETTERS]
    seen, cursor = [], ""
    for _ in LETTERS:
        page = mail.program.read(f"{mail.path}/acts?limit=3&cursor={cursor}")
        seen += [each["id"] for each in page["acts"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert seen == made[::-1]


def test_undo_is_for_whoever_may_write(mail: RealMailbox, program: MakeProgram, member: User) -> None:
    act_id = said(mail.act("messages/move", messages=mail.refs("one"), to="Archive"))["act_id"]

    assert program(member, Scope.READ).ask("POST", f"{mail.path}/acts/{act_id}/undo").status_code == 403
    assert program(member, Scope.WRITE).ask("POST", f"{mail.path}/acts/{act_id}/undo").status_code == 200
