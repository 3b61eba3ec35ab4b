"""The body of a text part."""

from webapp.mail.characters import lines
from webapp.mail.charsets import text_in
from webapp.mail.transfer import undo


def decoded_text(data: bytes, *, charset: str | None, encoding: str | None) -> str:
    """Give the text of a part from its bytes as transferred, with plain line ends and no other controls but tabs."""
    return lines(text_in(undo(data, encoding), charset))
