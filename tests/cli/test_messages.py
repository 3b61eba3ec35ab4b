"""`messages export`, as scripts use it: an mbox, a file each, what is left out, and what is on the disk in between."""

import json
import mailbox as mailboxes
import os
import re
import resource
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path
from tempfile import gettempdir

import pytest
from click.testing import Result
from flask import Flask

from tests.servers.dovecot import USERS, Dovecot
from tests.servers.test_dovecot_reading import READER, Box
from webapp.core.imap.mailbox.message_list import fetch_summaries
from webapp.core.imap.mailbox.messages import stream_message
from webapp.core.imap.protocol.errors import NotFoundError, UidValidityChangedError
from webapp.core.imap.protocol.session import Session
from webapp.core.net.transport import Transport
from webapp.services.exports import messages, retry

Export = Callable[..., Result]

LETTERS = {
    "plain": b"From: Ann <ann@example.com>\r\nSubject: A/B\r\n\r\nFrom here\r\n>From there\r\n\r\nend\r\n",
    "empty": b"",
    "no end": b"From: ben@example.com\r\nSubject: two\r\n\r\nno end",
    "8 bit": b"From: carl@example.com\r\nSubject: Gr\xfc\xdfe\r\n\r\n\xe4\xff\r\n",
    "long": b"From: dora@example.com\r\nSubject: long\r\n\r\n" + b"line\r\n" * 500_000,
}


@pytest.fixture
def database() -> str:
    """Take one: nothing here depends on it."""
    return "sqlite"


@pytest.fixture
def more_settings(dovecot: Dovecot) -> dict[str, object]:
    return {"allowed_networks": "127.0.0.0/8", "ca_file": dovecot.ca_file}


@pytest.fixture
def box(dovecot: Dovecot, request: pytest.FixtureRequest) -> Box:
    box = Box(dovecot, f"Export {abs(hash(request.node.nodeid))}")
    for at, raw in enumerate(LETTERS.values()):
        box.add(raw, "S" if at % 2 else "")
    return box


@pytest.fixture
def export(app: Flask, dovecot: Dovecot, box: Box, monkeypatch: pytest.MonkeyPatch) -> Export:
    monkeypatch.setattr(retry, "WAITS", (0, 0))
    server = f"{dovecot.address}:{dovecot.tls_port}:tls"
    adding = ("--name", "Inbox", "--address", READER, "--type", "credentials", "--server", server)
    saved = app.test_cli_runner().invoke(args=["connections", "add", *adding], input=f"{USERS[READER]}\n")
    assert saved.exit_code == 0, saved.output

    def run(*options: str) -> Result:
        return app.test_cli_runner().invoke(args=["messages", "export", "Inbox", "--mailbox", box.name, *options])

    return run


def lines_of(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n").rstrip(b"\n")


def in_mbox(path: Path) -> list[bytes]:
    """Read with the standard library, and take off the quoting, which it leaves to its reader."""
    with closing(mailboxes.mbox(path)) as read:
        return [lines_of(re.sub(rb"(?m)^>(>*From )", rb"\1", read.get_bytes(key))) for key in read.iterkeys()]


def test_an_mbox_holds_every_message_as_it_came(export: Export, tmp_path: Path) -> None:
    result = export("--mbox", str(tmp_path / "all.mbox"))

    assert result.exit_code == 0, result.output
    assert in_mbox(tmp_path / "all.mbox") == [lines_of(raw) for raw in LETTERS.values()]
    told = json.loads(result.stdout)
    assert (told["messages"], told["there"], told["unreadable"]) == (5, 0, 0)
    assert told["bytes"] == (tmp_path / "all.mbox").stat().st_size
    assert [path.name for path in tmp_path.glob(".all*")] == [".all.mbox.lock"]


def test_on_standard_output_there_is_nothing_but_the_mbox(export: Export, tmp_path: Path) -> None:
    result = export("--mbox", "-")

    (tmp_path / "copy.mbox").write_bytes(result.stdout_bytes)
    assert result.exit_code == 0
    assert len(in_mbox(tmp_path / "copy.mbox")) == 5
    assert json.loads(result.stderr)["messages"] == 5


def test_a_folder_gets_a_file_each_and_later_only_what_is_new(export: Export, box: Box, tmp_path: Path) -> None:
    folder = tmp_path / "mails"

    first = export("--eml", str(folder))
    (folder / ".postroom-export.part").write_bytes(b"half")
    before = {path.name: path.read_bytes() for path in folder.glob("[!.]*")}
    next(folder.glob("*A_B.eml")).unlink()
    box.add(b"Subject: late\r\n\r\n")
    second = export("--eml", str(folder))
    (folder / ".postroom-export.part").write_bytes(b"half")
    third = export("--eml", str(folder))

    told = [json.loads(result.stdout) for result in (first, second, third)]
    assert [(each["messages"], each["there"]) for each in told] == [(5, 0), (2, 4), (0, 6)]
    assert not (folder / ".postroom-export.part").exists()
    assert sorted(map(lines_of, before.values())) == sorted(map(lines_of, LETTERS.values()))
    assert {name.rpartition("_")[2] for name in before} >= {"two.eml", "long.eml", "message.eml"}
    assert len(list(folder.glob("*.eml"))) == 6


def test_a_message_of_which_nothing_is_told_is_exported_all_the_same(
    export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "fetch_summaries", lambda session, uids: fetch_summaries(session, uids)[2:])

    result = export("--mbox", str(tmp_path / "all.mbox"))

    assert result.exit_code == 0
    assert in_mbox(tmp_path / "all.mbox") == [lines_of(raw) for raw in LETTERS.values()]


def test_a_message_that_is_there_and_not_given_is_said_to_be_so(
    export: Export, box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def given(session: Session, uid: int) -> Iterator[bytes]:
        if uid == 2:
            raise NotFoundError("The message is not there any more")
        if uid == 3:
            next(box.folder.glob("cur/*M000003*")).unlink()
            raise NotFoundError("The message is not there any more")
        yield from stream_message(session, uid)

    monkeypatch.setattr(messages, "stream_message", given)
    result = export("--mbox", str(tmp_path / "all.mbox"))

    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert (result.exit_code, told[0]["uid"], told[-1]["unreadable"], told[-1]["messages"]) == (7, 2, 1, 3)


def test_only_what_is_asked_for_is_exported_and_stays_unread(export: Export, box: Box) -> None:
    for options, found in (
        (["--from", "ann@"], 1),
        (["--subject", "two"], 1),
        (["--unread"], 3),
        (["--since", "2040-01-01"], 0),
        (["--before", "2040-01-01", "--from", "example.com"], 4),
    ):
        result = export("--mbox", "-", *options)

        assert result.exit_code == 0, result.output
        assert json.loads(result.stderr)["messages"] == found, options
    assert len(list(box.folder.glob("cur/*:2,"))) == 3


def test_a_connection_that_breaks_off_leaves_no_message_twice_or_half(
    export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken: list[int] = []
    receive = Transport.read

    def break_off(transport: Transport, size: int) -> bytes:
        if size == 1024 * 1024 and len(broken) < 2:
            broken.append(size)
            transport._sock.shutdown(socket.SHUT_RDWR)
        return receive(transport, size)

    monkeypatch.setattr(Transport, "read", break_off)
    result = export("--mbox", str(tmp_path / "all.mbox"))

    assert (result.exit_code, len(broken)) == (0, 2), result.output
    assert in_mbox(tmp_path / "all.mbox") == [lines_of(raw) for raw in LETTERS.values()]


def test_a_mailbox_that_is_numbered_anew_meanwhile_is_to_be_exported_again(
    export: Export, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def changed(*_: object, **__: object) -> None:
        raise UidValidityChangedError("UIDVALIDITY was 1 and is 2")

    monkeypatch.setattr(messages, "uids_after", changed)
    result = export("--mbox", str(tmp_path / "all.mbox"))

    assert (result.exit_code, [path.name for path in tmp_path.glob(".all*")]) == (6, [".all.mbox.lock"])
    assert "Run the export again" in result.stderr
    assert "--begin-anew" not in result.stderr


def test_a_full_disk_is_named(export: Export, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, hard))
    try:
        aside = export("--mbox", str(tmp_path / "all.mbox"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    monkeypatch.setattr(os, "fsync", full)
    results = export("--mbox", str(tmp_path / "all.mbox")), export("--eml", str(tmp_path))

    assert f"File too large: {gettempdir()}\n" in aside.stderr
    assert f"No space left on device: {tmp_path / 'all.mbox'}\n" in results[0].stderr
    assert f"No space left on device: {tmp_path}/" in results[1].stderr
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".lock"] == ["data"]


def test_what_is_no_file_is_not_put_in_the_place_of_a_file(export: Export, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "all.mbox")

    pipe, linked = export("--mbox", str(tmp_path / "pipe")), export("--mbox", str(tmp_path / "link"))

    assert (pipe.exit_code, linked.exit_code) == (1, 0)
    assert "is not a file" in pipe.stderr
    assert (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "link").is_symlink()
    assert len(in_mbox(tmp_path / "all.mbox")) == len(LETTERS)


def test_what_cannot_be_is_refused_in_a_sentence(export: Export) -> None:
    for options, status, words in (
        ([], 2, "one of --mbox and --eml"),
        (["--mbox", "x", "--eml", "y"], 2, "one of --mbox and --eml"),
        (["--mbox", ""], 2, "it is empty"),
        (["--eml", ""], 2, "it is empty"),
        (["--mbox", "/nowhere/x"], 1, "No such file"),
        (["--mbox", "/"], 1, "is not a file"),
        (["--mbox", "."], 1, "is not a file"),
        (["--eml", "/dev/null"], 1, "is not a folder"),
        (["--mbox", "-", "--mailbox", "Nowhere at all"], 4, "not there"),
    ):
        result = export(*options)

        assert result.exit_code == status, (options, result.output)
        assert words in result.stderr, options


def test_a_message_as_a_program_writes_it_comes_back_the_same(export: Export, box: Box, tmp_path: Path) -> None:
    message = EmailMessage()
    message["Subject"], message["From"] = "Report", "ben@example.com"
    message.set_content("From the start\n")
    message.add_attachment(bytes(range(256)) * 100, maintype="application", subtype="x", filename="a.bin")
    box.add(message.as_bytes())

    export("--eml", str(tmp_path), "--subject", "Report")

    (path,) = tmp_path.glob("*_Report.eml")
    assert lines_of(path.read_bytes()) == lines_of(message.as_bytes())
