"""Undo transfer encodings piece by piece (RFC 2045 section 6), at flat memory and whatever is in them."""

import binascii
from abc import ABC, abstractmethod

from webapp.core.mime.transfer_encoding import from_unpadded_base64

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))


class Decoder(ABC):
    """Takes a body in pieces of any size; what cannot be decoded yet waits for the next."""

    def __init__(self) -> None:
        self._kept = b""

    def feed(self, piece: bytes) -> bytes:
        """Decode what can be."""
        data = self._kept + self._cleaned(piece)
        end = self._safe_end(data)
        self._kept = data[end:]
        return self._decoded(data[:end])

    def finish(self) -> bytes:
        """Decode what is left at the end."""
        data, self._kept = self._kept, b""
        return self._decoded(data)

    def _cleaned(self, piece: bytes) -> bytes:
        return piece

    @abstractmethod
    def _safe_end(self, data: bytes) -> int:
        """Say up to where data can be decoded without knowing what follows."""

    @abstractmethod
    def _decoded(self, data: bytes) -> bytes:
        """Decode data."""


class _Base64(Decoder):
    """Goes on after padding: some senders encode a file in pieces, each of which has its own."""

    def _cleaned(self, piece: bytes) -> bytes:
        return piece.translate(None, _NOT_BASE64)

    def _safe_end(self, data: bytes) -> int:
        return len(data) - (len(data) - data.rfind(b"=") - 1) % 4

    def _decoded(self, data: bytes) -> bytes:
        return b"".join(map(from_unpadded_base64, filter(None, data.split(b"="))))


class _QuotedPrintable(Decoder):
    def _safe_end(self, data: bytes) -> int:
        end = data.rfind(b"\n") + 1
        if end or len(data) < 100_000:
            return end
        escape = data.rfind(b"=", len(data) - 2)  # a line without end, which the standard forbids
        return escape if escape >= 0 else len(data)

    def _decoded(self, data: bytes) -> bytes:
        return binascii.a2b_qp(data)


class _Identity(Decoder):
    def _safe_end(self, data: bytes) -> int:
        return len(data)

    def _decoded(self, data: bytes) -> bytes:
        return data


_DECODERS: dict[str, type[Decoder]] = {"base64": _Base64, "quoted-printable": _QuotedPrintable}


def make_decoder(encoding: str | None) -> Decoder:
    """Return what undoes an encoding; an unknown one is left as it is."""
    return _DECODERS.get((encoding or "").strip().lower(), _Identity)()


def is_encoded(encoding: str | None) -> bool:
    """Return whether places in the encoded body differ from those in the file."""
    return (encoding or "").strip().lower() in _DECODERS
