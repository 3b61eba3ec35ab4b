"""What tells a message from another one that has its UID by mistake: a digest of its Message-ID."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping

from webapp.core.imap.protocol.response_parser import Token
from webapp.core.mime.header_fields import header_fields

# A section of its own: in one with other fields, long ones before it would push it beyond what is fetched.
FINGERPRINT_ITEM = b"BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]<0.1000>"

_FIELD = "MESSAGE-ID"


def fingerprint_of(message_id: bytes) -> str:
    """Make the fingerprint of a Message-ID; "" where a message has none."""
    stripped = message_id.strip()
    return urlsafe_b64encode(hashlib.sha256(stripped).digest()[:9]).decode() if stripped else ""


def fingerprint_in(message: Mapping[str, Token]) -> str:
    """Read the fingerprint from what FETCH told of `FINGERPRINT_ITEM`."""
    return fingerprint_of(message_id_in(message))


def message_id_in(message: Mapping[str, Token]) -> bytes:
    """Read the Message-ID from what FETCH told of `FINGERPRINT_ITEM`; empty where there is none."""
    told = next((block for name, block in _fields(message) if _FIELD in name), b"")
    ids = (value for name, value in header_fields(told) if name.upper() == _FIELD)
    return next(ids, b"")


def header_fields_besides_message_id(message: Mapping[str, Token]) -> bytes | None:
    """Return the header fields that FETCH told beside the fingerprint; None where it told none."""
    blocks = [block for name, block in _fields(message) if _FIELD not in name]
    return b"\r\n".join(blocks) if blocks else None


def _fields(message: Mapping[str, Token]) -> list[tuple[str, bytes]]:
    sections = ((name, told) for name, told in message.items() if name.startswith("BODY[HEADER.FIELDS "))
    return [(name, told) for name, told in sections if isinstance(told, bytes)]
