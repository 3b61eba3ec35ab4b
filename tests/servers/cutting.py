"""A wire to a server that is cut at a chosen command: before the server hears it, or before its answer is heard."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Thread

_COMMAND = re.compile(rb"\S+ (?:UID )?(STATUS|SELECT|EXAMINE|NOOP|FETCH|COPY|MOVE|STORE|EXPUNGE|SEARCH|LIST)\b")


class Cut(StrEnum):
    """Where a command is lost."""

    BEFORE = "before the server hears it"
    AFTER = "before its answer is heard"


@dataclass
class Wire:
    """Counts the commands that go over it once somebody is logged in; `cut_at` is the one that is lost, once."""

    port: int = 0
    commands: list[bytes] = field(default_factory=list)
    cut_at: int | None = None
    how: Cut = Cut.BEFORE

    def cut(self, at: int | None, how: Cut = Cut.BEFORE) -> None:
        self.commands, self.cut_at, self.how = [], at, how

    def heard(self, line: bytes) -> bool:
        """Note a command, and say whether it is the one to be lost."""
        found = _COMMAND.match(line)
        if not found:
            return False
        self.commands.append(found[1])
        lost = self.cut_at == len(self.commands) - 1
        if lost:
            self.cut_at = None
        return lost


@contextmanager
def wire_to(address: str, port: int) -> Iterator[Wire]:
    """Lay a wire to a server that speaks plain IMAP."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire = Wire(listener.getsockname()[1])
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
            Thread(target=_pass_answers, args=(server, client), daemon=True).start()
            Thread(target=_pass_commands, args=(client, server, wire), daemon=True).start()


def _pass_answers(server: socket.socket, client: socket.socket) -> None:
    with suppress(OSError):
        while data := server.recv(65536):
            client.sendall(data)
        client.shutdown(socket.SHUT_WR)


def _pass_commands(client: socket.socket, server: socket.socket, wire: Wire) -> None:
    with suppress(OSError), client, server:
        while data := client.recv(65536):
            lost = wire.heard(data)
            if lost:
                client.shutdown(socket.SHUT_RDWR)
                if wire.how is Cut.BEFORE:
                    return
            server.sendall(data)
            if lost:
                server.shutdown(socket.SHUT_WR)
                while server.recv(65536):  # until the server has done it and gone
                    pass
                return
