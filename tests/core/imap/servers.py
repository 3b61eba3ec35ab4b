"""Small servers on loopback, a thread each, that say exactly what a test wants them to say."""

import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Event, Thread

from webapp.core.imap import Limits

SECRET = "planted-Secret-7"
HASTY = Limits(total=2, lookup=2, connect=0.5, greeting=0.4, read=0.6, probe=0.4, logout=0.3)


class Peer:
    """The client, as a server sees it."""

    def __init__(self, sock: socket.socket, stopped: Event) -> None:
        self._sock = sock
        self._lines = sock.makefile("rb")
        self.stopped = stopped

    def say(self, words: str | bytes) -> None:
        """Send bytes; a text is one line."""
        self._sock.sendall(words if isinstance(words, bytes) else words.encode() + b"\r\n")

    def hear(self) -> bytes:
        """Read a line without its end; end the conversation when there is none."""
        line = self._lines.readline()
        if not line:
            raise ConnectionError("the client has gone")
        return line.rstrip(b"\r\n")

    def read(self, size: int) -> bytes:
        """Read a literal."""
        return self._lines.read(size)

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Turn to TLS."""
        self._sock = context.wrap_socket(self._sock, server_side=True)
        self._lines = self._sock.makefile("rb")

    def reset(self) -> None:
        """Hang up rudely, with RST instead of FIN."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        self.close()

    def close(self) -> None:
        """Hang up."""
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_WR)
        self._lines.close()
        self._sock.close()


Talk = Callable[[Peer], None]
Answer = str | bytes | Callable[[Peer, str, bytes], None] | None


@contextmanager
def serving(talk: Talk, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Let everybody who connects have that talk, and return the port."""
    stopped = Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        acceptor = Thread(target=_accept, args=(listener, talk, tls, stopped), daemon=True)
        acceptor.start()
        yield listener.getsockname()[1]
        stopped.set()
        listener.shutdown(socket.SHUT_RDWR)  # wakes the person who waits in accept()
        acceptor.join(5)


def _accept(listener: socket.socket, talk: Talk, tls: ssl.SSLContext | None, stopped: Event) -> None:
    threads: list[Thread] = []
    with suppress(OSError):
        while True:
            sock, _ = listener.accept()
            sock.settimeout(5)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threads.append(Thread(target=_converse, args=(sock, talk, tls, stopped), daemon=True))
            threads[-1].start()
    for thread in threads:
        thread.join(5)


def _converse(sock: socket.socket, talk: Talk, tls: ssl.SSLContext | None, stopped: Event) -> None:
    peer = Peer(sock, stopped)
    with suppress(OSError, ValueError):
        if tls:
            peer.start_tls(tls)
        talk(peer)
    with suppress(OSError):
        peer.close()


def imap(greeting: str = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] Ready", **answers: Answer) -> Talk:
    """Speak IMAP: each command has its answer, in which TAG stands for the tag; None hangs up."""
    table: Mapping[str, Answer] = {**_ANSWERS, **answers}

    def talk(peer: Peer) -> None:
        if greeting:
            peer.say(greeting)
        while True:
            tag, command, *rest = peer.hear().split(b" ", 2)
            answer = table.get(command.decode().upper(), "TAG BAD Unknown command")
            if answer is None:
                return
            if callable(answer):
                answer(peer, tag.decode(), b" ".join(rest))
            else:
                words = answer if isinstance(answer, bytes) else answer.encode().replace(b"\n", b"\r\n") + b"\r\n"
                peer.say(words.replace(b"TAG", tag))

    return talk


_ANSWERS: Mapping[str, Answer] = {
    "CAPABILITY": "* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\nTAG OK Done",
    "AUTHENTICATE": "TAG OK [CAPABILITY IMAP4rev1] Logged in",
    "LOGIN": "TAG OK [CAPABILITY IMAP4rev1] Logged in",
    "EXAMINE": "* FLAGS (\\Seen)\n* 3 EXISTS\nTAG OK [READ-ONLY] Done",
    "LIST": '* LIST () "/" INBOX\n* LIST (\\HasNoChildren) "/" Sent\nTAG OK Done',
    "LOGOUT": "* BYE Bye\nTAG OK Done",
}


def silent(peer: Peer) -> None:
    """Say nothing until the test is over."""
    peer.stopped.wait(10)


def says(words: bytes, *, then: Talk = silent) -> Talk:
    """Say something at once."""

    def talk(peer: Peer) -> None:
        peer.say(words)
        then(peer)

    return talk


def drips(words: bytes, pause: float) -> Talk:
    """Say something slowly, one byte at a time."""

    def talk(peer: Peer) -> None:
        for byte in words:
            peer.say(bytes([byte]))
            if peer.stopped.wait(pause):
                return

    return talk


def hangs_up(peer: Peer) -> None:
    """Say nothing and go."""


def resets(peer: Peer) -> None:
    """Say nothing and go with a RST."""
    peer.reset()


def http(peer: Peer) -> None:
    """Wait for a request, as web servers do, and dislike it."""
    peer.hear()
    peer.say(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def read_astring(peer: Peer, rest: bytes) -> tuple[bytes, bytes]:
    """Read one quoted string or literal, and return it with what follows it in its line (RFC 9051 section 4.3)."""
    if rest.startswith(b"{"):
        peer.say("+ Go on")
        return peer.read(int(rest[1 : rest.index(b"}")])), peer.hear()
    quoted = re.match(rb'"((?:[^"\\]|\\.)*)"', rest)
    if not quoted:
        raise ValueError(f"neither quoted nor a literal: {rest!r}")
    return re.sub(rb"\\(.)", rb"\1", quoted[1]), rest[quoted.end() :]
