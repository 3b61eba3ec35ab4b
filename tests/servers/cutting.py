"""A wire to a server that is cut at a chosen command: before the server hears it, or before its answer is heard."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from threading import Event, Thread

from webapp.core.imap import ImapError

_COMMAND = re.compile(rb"\S+ (?:UID )?(?:STATUS|SELECT|EXAMINE|NOOP|FETCH|COPY|MOVE|STORE|EXPUNGE|SEARCH|LIST)\b")

_COPIES = re.compile(rb"\[COPYUID [^]]*\] ?")


class Cut(StrEnum):
    """Where a command is lost."""

    BEFORE = "before the server hears it"
    AFTER = "before its answer is heard"


@dataclass
class Wire:
    """Loses one command; those count that are sent once a person is logged in."""

    port: int = 0
    lost: bool = False
    _count: int = 0
    _at: int | None = None
    how: Cut = Cut.BEFORE
    tells_copies: bool = True

    @contextmanager
    def losing(self, at: int, how: Cut) -> Iterator[None]:
        """Lose a command in this block, and pass over the error; `lost` says whether it came to that."""
        self._count, self._at, self.how = 0, at, how
        with suppress(ImapError):
            yield
        self.lost, self._at = self._at is None, None

    def loses(self, line: bytes) -> bool:
        """Say of something that is sent whether it is lost."""
        if not _COMMAND.match(line):
            return False
        self._count += 1
        if self._at != self._count - 1:
            return False
        self._at = None
        return True


@contextmanager
def wire_to(address: str, port: int, *, tells_copies: bool = True) -> Iterator[Wire]:
    """Lay a wire to a server that speaks plain IMAP; what it tells of copies (COPYUID) can be kept back."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire = Wire(listener.getsockname()[1], tells_copies=tells_copies)
        Thread(target=_accept, args=(listener, wire, (address, port)), daemon=True).start()
        yield wire
        listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, wire: Wire, target: tuple[str, int]) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            server = socket.create_connection(target)
            for each in (client, server):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            deaf = Event()
            answers = Thread(target=_pass_answers, args=(server, client, wire, deaf), daemon=True)
            answers.start()
            Thread(target=_pass_commands, args=(client, server, wire, deaf, answers), daemon=True).start()


def _pass_answers(server: socket.socket, client: socket.socket, wire: Wire, deaf: Event) -> None:
    with suppress(OSError):
        while data := server.recv(65536):
            if not deaf.is_set():
                client.sendall(data if wire.tells_copies else _COPIES.sub(b"", data))
        client.shutdown(socket.SHUT_WR)


def _pass_commands(client: socket.socket, server: socket.socket, wire: Wire, deaf: Event, answers: Thread) -> None:
    with suppress(OSError), client, server:
        _pass_on(client, server, wire, deaf, answers)
        server.shutdown(socket.SHUT_RDWR)  # the person who still listens for answers would keep it open otherwise


def _pass_on(client: socket.socket, server: socket.socket, wire: Wire, deaf: Event, answers: Thread) -> None:
    with suppress(OSError):
        while data := client.recv(65536):
            lost = wire.loses(data)
            if lost and wire.how is Cut.BEFORE:
                return
            if lost:
                deaf.set()
            server.sendall(data)
            if lost:  # the server does it and goes, and only then the client learns that the wire is cut
                server.shutdown(socket.SHUT_WR)
                answers.join(10)
                return
