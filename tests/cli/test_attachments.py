"""`attachments pull`, as schedulers use it: exit statuses, lines of JSON, and what is on the disk after a failure."""

import fcntl
import json
import os
import re
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import Executable, delete, update

from tests.cli.test_check import adding, run
from tests.core.imap.servers import HASTY, SECRET, Answer, Peer, imap, serving
from webapp.core.imap import Network
from webapp.core.imap.protocol.session_pool import close_idle
from webapp.models import Connection, db
from webapp.services.exports import post_actions, retry
from webapp.services.mail_actions.service import ActionKind

Fault = Callable[[Peer, bytes], bool]


@pytest.fixture
def database() -> str:
    """Take one: nothing here depends on it."""
    return "sqlite"


@pytest.fixture(autouse=True)
def _loopback(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    app.extensions["postroom.network"] = Network(allowed=(ip_network("127.0.0.0/8"),))
    app.extensions["postroom.limits"] = HASTY
    monkeypatch.setattr(retry, "WAITS", (0, 0))
    yield
    close_idle()


class Mailbox:
    """A mailbox of messages with one file each, by UID; a fault is asked first, and says whether it has answered."""

    def __init__(self, **files: bytes) -> None:
        self.files = {uid: (f"{name}.csv", content) for uid, (name, content) in enumerate(files.items(), start=1)}
        self.validity = 17
        self.missing = False
        self.fault: Fault = lambda peer, asked: False
        self.answers: dict[str, Answer] = {}

    @contextmanager
    def served(self, app: Flask) -> Iterator[None]:
        answers = {"EXAMINE": self._examine, "FETCH": self._fetch, "UID": self._uid, "NOOP": "TAG OK", **self.answers}
        with serving(imap("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] Ready", **answers)) as port:
            assert run(app, *adding(port), given=f"{SECRET}\n").exit_code == 0
            yield

    def _examine(self, peer: Peer, tag: str, _: bytes) -> None:
        if self.missing:
            peer.say(f"{tag} NO [NONEXISTENT] not there")
            return
        peer.say(f"* {len(self.files)} EXISTS\r\n* OK [UIDVALIDITY {self.validity}] Ok\r\n{tag} OK Done")

    def _fetch(self, peer: Peer, tag: str, _: bytes) -> None:
        peer.say(f"* {len(self.files)} FETCH (UID {max(self.files)})\r\n{tag} OK Done")

    def _uid(self, peer: Peer, tag: str, asked: bytes) -> None:
        if self.fault(peer, tag.encode() + b" " + asked):
            return
        if asked.startswith(b"SEARCH"):
            first, last = map(int, asked.partition(b" UID ")[2].split()[0].split(b":"))
            found = " ".join(str(uid) for uid in self.files if first <= uid <= last)
            peer.say(f"* SEARCH {found}\r\n{tag} OK Done")
            return
        for at, uid in enumerate(self.files, start=1):
            if within(uid, asked.split()[1]):
                peer.say(b"* %d FETCH (UID %d %s)\r\n" % (at, uid, self._told(uid, asked)))
        peer.say(f"{tag} OK Done")

    def _told(self, uid: int, asked: bytes) -> bytes:
        name, content = self.files[uid]
        if piece := re.search(rb"BODY\.PEEK\[1\]<(\d+)\.(\d+)>", asked):
            start, size = map(int, piece.groups())
            return b"BODY[1]<%d> " % start + literal(content[start : start + size])
        told = b'FLAGS () INTERNALDATE "28-Nov-2026 09:05:00 +0000" RFC822.SIZE 99 BODY[HEADER.FIELDS (MESSAGE-ID)]<0> '
        told += literal(b"Message-ID: <%d@example.com>\r\n\r\n" % uid)
        told += b" BODY[HEADER.FIELDS (FROM SUBJECT)]<0> " + literal(b"From: ben@example.com\r\nSubject: x\r\n\r\n")
        kind = f'("APPLICATION" "X" ("NAME" "{name}") NIL NIL "8BIT" {len(content)})'.encode()
        return told + (b" BODYSTRUCTURE " + kind if b"BODYSTRUCTURE" in asked else b"")


def within(uid: int, numbers: bytes) -> bool:
    ranges = (each.partition(b":") for each in numbers.split(b","))
    return any(int(first) <= uid <= int(last or first) for first, _, last in ranges)


def literal(data: bytes) -> bytes:
    return b"{%d}\r\n%s" % (len(data), data)


def pull(app: Flask, folder: Path, *options: str) -> Result:
    return run(app, "attachments", "pull", "Inbox", "--to", str(folder), *options)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "to"
    path.mkdir()
    return path


def standing(app: Flask) -> tuple[str, str | None]:
    """Return what the list of connections says of the only one."""
    row = json.loads(run(app, "connections", "list", "--json").output)
    return row["state"], row["diagnosis"]


def told(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def files_in(folder: Path) -> dict[str, bytes]:
    """Return what is there under a final name, by the name of the attachment."""
    paths = [path for path in folder.iterdir() if not path.name.startswith(".")]
    return {path.name.rpartition("_")[2]: path.read_bytes() for path in paths}


def left_aside(folder: Path) -> list[Path]:
    return [*folder.glob("*.part"), *folder.glob("*.new")]


def downloading(uid: int) -> Callable[[bytes], bool]:
    return lambda asked: b"FETCH %d " % uid in asked and b"BODY.PEEK[1]" in asked


def test_each_file_is_told_in_a_line_and_the_run_in_the_last(app: Flask, folder: Path) -> None:
    with Mailbox(a=b"one", b=b"").served(app):
        result = pull(app, folder, "--match", "A.*")

    path = folder / next(path.name for path in folder.glob("2026-11-28_*-1-1_a.csv"))
    assert result.exit_code == 0
    assert told(result) == [
        {
            "name": "a.csv", "path": str(path), "size": 3,
            "sha256": "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed",
            "mailbox": "INBOX", "uid": 1, "section": "1", "message_id": "<1@example.com>", "subject": "x",
            "from": "ben@example.com", "date": "2026-11-28T09:05:00+00:00",
        },
        {
            "summary": True, "files": 1, "bytes": 3, "messages": 1, "then_done": 0, "then_gone": 0, "more": False,
            "unreadable": 0, "dry_run": False,
        },
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("act", "words"), [("delete", "use --then move:MAILBOX"), ("seen", "The mailbox can only be read")]
)
def test_what_is_in_the_way_of_an_act_is_said_in_its_own_words(app: Flask, folder: Path, act: str, words: str) -> None:
    mailbox = Mailbox(a=b"one")
    mailbox.answers["LIST"] = '* LIST () "/" INBOX\r\nTAG OK Done'
    mailbox.answers["SELECT"] = "* 1 EXISTS\r\n* OK [UIDVALIDITY 17] Ok\r\nTAG OK [READ-ONLY] Done"
    with mailbox.served(app):
        result = pull(app, folder, "--then", act)

    assert result.exit_code == 4, result.output
    assert words in result.stderr
    assert "Diagnosis" not in result.stderr


def test_a_person_at_a_terminal_reads_a_bar_and_a_sentence(
    app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _: True)
    with Mailbox(a=b"one").served(app):
        result = pull(app, folder)

    assert result.exit_code == 0
    assert "a.csv" in result.stdout
    assert result.stdout.endswith("\n1 file (3 bytes) fetched\n")


def test_a_connection_that_breaks_off_in_mid_file_is_opened_again(app: Flask, folder: Path) -> None:
    mailbox = Mailbox(a=b"one", b=b"two" * 1000, c=b"three")
    broken: list[bytes] = []

    def breaks_once(peer: Peer, asked: bytes) -> bool:
        if not downloading(2)(asked) or broken:
            return False
        broken.append(asked)
        peer.say(b"* 2 FETCH (UID 2 BODY[1]<0> {3000}\r\ntwotw")
        peer.close()
        return True

    mailbox.fault = breaks_once
    with mailbox.served(app):
        result = pull(app, folder)

    assert (result.exit_code, len(broken)) == (0, 1), result.output
    assert [line.get("name") for line in told(result)] == ["a.csv", "b.csv", "c.csv", None]
    assert files_in(folder) == {"a.csv": b"one", "b.csv": b"two" * 1000, "c.csv": b"three"}


def hangs_up(peer: Peer, asked: bytes) -> bool:
    if downloading(2)(asked):
        peer.say(b"* 2 FETCH (UID 2 BODY[1]<0> {3000}\r\ntwotw")
        peer.close()
    return downloading(2)(asked)


def says(words: bytes) -> Fault:
    def answer(peer: Peer, asked: bytes) -> bool:
        if downloading(2)(asked):
            peer.say(asked.split()[0] + words + b"\r\n")
        return downloading(2)(asked)

    return answer


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (hangs_up, 3, ["The server closed the connection", "Diagnosis: connection-dropped"]),
        (says(b" NO [UNAVAILABLE] Try later"), 3, ["Try later", "Who acts: Wait", "/help/problems/server-unavailable"]),
        (says(b" NO [NOPERM] Not for you"), 4, ["Not for you", "Who acts: "]),
        (says(b" NO [SERVERBUG] Broken message"), 7, ["Message 2 in INBOX (“x”) is not given", "Broken message"]),
        (says(b" OK"), 7, ["Message 2 in INBOX (“x”) is not given", "nothing"]),
    ],
)
def test_a_failure_ends_with_its_status_and_what_was_whole_stays(
    app: Flask, folder: Path, fault: Fault, status: int, words: list[str]
) -> None:
    mailbox = Mailbox(a=b"one", b=b"two", c=b"three")
    mailbox.fault = fault
    with mailbox.served(app):
        failed = pull(app, folder)
        at_first = files_in(folder)
        left = left_aside(folder)
        mailbox.fault = lambda peer, asked: False
        mended = pull(app, folder)

    goes_on = status == 7
    assert failed.exit_code == status, failed.output
    assert all(word in failed.stderr for word in words), failed.stderr
    assert SECRET not in failed.output
    assert at_first == ({"a.csv": b"one", "c.csv": b"three"} if goes_on else {"a.csv": b"one"})
    assert (mended.exit_code, left) == (0, [])
    assert [line.get("name") for line in told(mended)] == [*([] if goes_on else ["b.csv", "c.csv"]), None]


def test_who_is_let_in_no_more_in_the_middle_is_told_so_and_goes_on_there(app: Flask, folder: Path) -> None:
    mailbox = Mailbox(a=b"one", b=b"two")
    revoked: list[bytes] = []

    def log_in(peer: Peer, tag: str, _: bytes) -> None:
        peer.say(f"{tag} NO [EXPIRED] Access has ended" if revoked else f"{tag} OK [CAPABILITY IMAP4rev1] Logged in")

    def revoke(peer: Peer, asked: bytes) -> bool:
        if not downloading(2)(asked):
            return False
        revoked.append(asked)
        peer.say(b"* 2 FETCH (UID 2 BODY[1]<0> {3}\r\nt* BYE Session ended\r\n")
        peer.close()
        return True

    mailbox.answers["AUTHENTICATE"], mailbox.fault = log_in, revoke
    with mailbox.served(app):
        failed, left = pull(app, folder), (files_in(folder), left_aside(folder))
        revoked.clear()
        mailbox.fault = lambda peer, asked: False
        mended = pull(app, folder)

    assert (failed.exit_code, left) == (4, ({"a.csv": b"one"}, [])), failed.output
    assert "Access has ended" in failed.stderr
    assert [line.get("name") for line in told(mended)] == ["b.csv", None]


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        (update(Connection).values(port=1, version=Connection.version + 1), 3, "“Inbox” was edited meanwhile."),
        (delete(Connection), 4, "“Inbox” was deleted meanwhile."),
    ],
    ids=["edited", "deleted"],
)
def test_a_connection_that_is_not_what_it_was_ends_the_run(
    app: Flask, folder: Path, change: Executable, status: int, words: str
) -> None:
    mailbox = Mailbox(a=b"one", b=b"two")

    def meanwhile(peer: Peer, asked: bytes) -> bool:
        if not downloading(2)(asked):
            return False
        with app.app_context():
            db.session.execute(change)
            db.session.commit()
        peer.close()
        return True

    mailbox.fault = meanwhile
    with mailbox.served(app):
        result = pull(app, folder)

    assert result.exit_code == status, result.output
    assert words in result.stderr
    assert (files_in(folder), left_aside(folder)) == ({"a.csv": b"one"}, [])


def test_a_message_of_which_the_server_tells_too_much_stands_in_the_way_of_none(app: Flask, folder: Path) -> None:
    mailbox = Mailbox(a=b"one", b=b"two", c=b"three")

    def endless(peer: Peer, asked: bytes) -> bool:
        if b"BODYSTRUCTURE" not in asked or not within(2, asked.split()[2]):
            return False
        peer.say(b"* 2 FETCH (UID 2 BODYSTRUCTURE (" + b'("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1)' * 60_000)
        return True

    mailbox.fault = endless
    with mailbox.served(app):
        result = pull(app, folder)

    assert result.exit_code == 7, result.output
    assert files_in(folder) == {"a.csv": b"one", "c.csv": b"three"}
    assert "Message 2 in INBOX" in result.stderr


def test_whoever_has_to_act_is_told_what_to_do(app: Flask, folder: Path) -> None:
    mailbox = Mailbox(a=b"one")
    mailbox.answers["AUTHENTICATE"] = "TAG NO [AUTHENTICATIONFAILED] Authentication failed."
    with mailbox.served(app):
        result = pull(app, folder)

    assert result.exit_code == 4
    assert result.stderr.splitlines()[0] == "The user name or password is wrong"
    assert "Diagnosis: wrong-password" in result.stderr
    assert "/help/problems/wrong-password" in result.stderr
    assert standing(app) == ("fails", "wrong-password")


def test_what_passes_by_itself_leaves_the_connection_as_it_was(app: Flask, folder: Path) -> None:
    mailbox = Mailbox(a=b"one")
    mailbox.answers["AUTHENTICATE"] = "* BYE Shutting down"
    with mailbox.served(app):
        result = pull(app, folder)

    assert result.exit_code == 3
    assert standing(app) == ("not_tested", None)


def test_a_mailbox_that_was_numbered_anew_is_begun_anew_only_when_told(app: Flask, folder: Path) -> None:
    mailbox = Mailbox(a=b"one", b=b"two")
    with mailbox.served(app):
        pull(app, folder)
        mailbox.validity, mailbox.files = 18, {1: ("c.csv", b"three")}
        close_idle()
        refused, taken = pull(app, folder), files_in(folder)
        anew = pull(app, folder, "--begin-anew")

    assert (refused.exit_code, anew.exit_code) == (6, 0)
    assert "--begin-anew" in refused.stderr
    assert taken.keys() == {"a.csv", "b.csv"}
    assert files_in(folder).keys() == {"a.csv", "b.csv", "c.csv"}


def test_a_database_that_is_busy_meanwhile_ends_in_a_sentence_and_loses_nothing(
    app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    with Mailbox(a=b"one").served(app):
        with monkeypatch.context() as patched:
            patched.setattr(post_actions, "execute", busy)
            patched.setattr(post_actions, "preview", lambda *_: SimpleNamespace(kind=ActionKind.SEEN))
            failed = pull(app, folder, "--then", "seen")
        later = pull(app, folder)

    assert (failed.exit_code, later.exit_code) == (1, 0), failed.output
    assert "database cannot be used (database is locked)" in failed.stderr
    assert [told(run)[0].get("name") for run in (failed, later)] == ["a.csv", None]


def test_two_pulls_with_the_same_state_do_not_run_at_once(app: Flask, folder: Path) -> None:
    with Mailbox(a=b"one").served(app), (folder / "state.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        busy = pull(app, folder, "--state", str(folder / "state"))
        other = pull(app, folder)

    assert (busy.exit_code, other.exit_code) == (5, 0)
    assert "is running" in busy.stderr


def test_a_full_disk_leaves_nothing_half_and_the_next_run_goes_on(app: Flask, folder: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Mailbox(a=b"one", b=b"x" * 3_000_000).served(app):
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, hard))
        try:
            failed = pull(app, folder)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        left = (files_in(folder), left_aside(folder))
        mended = pull(app, folder)

    assert (failed.exit_code, mended.exit_code) == (1, 0), failed.output
    assert f"File too large: {folder}/" in failed.stderr
    assert left == ({"a.csv": b"one"}, [])
    assert files_in(folder)["b.csv"] == b"x" * 3_000_000


REFUSED: list[tuple[list[str], int, str]] = [
    (["--to", "{}/file"], 1, "is not a folder"),
    (["--to", "{}/no/such"], 1, "There is no folder"),
    (["--state", "{}/no/state.json"], 1, "No such file"),
    (["--state", "{}/file"], 1, "is no state file"),
    (["--state", "{}"], 1, "is not a file"),
    (["--state", "/"], 1, "is not a file"),
    (["--state", "."], 1, "is not a file"),
    (["--then", "burn"], 2, "it is move:MAILBOX"),
    (["--then", "move:"], 2, "it is move:MAILBOX"),
    (["--then", "move:inbox"], 2, "to the mailbox it is in"),
    (["--since", "yesterday"], 2, "does not match"),
    (["--limit", "0"], 2, "--limit"),
    (["--match", "\udcff"], 2, "it is not UTF-8"),
    (["--mailbox", "\udcff"], 2, "it is not UTF-8"),
    *[([option, ""], 2, "it is empty") for option in ("--to", "--state", "--match", "--mailbox")],
    (["--mailbox", "Nowhere"], 4, "The mailbox “Nowhere” is not there"),
    (["--mailbox", "A\nB"], 4, "not there"),
]


def test_what_cannot_be_is_refused_in_a_sentence(app: Flask, folder: Path) -> None:
    (folder / "file").write_text("[]")
    mailbox = Mailbox(a=b"one")
    with mailbox.served(app):
        for options, status, words in REFUSED:
            mailbox.missing = "--mailbox" in options
            result = pull(app, folder / "to", *(option.format(folder) for option in options))

            assert result.exit_code == status, (options, result.output)
            assert words in result.stderr, options


def test_a_state_is_not_taken_for_that_of_another_pull(app: Flask, folder: Path) -> None:
    state = ("--state", str(folder / "state"))
    with Mailbox(a=b"one").served(app):
        pull(app, folder, *state, "--match", "*.csv", "--since", "2026-11-10")
        later = pull(app, folder, *state, "--match", "*.CSV", "--since", "2026-11-20")
        earlier = pull(app, folder, *state, "--match", "*.csv", "--since", "2026-11-01")
        other = pull(app, folder, *state, "--match", "*.pdf", "--since", "2026-11-20")

    assert (later.exit_code, earlier.exit_code, other.exit_code) == (0, 2, 2)
    assert "was passed over" in earlier.stderr
    assert "something else" in other.stderr


def test_a_state_that_somebody_has_edited_is_damaged_not_the_servers_fault(app: Flask, folder: Path) -> None:
    state = folder / "state"
    with Mailbox(a=b"one").served(app):
        pull(app, folder, "--state", str(state))
        for wrong in ({"after": -1}, {"after": 2**32}, {"waiting": {"0": ""}}):
            known = state.read_text()
            state.write_text(json.dumps(json.loads(known) | wrong))
            result = pull(app, folder, "--state", str(state))
            state.write_text(known)

            assert (result.exit_code, "--begin-anew" in result.stderr) == (1, True), wrong


def test_a_state_that_is_kept_elsewhere_is_written_there(app: Flask, folder: Path) -> None:
    (folder / "link").symlink_to(folder / "state")
    with Mailbox(a=b"one").served(app):
        runs = [pull(app, folder, "--state", str(folder / "link")) for _ in range(2)]

    assert [told(run)[-1]["files"] for run in runs] == [1, 0]
    assert (folder / "link").is_symlink()
    assert json.loads((folder / "state").read_text())["after"] == 1


def test_a_rehearsal_tells_the_same_and_leaves_no_trace(app: Flask, folder: Path) -> None:
    with Mailbox(a=b"one", b=b"two").served(app):
        rehearsed = pull(app, folder / "to", "--dry-run")
        nothing = not (folder / "to").exists()
        earnest = pull(app, folder / "to")

    assert nothing
    assert [line.get("path") for line in told(rehearsed)] == [line.get("path") for line in told(earnest)]
    assert (told(rehearsed)[-1]["dry_run"], told(rehearsed)[-1]["files"]) == (True, 2)


def test_a_limit_ends_a_run_and_the_next_goes_on(app: Flask, folder: Path) -> None:
    with Mailbox(a=b"1", b=b"2", c=b"3").served(app):
        first, second = pull(app, folder, "--limit", "2"), pull(app, folder, "--limit", "2")

    assert [line.get("name") for line in told(first)] == ["a.csv", "b.csv", None]
    assert [line.get("name") for line in told(second)] == ["c.csv", None]
    assert (told(first)[-1]["more"], told(second)[-1]["more"]) == (True, False)


def test_a_read_only_folder_is_said_to_be_so(app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system", "report.csv")

    with Mailbox(a=b"one").served(app):
        monkeypatch.setattr(os, "fsync", refuse)
        result = pull(app, folder)

    assert (result.exit_code, files_in(folder), left_aside(folder)) == (1, {}, [])
    assert "Read-only file system" in result.stderr
