"""Saving an attachment of 100 MB: as quick as the bytes can be read from the mail server, with hardly any memory."""

import http.client
import os
import socket
import ssl
import time
from base64 import encodebytes
from statistics import median

from bench.mailboxes import USER, bare_client, connect, running_mail_server
from bench.measuring import Result
from bench.portal import Portal, running_portal
from bench.processes import children, most_resident, resident
from tests.servers.dovecot import USERS, Dovecot
from tests.servers.services import hand_over
from webapp.core.mime.transfer_decoder import make_decoder
from webapp.web.mailbox_slug import encode_mailbox_name

TITLE = "Saving an attachment of 100 MB, medians of 7"
_SIZE = 100 * 1024 * 1024
_ROUNDS = 7
_PIECE = 64 * 1024
_ENCODINGS = ("base64", "8bit")
_HEAD = (
    "Subject: Large\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=cut\r\n\r\n"
    "--cut\r\n\r\nSee file\r\n--cut\r\nContent-Type: application/x-data\r\nContent-Transfer-Encoding: {}\r\n\r\n"
)


def measure() -> list[Result]:
    """Take the portal and the bare protocol in turn, for each encoding."""
    with running_mail_server() as server, running_portal(server.network) as portal:
        folder = server.create_mailbox(USER, "Large")
        for number, encoding in enumerate(_ENCODINGS, 1):
            (folder / "cur" / f"170000000{number}.M{number}.example:2,S").write_bytes(_letter(encoding, _SIZE))
        (folder / "cur" / "1700000009.M9.example:2,S").write_bytes(_letter("base64", 1000))
        hand_over(folder)
        with bare_client(server) as client:
            validity = client.select_folder("Large", readonly=True)[b"UIDVALIDITY"]
        place = f"/connections/{connect(portal, server, 'Large')}/mail/{encode_mailbox_name('Large')}/{validity}"
        _warm(portal, f"{place}.3/parts/2")
        return [
            result
            for uid, encoding in enumerate(_ENCODINGS, 1)
            for result in _compared(portal, server, f"{place}.{uid}/parts/2", uid, encoding)
        ]


def _compared(portal: Portal, server: Dovecot, path: str, uid: int, encoding: str) -> list[Result]:
    rounds, grown = [], []
    for _ in range(_ROUNDS):
        before = [resident(process) for process in children(portal.process_id)]
        rounds.append((_save(portal, path), _read_bare(server, uid, encoding)))
        after = [most_resident(process) for process in children(portal.process_id)]
        grown.append(max(most - least for most, least in zip(after, before, strict=True)))
    portal_takes, bare_takes = (median(each) for each in zip(*rounds, strict=True))
    return [
        Result(what=f"{encoding}: through the portal", value=_SIZE / 1e6 / portal_takes, unit="MB/s"),
        Result(what=f"{encoding}: FETCH by sockets alone, decoded", value=_SIZE / 1e6 / bare_takes, unit="MB/s"),
        Result(what="ratio", value=bare_takes / portal_takes, unit="", at_least=0.7),
        Result(what=f"{encoding}: memory of the worker grows by", value=max(grown), unit="MB", at_most=16),
    ]


def _save(portal: Portal, path: str) -> float:
    begun = time.perf_counter()
    if (size := _size_of(portal, path)) != _SIZE:
        raise RuntimeError(f"{size} bytes came")
    return time.perf_counter() - begun


def _size_of(portal: Portal, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=60)
    connection.request("GET", path, headers={"Cookie": portal.cookie})
    answer = connection.getresponse()
    if answer.status != 200:
        raise RuntimeError(f"{path} answers {answer.status}")
    size = sum(map(len, iter(lambda: answer.read(_PIECE), b"")))
    connection.close()
    return size


def _warm(portal: Portal, path: str) -> None:
    """Have every worker send something small, so that what it keeps for good is not taken for growth."""
    for _ in range(40):
        _size_of(portal, path)


def _read_bare(server: Dovecot, uid: int, encoding: str) -> float:
    """Read what one FETCH of the whole part tells, and decode it piece by piece without keeping any."""
    trusted = ssl.create_default_context(cafile=str(server.ca_file))
    with (
        socket.create_connection((server.address, server.tls_port), timeout=60) as sock,
        trusted.wrap_socket(sock, server_hostname=server.address) as tls,
        tls.makefile("rb") as stream,
    ):
        stream.readline()
        for command in (f'LOGIN {USER} "{USERS[USER]}"', "EXAMINE Large"):
            tls.sendall(f"a {command}\r\n".encode())
            while not stream.readline().startswith(b"a OK"):
                pass
        begun = time.perf_counter()
        tls.sendall(f"a UID FETCH {uid} (BODY.PEEK[2])\r\n".encode())
        left = int(stream.readline().rpartition(b"{")[2].rstrip(b"}\r\n"))
        undo, size = make_decoder(encoding), 0
        while left:
            piece = stream.read(min(left, _PIECE))
            left -= len(piece)
            size += len(undo.feed(piece))
        size += len(undo.finish())
        while not stream.readline().startswith(b"a OK"):
            pass
        taken = time.perf_counter() - begun
    if size != _SIZE:
        raise RuntimeError(f"{size} bytes came")
    return taken


def _letter(encoding: str, size: int) -> bytes:
    content = encodebytes(os.urandom(size)).replace(b"\n", b"\r\n") if encoding == "base64" else _text(size)
    return _HEAD.format(encoding).encode() + content + b"\r\n--cut--\r\n"


def _text(size: int) -> bytes:
    line = b"x" * 62 + b"\r\n"
    return line * (size // len(line))
