"""Undo a Content-Transfer-Encoding (RFC 2045 §6), however broken."""

import binascii
import re
from collections.abc import Callable

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")
_PADDING = re.compile(rb"=+")


def decode_transfer_encoding(data: bytes, encoding: str | None) -> bytes:
    """Decode what can be decoded; an unknown encoding leaves the bytes as they are."""
    words = (encoding or "").lower().replace(";", " ").replace(",", " ").split()
    decode = next((_DECODERS[word] for word in words if word in _DECODERS), None)
    return decode(data) if decode else data


def from_base64(data: bytes) -> bytes:
    """Decode base64: foreign characters are skipped, pieces one after the other are joined, a cut end is left out."""
    pieces = _PADDING.split(_NOT_BASE64.sub(b"", data))
    return b"".join(map(from_unpadded_base64, pieces))


def from_unpadded_base64(piece: bytes) -> bytes:
    """Decode base64 that is clean and has lost its padding; half a byte at its end is left out."""
    whole = piece[:-1] if len(piece) % 4 == 1 else piece
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def from_quoted_printable(data: bytes, *, header: bool = False) -> bytes:
    """Decode quoted-printable; what is not an escape stays as it is."""
    return binascii.a2b_qp(data, header=header)


def _from_uuencode(data: bytes) -> bytes:
    return b"".join(_uu_line(line) for line in data.splitlines() if not line.startswith((b"begin ", b"end")))


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        return b""


_DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "base64": from_base64,
    "quoted-printable": from_quoted_printable,
    "quotedprintable": from_quoted_printable,
    "x-uuencode": _from_uuencode,
    "uuencode": _from_uuencode,
    "x-uue": _from_uuencode,
    "uue": _from_uuencode,
}
