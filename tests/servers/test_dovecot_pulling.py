"""Pulling attachments from a real Dovecot: pages of them, and the command that is killed and run again."""

import hashlib
import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import update

from tests.servers.dovecot import USERS, Dovecot
from tests.servers.test_dovecot_reading import AWKWARD, READER, Box, reading
from webapp.core.imap.mailbox.attachments import MessageAttachmentsPage, attachments_after
from webapp.core.imap.mailbox.messages import SearchQuery, UidValidityChangedError
from webapp.core.imap.protocol.imaplib_protocol import ImapProtocol
from webapp.core.imap.protocol.session import Session
from webapp.models import MailAction, db
from webapp.services.exports import retry
from webapp.services.mail_actions import executor, journal


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


def pages(
    session: Session, box: Box, *, names: Sequence[str] = (), query: SearchQuery | None = None
) -> list[MessageAttachmentsPage]:
    """Go through a mailbox, three messages at a time."""
    found = [attachments_after(session, box.name, after=0, names=names, query=query, messages=3)]
    while found[-1].more:
        found.append(attachments_after(session, box.name, after=found[-1].after, names=names, query=query, messages=3))
    return found


def names_of(found: Sequence[MessageAttachmentsPage]) -> list[str]:
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

    of_ann = pages(session, box, query=SearchQuery(sender="ann"))
    upto = attachments_after(session, box.name, after=1, upto=4)
    none = pages(session, box, query=SearchQuery(before=date(2000, 1, 1)))

    assert names_of(of_ann) == ["1.csv", "3.csv", "5.csv", "7.csv"]
    assert names_of([upto]) == ["2.csv", "3.csv", "4.csv"]
    assert (none[-1].found, none[-1].after) == ((), 8)
    with pytest.raises(UidValidityChangedError):
        attachments_after(session, box.name, after=1, uid_validity=upto.uid_validity + 1)


def test_a_pattern_fits_however_its_letters_are_composed(session: Session, box: Box) -> None:
    for name in ("März.csv", "Ma\u0308rz.csv", "ΆΣ.csv"):
        box.add(letter((name, b"1")))

    for pattern, fits in (("mÄrz.*", 2), ("MA\u0308RZ.*", 2), ("m?rz.csv", 2), ("α\u0301ς.csv", 1)):
        assert len(names_of(pages(session, box, names=[pattern]))) == fits, pattern


@pytest.fixture
def more_settings(dovecot: Dovecot) -> dict[str, object]:
    return {"allowed_networks": "127.0.0.0/8", "ca_file": dovecot.ca_file}


@pytest.fixture
def database() -> str:
    """Take one: the acts that ask something of a database are shown elsewhere."""
    return "sqlite"


Pull = Callable[..., Result]


@pytest.fixture
def pull(app: Flask, dovecot: Dovecot, box: Box, tmp_path: Path) -> Pull:
    """Save a connection to the mailbox of the test, and return a function that pulls from it."""
    saved = app.test_cli_runner().invoke(
        args=[
            *("connections", "add", "--name", "Reports", "--address", READER, "--type", "credentials"),
            *("--server", f"{dovecot.address}:{dovecot.tls_port}:tls"),
        ],
        input=f"{USERS[READER]}\n",
    )
    assert saved.exit_code == 0, saved.output

    def run(*options: str) -> Result:
        where = ("--to", str(tmp_path / "to"), "--mailbox", box.name)
        return app.test_cli_runner().invoke(args=["attachments", "pull", "Reports", *where, *options])

    return run


def told(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def in_folder(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".")}


def test_a_pull_brings_what_is_new_and_only_that(pull: Pull, box: Box, tmp_path: Path) -> None:
    box.add(letter(("report.csv", b"1;2"), ("report.csv", b"3;4"), ("empty.csv", b""), ("other.pdf", b"x")))

    first, second = pull("--match", "*.csv"), pull("--match", "*.csv")
    box.add(letter(("late.csv", b"5")))
    third = pull("--match", "*.csv")

    assert [first.exit_code, second.exit_code, third.exit_code] == [0, 0, 0], first.output
    assert [each.get("name") for each in told(first)] == ["report.csv", "report.csv", "empty.csv", None]
    assert told(first)[-1]["files"] == 3
    assert told(second) == [{**told(second)[0], "files": 0, "messages": 0, "more": False}]
    assert [each.get("name") for each in told(third)] == ["late.csv", None]
    assert sorted(in_folder(tmp_path / "to").values()) == [b"", b"1;2", b"3;4", b"5"]
    for each in told(first)[:-1]:
        content = Path(each["path"]).read_bytes()
        assert (each["size"], each["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())


def kill_at(point: int) -> None:
    """Let this process be killed at a point of its work: before a sync, around a rename, after words to the server."""
    passed = 0

    def pass_on() -> None:
        nonlocal passed
        passed += 1
        if passed == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def watched(act: Callable[..., Any], *, before: bool = True, after: bool = False) -> Callable[..., Any]:
        def do(*args: Any) -> Any:
            if before:
                pass_on()
            result = act(*args)
            if after:
                pass_on()
            return result

        return do

    os.fsync = watched(os.fsync)
    Path.replace = watched(Path.replace, after=True)  # type: ignore[method-assign]
    ImapProtocol.send = watched(ImapProtocol.send, before=False, after=True)  # type: ignore[method-assign]


def killed(app: Flask, pull: Pull, *options: str, point: int) -> bool:
    """Pull in a process of its own that is killed at a point; say whether it came to that point."""
    child = os.fork()
    if not child:
        with app.app_context():
            db.engine.dispose(close=False)
        kill_at(point)
        os._exit(pull(*options).exit_code)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


EVERY = 6
"""Every which point is tried: all of them would take a minute."""


def test_whenever_a_pull_is_killed_the_next_one_makes_it_good(
    app: Flask, pull: Pull, dovecot: Dovecot, box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        journal, "LEASE_DURATION", timedelta(0)
    )  # or the killed process would have the messages in hand
    options = ("--match", "*.csv", "--then", f"move:{box.name} done")
    done = Box(dovecot, f"{box.name} done")
    expected = [b"1;2" * 50_000, b"3;4", b"", b"5"]
    came_there, point = True, 1
    while came_there:
        for folder in (tmp_path / "to", box.folder, done.folder):
            shutil.rmtree(folder, ignore_errors=True)
        for name in (box.name, done.name):
            dovecot.create_mailbox(READER, name)
        box.add(letter(("a.csv", expected[0]), ("a.csv", expected[1])))
        box.add(letter(("not.pdf", b"x")))
        box.add(letter(("b.csv", b"")))
        box.add(letter(("c.csv", b"5")))

        came_there = killed(app, pull, *options, point=point)
        taken = take_away(tmp_path / "to")  # as the person who waits for the files would
        again = pull(*options)
        taken += take_away(tmp_path / "to")

        assert again.exit_code == 0, (point, again.output)
        assert sorted(taken) == sorted(expected), point
        assert [path.name for path in (tmp_path / "to").glob(".*.part")] == []
        assert (messages_in(box), messages_in(done)) == (1, 3), point
        assert told(pull(*options))[-1]["files"] == 0
        point += EVERY
    assert point > 40


def messages_in(box: Box) -> int:
    return len([*box.folder.glob("cur/*"), *box.folder.glob("new/*")])


def take_away(folder: Path) -> list[bytes]:
    contents = in_folder(folder) if folder.exists() else {}
    for name in contents:
        (folder / name).unlink()
    return list(contents.values())


HOSTILE = (
    "../../etc/passwd", "/etc/passwd", "..\\..\\boot.ini", "a\x00b.csv", "x" * 300 + ".csv", "CON", "", " ", ".hidden",
    "-rf", "same.csv", "same.csv", "SAME.csv", "a\r\nb.csv", "Grüße ✉.csv", "\u202egnp.exe", "ä" * 200,
)  # fmt: skip


def test_names_that_nobody_should_trust_stay_in_their_folder(pull: Pull, box: Box, tmp_path: Path) -> None:
    parts = [
        b"--b\r\nContent-Type: application/x\r\nContent-Disposition: attachment; filename*=utf-8''%s\r\n\r\n%d\r\n"
        % (quote(name).encode(), at)
        for at, name in enumerate(HOSTILE)
    ]
    box.add(b'Subject: x\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"".join(parts) + b"--b--\r\n")
    before = {path for path in tmp_path.rglob("*") if "data" not in path.parts}

    result = pull()

    after = {path for path in tmp_path.rglob("*") if "data" not in path.parts} - before
    assert result.exit_code == 0, result.output
    assert {path.parent for path in after} == {tmp_path, tmp_path / "to"}
    assert sorted(in_folder(tmp_path / "to").values()) == sorted(b"%d" % at for at in range(len(HOSTILE)))
    assert all(len(os.fsencode(path.name)) <= 255 and path.name.isprintable() for path in after)


def test_awkward_messages_stand_in_the_way_of_none(pull: Pull, box: Box, tmp_path: Path) -> None:
    kinds = [kind for kind in AWKWARD if kind != "many parts"]  # hundreds of files, which take their time
    for kind in kinds:
        box.add(AWKWARD[kind])
    box.add(letter(("last.csv", b"1")))

    first, second = pull(), pull()

    missed = {line["uid"]: line["error"] for line in told(first) if "error" in line}
    assert (first.exit_code, second.exit_code) == (7, 0), first.output
    assert missed.keys() == {1 + kinds.index("3000 nested parts")}
    assert b"1" in in_folder(tmp_path / "to").values()
    assert told(second)[-1]["messages"] == 0


@pytest.mark.parametrize(
    ("then", "moves"), [("move:{}", True), ("move:{}", False), ("delete", True), ("seen", True), ("nothing", True)]
)
def test_what_comes_after_is_done_to_those_messages_alone(
    pull: Pull, dovecot: Dovecot, box: Box, monkeypatch: pytest.MonkeyPatch, then: str, moves: bool
) -> None:
    if not moves:
        monkeypatch.setattr(Session, "has_capability", lambda session, name: name != "MOVE" and offered(session, name))
    goal = Box(dovecot, "Trash" if then == "delete" else f"{box.name} done")
    for at in range(3):
        box.add(letter((f"{at}.csv", b"1")))
    box.add(letter(("not.pdf", b"x")))
    there = messages_in(goal)

    result = pull("--match", "*.csv", "--then", then.format(goal.name))

    gone = 3 if then.startswith(("move", "delete")) else 0
    marked = 3 if then == "seen" else 0
    assert result.exit_code == 0, result.output
    assert told(result)[-1]["then_done"] == gone + marked
    assert (messages_in(box), messages_in(goal) - there) == (4 - gone, gone)
    assert len(list(box.folder.glob("cur/*:2,*S*"))) == marked


offered = Session.has_capability


def test_nothing_is_fetched_where_messages_could_not_go_on(pull: Pull, box: Box, tmp_path: Path) -> None:
    box.add(letter(("a.csv", b"1")))

    rehearsed, earnest = pull("--then", "move:Nowhere", "--dry-run"), pull("--then", "move:Nowhere")

    assert [rehearsed.exit_code, earnest.exit_code] == [4, 4]
    assert "The mailbox “Nowhere”, to move messages to, is not there" in earnest.stderr
    assert in_folder(tmp_path / "to") == {}


def test_messages_in_the_hands_of_another_act_are_seen_to_later(
    app: Flask, pull: Pull, dovecot: Dovecot, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "WAITS", (0,))
    done = Box(dovecot, f"{box.name} done")
    box.add(letter(("a.csv", b"1")))
    options = ("--then", f"move:{done.name}")
    with monkeypatch.context() as broken:
        broken.setattr(executor, "_run_batch", lambda *_, **__: os._exit(9))
        child = os.fork()
        if not child:
            with app.app_context():
                db.engine.dispose(close=False)
            pull(*options)
        os.waitpid(child, 0)

    busy = pull(*options)
    with app.app_context():
        db.session.execute(update(MailAction).values(claimed_until=None))
        db.session.commit()
    free = pull(*options)

    assert (busy.exit_code, free.exit_code) == (3, 0), busy.output
    assert busy.stderr == "Another act is at work on 1 of the messages; their files are safe\n"
    assert (messages_in(box), messages_in(done)) == (0, 1)
    assert told(free)[-1]["then_done"] == 1


def test_a_pull_removes_nothing_for_good(pull: Pull, dovecot: Dovecot) -> None:
    trash = Box(dovecot, "Trash")
    trash.add(letter(("a.csv", b"1")))
    there = messages_in(trash)

    result = pull("--mailbox", "Trash", "--then", "delete")

    assert (result.exit_code, messages_in(trash)) == (2, there)
    assert "for good" in result.stderr


def test_a_message_of_which_not_all_is_safe_stays_where_it_is(
    pull: Pull, dovecot: Dovecot, box: Box, tmp_path: Path
) -> None:
    Box(dovecot, "Trash")
    parts = (
        b"--b\r\nContent-Type: application/x\r\n\r\n1\r\n" * 2 + b"--b\r\nContent-Type: text/plain\r\n\r\n1\r\n" * 600
    )
    late = b"--b\r\nContent-Type: application/x\r\n\r\nlate\r\n--b--\r\n"
    box.add(b'Subject: x\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n' + parts + late)
    box.add(letter(("a.csv", b"1")))

    result = pull("--then", "delete")

    assert (result.exit_code, told(result)[-1]["then_done"], messages_in(box)) == (7, 1, 1)
    assert b"late" not in in_folder(tmp_path / "to").values()
