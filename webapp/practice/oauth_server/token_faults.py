"""Faults of the token endpoint that tests ask for, one after another; and a count of its calls. Knows only WSGI."""

import json
import select
import socket
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from time import sleep
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_ANSWERS: dict[str, tuple[str, str, bytes]] = {
    "429": ("429 Too Many Requests", "application/json", b'{"error": "temporarily_unavailable"}'),
    "500": ("500 Internal Server Error", "application/json", b'{"error": "server_error"}'),
    "html": ("200 OK", "text/html; charset=utf-8", b"<!doctype html><title>Gateway</title><p>Please come back later."),
    "empty": ("200 OK", "application/json", b""),
    "no-token": ("200 OK", "application/json", json.dumps({"token_type": "Bearer", "expires_in": 3599}).encode()),
}
KINDS = frozenset({"slow", "silent", "drop", *_ANSWERS})
_LONGEST_SILENCE = 60.0


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What befalls one token request.

    `slow` answers after some seconds, `silent` never, `drop` does its work (a refresh token is rotated) and then cuts
    the connection; the others answer in place of the provider, which does nothing.
    """

    kind: str
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no such fault: {self.kind}")


class TokenFaults:
    """Stands in front of a provider and deals with its token requests."""

    def __init__(self, provider: "WSGIApplication", token_path: str) -> None:
        self._provider = provider
        self._token_path = token_path
        self._waiting: deque[Fault] = deque()
        self._lock = Lock()
        self._calls = 0

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        if environ["REQUEST_METHOD"] != "POST" or not environ["PATH_INFO"].endswith(self._token_path):
            return self._provider(environ, start_response)
        with self._lock:
            self._calls += 1
            fault = self._waiting.popleft() if self._waiting else None
        return self._befall(fault, environ, start_response) if fault else self._provider(environ, start_response)

    def _befall(self, fault: Fault, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if fault.kind in _ANSWERS:
            status, kind, body = _ANSWERS[fault.kind]
            start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
            return [body]
        if fault.kind == "silent":
            _wait_for_end(environ, fault.seconds or _LONGEST_SILENCE)
            _cut(environ)
        sleep(fault.seconds)
        answer = self._provider(environ, start_response)
        if fault.kind == "drop":
            b"".join(answer)
            _cut(environ)
        return answer

    @property
    def calls(self) -> int:
        """Count the token requests since the start or the last reset."""
        with self._lock:
            return self._calls

    @property
    def waiting(self) -> list[str]:
        """Return the name of the faults to come."""
        with self._lock:
            return [fault.kind for fault in self._waiting]

    def add(self, fault: Fault, times: int = 1) -> None:
        """Let a fault befall the next token requests, after those that wait already."""
        with self._lock:
            self._waiting.extend([fault] * times)

    def reset(self) -> None:
        """Forget faults and count."""
        with self._lock:
            self._waiting.clear()
            self._calls = 0


def _wait_for_end(environ: "WSGIEnvironment", seconds: float) -> None:
    """Wait until the client has gone, which makes its connection readable."""
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    select.select([environ["werkzeug.socket"]], [], [], seconds)


def _cut(environ: "WSGIEnvironment") -> NoReturn:
    with suppress(OSError):  # cut already
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError  # the web server takes that for a client that has gone, and answers nothing
