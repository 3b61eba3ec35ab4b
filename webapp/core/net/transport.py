"""Bytes to and from one vetted address, in the clear or by TLS, within a budget. Knows no IMAP and no names in DNS.

TLS runs over memory (`ssl.SSLObject`), so that TLS from the start and STARTTLS are one mechanism, a handshake obeys the
same deadline as everything else, and the raw bytes of a failed one can be looked at.
"""

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from webapp.core.diagnosis.symptom import Symptom
from webapp.core.net.deadline import Budget, time_left
from webapp.core.net.errors import ConnectError, ConnectionClosedError, LimitError, TlsError
from webapp.core.net.tls import TlsFacts, certificate_details, classify_tls_error

_CHUNK = 128 * 1024
_REMEMBERED = 512

_T = TypeVar("_T")


class Transport:
    """A connection whose every wait ends in time: none takes longer than `patience`, nor than the budget has left.

    `first_bytes` is the first raw bytes since it opened or turned to TLS.
    """

    def __init__(self, sock: socket.socket, budget: Budget, patience: float) -> None:
        self._sock = sock
        self._budget = budget
        self._buffer = bytearray()
        self._tls: ssl.SSLObject | None = None
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self.patience = patience
        self.first_bytes = b""

    @property
    def encrypted(self) -> bool:
        """Return whether TLS is on."""
        return self._tls is not None

    def start_tls(self, context: ssl.SSLContext, name: str) -> None:
        """Do the handshake and verify that the certificate is for `name`."""
        if self._buffer:  # RFC 9051 section 11.1: data between STARTTLS and TLS may come from an attacker
            raise TlsError("The server spoke between STARTTLS and TLS: " + self._buffer[:80].decode("ascii", "replace"))
        self.first_bytes = b""
        connection = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        try:
            self._drive(connection.do_handshake, self._budget.deadline(self.patience))
        except ConnectError as error:
            silent = error.symptom is Symptom.OUT_OF_TIME and not self.first_bytes
            raise TlsError(error.text, symptom=Symptom.SILENT if silent else error.symptom) from None
        self._tls = connection

    def tls_facts(self) -> TlsFacts:
        """Return what the handshake showed."""
        if self._tls is None:
            raise RuntimeError("no TLS yet")
        return certificate_details(self._tls)

    def sendall(self, data: bytes) -> None:
        """Send everything."""
        if self._tls:
            self._tls.write(data)
            data = self._outgoing.read()
        self._send(data, self._budget.deadline(self.patience))

    def read(self, size: int) -> bytes:
        """Return exactly `size` bytes."""
        self._budget.has_bytes(size - len(self._buffer))
        deadline = self._budget.deadline(self.patience)
        while len(self._buffer) < size:
            self._receive_more(deadline)
        return self._take(size)

    def read_line(self, at_most: int) -> bytes:
        """Return one line with its end."""
        return self._take(len(self.peek_line(at_most)))

    def peek_line(self, at_most: int) -> bytes:
        """Return one line and leave it to be read again."""
        deadline = self._budget.deadline(self.patience)
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0 and len(self._buffer) <= at_most:
            searched = len(self._buffer)
            self._receive_more(deadline)
        if not 0 <= end < at_most:
            raise LimitError(f"The server sent a line of more than {at_most} bytes")
        return bytes(self._buffer[: end + 1])

    def read_some(self, at_most: int) -> bytes:
        """Return what comes next, as soon as something comes; nothing where the other side closed the connection."""
        if not self._buffer:
            try:
                self.wait()
            except ConnectionClosedError:
                return b""
        return self._take(min(at_most, len(self._buffer)))

    def peek(self) -> bytes:
        """Return what has come and has not been read, without waiting."""
        return bytes(self._buffer)

    def wait(self) -> None:
        """Wait until something more has come."""
        self._receive_more(self._budget.deadline(self.patience))

    @property
    def is_quiet(self) -> bool:
        """Return whether the connection is open and nothing has come that was not read; without waiting."""
        if self._buffer:
            return False
        try:
            self._sock.settimeout(0)
            self._sock.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            pass
        return False

    def close(self) -> None:
        """Close the connection, whatever state it is in."""
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()

    def _take(self, size: int) -> bytes:
        with memoryview(self._buffer) as view:
            taken = bytes(view[:size])
        del self._buffer[:size]
        return taken

    def _receive_more(self, deadline: float) -> None:
        tls = self._tls
        data = self._drive(lambda: tls.read(_CHUNK), deadline) if tls else self._receive(deadline)
        if not data:
            raise ConnectionClosedError
        self._buffer += data

    def _drive(self, act: Callable[[], _T], deadline: float) -> _T:
        while True:
            try:
                result = act()
            except ssl.SSLWantReadError:
                self._send(self._outgoing.read(), deadline)
                self._incoming.write(self._receive(deadline))
            except ssl.SSLZeroReturnError:
                raise ConnectionClosedError from None
            except ssl.SSLError as error:
                with suppress(ConnectError):  # the alert that tells the server what is wrong with it
                    self._send(self._outgoing.read(), deadline)
                raise classify_tls_error(error, self.first_bytes) from None
            else:
                self._send(self._outgoing.read(), deadline)
                return result

    def _send(self, data: bytes, deadline: float) -> None:
        if not data:
            return
        self._sock.settimeout(time_left(deadline))
        try:
            self._sock.sendall(data)
        except TimeoutError:
            raise ConnectError("The server stopped listening", symptom=Symptom.OUT_OF_TIME) from None
        except OSError:
            # The connection is closed. What came before, such as "* BYE Too many connections", is still to be read.
            pass

    def _receive(self, deadline: float) -> bytes:
        self._sock.settimeout(time_left(deadline))
        try:
            data = self._sock.recv(_CHUNK)
        except TimeoutError:
            raise ConnectError("The server took too long to answer", symptom=Symptom.OUT_OF_TIME) from None
        except OSError as error:
            raise ConnectError(str(error), symptom=Symptom.DROPPED) from None
        if not data:
            raise ConnectionClosedError
        self._budget.spend_bytes(len(data))
        self.first_bytes += data[: _REMEMBERED - len(self.first_bytes)]
        return data
