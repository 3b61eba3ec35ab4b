"""Parts of messages at a real Dovecot, over HTTP: any range of them, a download that goes on, images in their place."""

import re
import shutil
import subprocess
import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from tests.conftest import sign_in_as
from tests.core.mime.test_cid_images import GIF, JPEG, PNG
from tests.http_client import words
from tests.servers.dovecot import USERS, Dovecot
from tests.servers.services import hand_over
from tests.servers.test_dovecot_reading import reading
from webapp.core.imap.mailbox.messages import list_messages, locate_part, open_part
from webapp.core.imap.protocol.session_pool import close_idle
from webapp.core.mime import MAX_IMAGE_BYTES
from webapp.models import Scope, User, db
from webapp.services.accounts.api_tokens import make_token
from webapp.web.mailbox_slug import encode_mailbox_name

USER = "flags@example.com"
FILE = b"".join(b"line %07d \xc3\xa4=;%%\r\n" % number for number in range(100_000))
ENCODED = b64encode(FILE)
# As sloppy programs write it: lines of several lengths, blanks and strangers between, no padding at the end.
SLOPPY = b"\r\n".join((ENCODED[:7], b" " + ENCODED[7:70_001] + b"!", b"", ENCODED[70_001:].rstrip(b"="), b""))
PARTS = {
    "1": (b"8bit", FILE),
    "2": (b"base64", SLOPPY),
    "3": (b"quoted-printable", FILE.replace(b"=", b"=3D").replace(b" \xc3", b" =\r\n=C3")),
    "4": (b"base64", b""),
}
HEAD = b"Subject: Files\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=cut\r\n"
LETTER = b"".join(
    (
        HEAD,
        *(
            b"\r\n--cut\r\nContent-Type: application/x-data\r\nContent-Transfer-Encoding: %s\r\n\r\n%s" % part
            for part in PARTS.values()
        ),
        b"\r\n--cut--\r\n",
    )
)


def pictures() -> bytes:
    """Write a message whose HTML shows four images of its own, of which two can be shown."""
    message = EmailMessage()
    message["Subject"] = "Pictures"
    message.set_content("See the pictures")
    html = "".join(f"<img alt={name} src='cid:{name}@here'>" for name in ("logo", "photo", "script", "large", "gone"))
    message.add_alternative(f"<p>See {html}</p>", subtype="html")
    designed = message.get_body(("html",))
    assert designed
    for name, kind, data in (
        ("logo", "png", PNG),
        ("photo", "jpeg", JPEG),
        ("script", "svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("large", "gif", GIF + bytes(MAX_IMAGE_BYTES)),
        ("other", "gif", GIF),
    ):
        designed.add_related(data, "image", kind, cid=f"<{name}@here>", filename=f"{name}.{kind}", disposition="inline")
    return message.as_bytes()


PICTURES = pictures()


@pytest.fixture
def database() -> str:
    return "sqlite"


@pytest.fixture
def more_settings(dovecot: Dovecot) -> Mapping[str, object]:
    return {"allowed_networks": dovecot.network.allowed, "ca_file": dovecot.network.ca_file}


@dataclass(frozen=True)
class Letter:
    """The message, and where to find it on the pages and in the API."""

    connection_id: int
    uid_validity: int
    uid: int
    token: str

    def page(self, rest: str) -> str:
        mailbox = f"/connections/{self.connection_id}/mail/{encode_mailbox_name('Files')}"
        return f"{mailbox}/{self.uid_validity}.{self.uid}/{rest}"

    def operation(self, section: str) -> str:
        ref = f"{encode_mailbox_name('Files')}.{self.uid_validity}.{self.uid}"
        return f"/api/v1/connections/{self.connection_id}/messages/{ref}/parts/{section}"


@pytest.fixture
def letters(app: Flask, dovecot: Dovecot, member: User) -> Iterator[list[Letter]]:
    """Put the messages where they are read, again for each test, the first one first."""
    folder = dovecot.create_mailbox(USER, "Files")
    for number, raw in enumerate((LETTER, PICTURES)):
        path = folder / "cur" / f"170000000{number}.M1.example:2,"
        path.write_bytes(raw)
        hand_over(path)
    arguments = ["--name", "Files", "--address", USER, "--type", "credentials"]
    arguments += ["--server", f"{dovecot.address}:{dovecot.tls_port}:tls"]
    added = app.test_cli_runner().invoke(args=["connections", "add", *arguments], input=f"{USERS[USER]}\n")
    assert added.exit_code == 0, added.output
    with reading(dovecot) as session:
        listing = list_messages(session, "Files")
    with app.app_context():
        _, token = make_token(member, "Nightly", [Scope.READ])
        db.session.commit()
    yield [Letter(1, listing.uid_validity, message.uid, token) for message in reversed(listing.messages)]
    close_idle()


@pytest.fixture
def letter(letters: list[Letter]) -> Letter:
    return letters[0]


SIZE = len(FILE)
# What is asked for, and which bytes come; or the status where that is the whole file, or none of it.
RANGES: dict[str, tuple[int, int] | int] = {
    "bytes=0-0": (0, 1),
    "bytes=5-": (5, SIZE),
    "bytes=1500001-1500010": (1_500_001, 1_500_011),
    "bytes=-7": (SIZE - 7, SIZE),
    f"bytes=-{SIZE + 5}": (0, SIZE),
    f"bytes={SIZE - 1}-{SIZE + 10}": (SIZE - 1, SIZE),
    f"bytes={SIZE}-": 416,
    "bytes=99999999999999999999-": 416,
    "bytes=0-1,5-6": 200,
    "bytes=9-3": 200,
    "bytes=-0": 200,
    "lines=0-1": 200,
    "nonsense": 200,
}


@pytest.mark.parametrize("section", ["1", "2", "3"])
def test_any_range_is_what_it_is_in_the_file(client: FlaskClient, member: User, letter: Letter, section: str) -> None:
    sign_in_as(client, member)
    path = letter.page(f"parts/{section}")

    for asked, stretch in RANGES.items():
        answer = client.get(path, headers={"Range": asked})

        if stretch == 416:
            assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{SIZE}"), asked
        elif isinstance(stretch, int):
            assert (answer.status_code, answer.data == FILE) == (200, True), asked
        else:
            start, stop = stretch
            assert (answer.status_code, answer.data == FILE[start:stop]) == (206, True), asked
            assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{SIZE}"
            assert answer.content_length == stop - start


def test_the_source_has_ranges_and_an_empty_file_has_none(client: FlaskClient, member: User, letter: Letter) -> None:
    sign_in_as(client, member)

    source, empty = (
        client.get(letter.page(rest), headers={"Range": "bytes=8-20"}) for rest in ("source?save=1", "parts/4")
    )

    assert (source.status_code, source.data) == (206, LETTER[8:21])
    assert source.headers["Content-Range"] == f"bytes 8-20/{len(LETTER)}"
    assert (empty.status_code, empty.headers["Content-Range"]) == (416, "bytes */0")
    assert client.get(letter.page("parts/4")).data == b""


def test_conditions_and_head_are_answered_without_the_bytes(client: FlaskClient, member: User, letter: Letter) -> None:
    sign_in_as(client, member)
    path = letter.page("parts/2")
    tag = client.head(path).headers["ETag"]

    def status(method: str = "GET", path: str = path, **headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with client.open(path, method=method, headers=named) as answer:
            return answer.status_code

    assert tag == f'"{letter.uid_validity}-{letter.uid}-2"'
    assert status(If_None_Match=tag) == status(If_None_Match="*") == status(If_None_Match=f"W/{tag}") == 304
    assert status(If_None_Match='"other"') == 200
    assert status(If_Range=tag, Range="bytes=1-2") == 206
    assert status(If_Range=f"W/{tag}", Range="bytes=1-2") == status(If_Range='"other"', Range="bytes=1-2") == 200
    assert status(If_Range="Tue, 01 Sep 2026 10:00:00 GMT", Range="bytes=1-2") == 200
    assert status("HEAD", Range="bytes=1-2") == 200
    assert status("HEAD", path=letter.page("parts/9")) == 404
    head = client.head(letter.page("parts/1"))
    assert (head.content_length, head.headers["Accept-Ranges"], head.data) == (SIZE, "bytes", b"")


@pytest.mark.parametrize("wrong", [0, 1, SIZE - 1, SIZE + 1, 10 * SIZE])
def test_a_size_that_the_server_has_wrong_is_counted(dovecot: Dovecot, letter: Letter, wrong: int) -> None:
    with reading(dovecot) as session:
        part = locate_part(session, "Files", letter.uid, "1", uid_validity=letter.uid_validity)

        content = open_part(session, letter.uid, part)
        assert content.known_size() == content.size() == SIZE
        assert replace(content, announced_size=wrong).known_size() is None
        assert replace(content, announced_size=wrong).size() == SIZE


def test_images_of_the_message_are_shown_in_it_and_listed_too(
    client: FlaskClient, member: User, letters: list[Letter]
) -> None:
    sign_in_as(client, member)

    document = client.get(letters[1].page("html")).text
    listed = words(client.get(letters[1].page("")[:-1]))

    shown = dict(re.findall(r'<img alt="(\w+)"(?: src="(data:[^"]*)")?>', document))
    assert shown == {
        "logo": f"data:image/png;base64,{b64encode(PNG).decode()}",
        "photo": f"data:image/jpeg;base64,{b64encode(JPEG).decode()}",
        "script": "",
        "large": "",
        "gone": "",
    }
    assert "5 attachments" in listed
    assert re.findall(r"(\w+)\.\S+ \S+ · [\d.]+ \w+ · shown in the message as designed", listed) == ["logo", "photo"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_curl_goes_on_with_a_download_that_broke_off(app: Flask, letter: Letter, tmp_path: Path) -> None:
    serving = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    saved = tmp_path / "file"
    saved.write_bytes(FILE[:1_234_567])
    address = f"http://127.0.0.1:{serving.server_port}{letter.operation('2')}"
    command = ("curl", "-sS", "--fail", "-C", "-", "-o", saved, "-H", f"Authorization: Bearer {letter.token}", address)
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    finally:
        serving.shutdown()
        thread.join()
        serving.server_close()

    assert ran.returncode == 0, ran.stderr
    assert saved.read_bytes() == FILE
