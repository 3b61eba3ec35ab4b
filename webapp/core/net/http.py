"""One HTTP exchange that ends in time, whatever the other side does.

A deadline for the whole of it, a cap on what is read, no redirects, no proxies and no other settings of the
environment. `http.client` speaks the protocol over a `Transport`, which bounds every read and write.
"""

import io
import socket
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import SplitResult, urlsplit

from webapp.core.diagnosis.symptom import Symptom
from webapp.core.net.deadline import Budget
from webapp.core.net.dialling import connect_tcp
from webapp.core.net.dns import look_up_addresses
from webapp.core.net.errors import ConnectError, LimitError, NetworkError, ProtocolError
from webapp.core.net.tls import client_context
from webapp.core.net.transport import Transport

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

_PORTS = {"http": 80, "https": 443}
_PIECE = 16 * 1024
_TOO_LATE = frozenset({Symptom.OUT_OF_TIME, Symptom.SILENT})


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


class RedirectError(ProtocolError):
    """The server redirects, which is not followed: a code or a client secret is for the address it was meant for."""


def http_request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None = None,
    limits: HttpLimits,
    ca_file: Path | None = None,
) -> HttpResponse:
    """Send one request and return its answer; everything but an answer is a `NetworkError` that quotes the cause."""
    place = url
    try:
        parts = urlsplit(url)
        place = parts.netloc.rpartition("@")[2]
        with closing(_open_transport(parts, limits, ca_file)) as transport:
            return _exchange(transport, parts, method, headers, body)
    except RedirectError:
        raise
    except LimitError:
        raise LimitError(f"service unavailable: the answer is longer than {limits.bytes} bytes") from None
    except NetworkError as error:
        late = f"timed out: no complete answer within {limits.total:g} s"
        text = late if error.symptom in _TOO_LATE else error.text
        raise type(error)(f"{place}: {text}", symptom=error.symptom) from None
    except HTTPException as error:
        raise ProtocolError(f"{place}: {_http_error_text(error)}") from None
    except (OSError, ValueError) as error:
        raise ConnectError(f"{place}: {str(error) or type(error).__name__}") from None


def _open_transport(parts: SplitResult, limits: HttpLimits, ca_file: Path | None) -> Transport:
    host = parts.hostname
    if parts.scheme not in _PORTS or not host:
        raise ValueError("not an http or https address")
    port = parts.port or _PORTS[parts.scheme]
    budget = Budget(limits.total, limits.bytes)
    addresses = look_up_addresses(host, budget.timeout(limits.total))
    if not addresses:
        raise OSError(f"no address associated with {host}")
    transport = Transport(connect_tcp(addresses, port, budget, limits.connect), budget, limits.total)
    if parts.scheme == "https":
        try:
            transport.start_tls(client_context(ca_file), host)
        except BaseException:
            transport.close()
            raise
    return transport


def _exchange(
    transport: Transport, parts: SplitResult, method: str, headers: Mapping[str, str], body: bytes | None
) -> HttpResponse:
    host = parts.netloc.rpartition("@")[2]
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with closing(HTTPConnection(parts.hostname or "")) as connection:
        connection.sock = cast(socket.socket, _SocketAdapter(transport))
        connection.request(method, target, body, {**headers, "Host": host, "Connection": "close"})
        with connection.getresponse() as response:
            _refuse_redirect(response)
            return HttpResponse(status=response.status, body=_read_body(response))


def _refuse_redirect(response: HTTPResponse) -> None:
    if 300 <= response.status < 400:
        where = urlsplit(response.headers.get("Location", "")).hostname or "an address without a host"
        raise RedirectError(f"HTTP {response.status}, service unavailable: redirected to {where}")


def _read_body(response: HTTPResponse) -> bytes:
    """Read piece by piece: asked for all at once, `http.client` sets memory aside for whatever length was announced."""
    pieces = []
    while piece := response.read1(_PIECE):
        pieces.append(piece)
    if response.length:
        raise IncompleteRead(b"", response.length)
    return b"".join(pieces)


class _SocketAdapter:
    """What `http.client` needs of a socket: it sends, makes a file of it, and closes it too early."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def sendall(self, data: "ReadableBuffer") -> None:
        self._transport.sendall(bytes(data))

    def makefile(self, *_: object) -> io.BufferedReader:
        return io.BufferedReader(_TransportReader(self._transport))

    def close(self) -> None:
        """Leave it open: the answer is still to be read, and `http_request` closes the transport."""


class _TransportReader(io.RawIOBase):
    """A transport as the raw stream of a file."""

    def __init__(self, transport: Transport) -> None:
        super().__init__()
        self._transport = transport

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer).cast("B")
        data = self._transport.read_some(len(view))
        view[: len(data)] = data
        return len(data)


def _http_error_text(error: HTTPException) -> str:
    if isinstance(error, IncompleteRead):
        return "connection closed before the whole answer had come"
    if isinstance(error, OSError):  # RemoteDisconnected
        return str(error)
    # Its own text would quote the answer, which may hold secrets.
    return f"service unavailable: the answer is not HTTP ({type(error).__name__})"
