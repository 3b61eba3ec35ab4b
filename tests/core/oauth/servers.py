"""A tiny HTTP server on loopback that answers as a test says, down to the single byte."""

import json
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl

PATIENCE = 20.0


@dataclass(frozen=True)
class Request:
    """What a client asked."""

    line: str
    headers: dict[str, str]
    body: str

    @property
    def path(self) -> str:
        return self.line.split(" ")[1]

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body, strict_parsing=True))


Behaviour = Callable[[socket.socket, Request], None]


def says(data: bytes) -> Behaviour:
    """Send bytes, then close."""
    return lambda sock, _: sock.sendall(data)


def http(body: object = b"", *, status: str = "200 OK", headers: str = "") -> bytes:
    """Write an answer; what is not bytes becomes JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\n{headers}\r\n".encode() + content


def answers(body: object = b"", *, status: str = "200 OK", headers: str = "") -> Behaviour:
    return says(http(body, status=status, headers=headers))


def by_path(**paths: object) -> Behaviour:
    """Answer each path with a JSON body of its own."""
    return lambda sock, request: sock.sendall(http(paths[request.path.strip("/")]))


def silent(sock: socket.socket, _: Request) -> None:
    """Say nothing until the client leaves."""
    sock.recv(1)


def drips(start: bytes, drop: bytes) -> Behaviour:
    """Say something, then one more drop again and again until the client leaves."""

    def behave(sock: socket.socket, _: Request) -> None:
        sock.sendall(start)
        never = Event()
        for _turn in range(int(PATIENCE / 0.02)):
            sock.sendall(drop)
            never.wait(0.02)

    return behave


@dataclass
class Server:
    """Serves until it is left; `behaviour` may be changed at any time."""

    behaviour: Behaviour = field(default_factory=answers)
    tls: ssl.SSLContext | None = None
    requests: list[Request] = field(default_factory=list)
    left: Event = field(default_factory=Event)  # set when a client has closed its side

    def __enter__(self) -> Self:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads = [Thread(target=self._accept)]
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._threads[0].join()
        for sock in self._open:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        for thread in self._threads[1:]:
            thread.join()

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    def url(self, path: str = "") -> str:
        return f"{'https' if self.tls else 'http'}://localhost:{self.port}/{path}"

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listening.accept()
            except OSError:
                return
            sock.settimeout(PATIENCE)
            self._open.append(sock)
            thread = Thread(target=self._serve, args=(sock,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        with suppress(OSError, ValueError):
            if self.tls:
                sock = self.tls.wrap_socket(sock, server_side=True)
                self._open.append(sock)
            request = _read(sock)
            self.requests.append(request)
            self.behaviour(sock, request)
            with suppress(OSError):
                sock.shutdown(socket.SHUT_WR)
            while sock.recv(4096):
                pass
        self.left.set()
        sock.close()


def _read(sock: socket.socket) -> Request:
    with sock.makefile("rb") as file:
        line = file.readline().decode().strip()
        headers = {}
        while text := file.readline().decode().strip():
            name, _, value = text.partition(": ")
            headers[name.lower()] = value
        return Request(line, headers, file.read(int(headers.get("content-length", 0))).decode())
