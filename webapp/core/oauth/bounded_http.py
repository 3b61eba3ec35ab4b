"""One HTTP exchange with a provider that ends in time, whatever the other side does. Knows no OAuth.

A deadline for the whole of it, a cap on what is read, no redirects, no proxies and no other settings of the
environment. `http.client` speaks the protocol over a stream that gives every read and write only the time that is left.
"""

import io
import socket
import ssl
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from webapp.core.net.dns import resolve_with_timeout
from webapp.core.oauth.errors import FailureKind, OAuthError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

_PORTS = {"http": 80, "https": 443}
_PIECE = 16 * 1024


@dataclass(frozen=True, kw_only=True)
class HttpLimits:
    """How long an exchange may take, and one attempt to connect, in seconds; how many bytes the answer may have."""

    total: float = 8.0
    connect: float = 3.0
    bytes: int = 256 * 1024


USUAL_LIMITS = HttpLimits()


@dataclass(frozen=True, kw_only=True)
class HttpResponse:
    """What came back; a body may hold tokens and never shows itself."""

    status: int
    body: bytes = field(repr=False)


def http_request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None = None,
    limits: HttpLimits,
    ca_file: Path | None = None,
) -> HttpResponse:
    """Send one request and read its answer; everything but an answer is an `OAuthFailure` that quotes the cause."""
    place = url
    try:
        parts = urlsplit(url)
        place = parts.netloc.rpartition("@")[2]
        with closing(_DeadlineStream(parts, limits, ca_file)) as stream:
            return _send_request(stream, parts, method, headers, body)
    except (OSError, HTTPException, ValueError) as error:
        raise OAuthError(f"{place}: {_failure_text(error)}", kind=FailureKind.TEMPORARY) from None


def _send_request(
    stream: "_DeadlineStream", parts: SplitResult, method: str, headers: Mapping[str, str], body: bytes | None
) -> HttpResponse:
    connection = HTTPConnection(parts.hostname or "")
    connection.sock = stream.as_socket()
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = parts.netloc.rpartition("@")[2]
    connection.request(method, target, body, {**headers, "Host": host, "Connection": "close"})
    response = connection.getresponse()
    if 300 <= response.status < 400:
        # Not followed: a code or a client secret is for the address it was meant for.
        where = urlsplit(response.headers.get("Location", "")).hostname or "an address without a host"
        raise OAuthError(
            f"HTTP {response.status}, service unavailable: redirected to {where}", kind=FailureKind.TEMPORARY
        )
    return HttpResponse(status=response.status, body=_read(response))


def _read(response: HTTPResponse) -> bytes:
    """Read piece by piece: asked for all at once, `http.client` sets memory aside for whatever length was announced."""
    pieces = []
    while piece := response.read1(_PIECE):
        pieces.append(piece)
    if response.length:
        raise IncompleteRead(b"", response.length)
    return b"".join(pieces)


class _DeadlineStream(io.RawIOBase):
    """A connection on which no operation outlasts the deadline and no more is read than allowed."""

    def __init__(self, parts: SplitResult, limits: HttpLimits, ca_file: Path | None) -> None:
        super().__init__()
        self._ends = monotonic() + limits.total
        self._limits = limits
        self._bytes_left = limits.bytes
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError("not an http or https address")
        self._socket = self._dial(parts.hostname, parts.port or _PORTS[parts.scheme])
        if parts.scheme == "https":
            self._socket = self._encrypt(self._socket, parts.hostname, ca_file)

    def as_socket(self) -> socket.socket:
        """Give what `http.client` needs of a socket: it sends, makes a file of it, and closes it too early."""
        return _SocketAdapter(self)  # type: ignore[return-value]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        self._socket.settimeout(self._time_left())
        got = self._socket.recv_into(buffer)
        self._bytes_left -= got
        if self._bytes_left < 0:
            raise OAuthError(
                f"service unavailable: the answer is longer than {self._limits.bytes} bytes", kind=FailureKind.TEMPORARY
            )
        return got

    def send_all(self, data: "ReadableBuffer") -> None:
        """Send every byte; `socket.sendall` would begin its time anew with each part on an encrypted connection."""
        rest = memoryview(data)
        while rest:
            self._socket.settimeout(self._time_left())
            rest = rest[self._socket.send(rest) :]

    def close(self) -> None:
        if not self.closed and hasattr(self, "_socket"):
            self._socket.close()
        super().close()

    def _dial(self, host: str, port: int) -> socket.socket:
        errors: list[OSError] = []
        for family, address in resolve_with_timeout(host, port, self._time_left()):
            try:
                return self._connect(socket.socket(family, socket.SOCK_STREAM), address)
            except OSError as error:
                errors.append(error)
        raise errors[0] if errors else OSError(f"no address associated with {host}")

    def _connect(self, sock: socket.socket, address: Any) -> socket.socket:
        try:
            sock.settimeout(min(self._limits.connect, self._time_left()))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:
            sock.close()
            raise
        return sock

    def _encrypt(self, sock: socket.socket, host: str, ca_file: Path | None) -> socket.socket:
        try:
            sock.settimeout(self._time_left())  # one deadline for the whole handshake, not for each read
            return _trust(ca_file, ca_file.stat().st_mtime_ns if ca_file else 0).wrap_socket(sock, server_hostname=host)
        except (OSError, ValueError):
            sock.close()
            raise

    def _time_left(self) -> float:
        left = self._ends - monotonic()
        if left <= 0:
            raise TimeoutError(f"timed out: no complete answer within {self._limits.total:g} s")
        return left


class _SocketAdapter:
    def __init__(self, stream: _DeadlineStream) -> None:
        self._stream = stream

    def sendall(self, data: "ReadableBuffer") -> None:
        self._stream.send_all(data)

    def makefile(self, *_: object) -> io.BufferedReader:
        return io.BufferedReader(self._stream)

    def close(self) -> None:
        """Leave it open: the answer is still to be read, and `exchange` closes the stream."""


@lru_cache(maxsize=8)
def _trust(ca_file: Path | None, _changed: int) -> ssl.SSLContext:
    """Verify by the system's store and the extra CA file, as the check of mail servers does; loading costs 20 ms."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # RFC 8997
    context.options |= ssl.OP_NO_RENEGOTIATION
    # On by default from Python 3.13; it refuses many a company's own authority for a missing extension.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    return context


def _failure_text(error: Exception) -> str:
    if isinstance(error, IncompleteRead):
        return "connection closed before the whole answer had come"
    if isinstance(error, HTTPException) and not isinstance(error, OSError):
        # Its own words would quote the answer, which nobody has looked at for secrets.
        return f"service unavailable: the answer is not HTTP ({type(error).__name__})"
    return str(error) or type(error).__name__
