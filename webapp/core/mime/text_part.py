"""The body of a text part."""

from webapp.core.mime.charsets import decode_bytes
from webapp.core.mime.control_characters import lines
from webapp.core.mime.transfer_encoding import decode_transfer_encoding


def decode_text(data: bytes, *, charset: str | None, encoding: str | None) -> str:
    """Return the text of a part from its bytes as transferred, with plain line ends and no other controls but tabs."""
    return lines(decode_bytes(decode_transfer_encoding(data, encoding), charset))
