"""What a message is made of, read from its BODYSTRUCTURE (RFC 9051 section 7.5.2). Knows no session.

Anybody can send a message, so nothing is taken for granted here: not the order of fields, not their kinds, not how deep
they go.
"""

import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass, replace
from email.utils import collapse_rfc2231_value, decode_params

from webapp.core.imap.protocol.response_parser import Token, parse_number
from webapp.core.mime import decode_header, safe_filename

_DEEPEST = 50
_MOST = 500


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of a message; `size` is about that of the decoded file, since servers know only its `octets` as sent."""

    section: str
    content_type: str
    charset: str | None
    encoding: str | None
    size: int
    name: str
    disposition: str
    content_id: str
    octets: int = 0


@dataclass(frozen=True)
class SinglePart:
    """A part without parts."""

    part: Part

    @property
    def is_text(self) -> bool:
        """Return whether it is for reading: text that is no file."""
        kind = self.part.content_type in ("text/plain", "text/html")
        return kind and self.part.disposition != "attachment" and not self.part.name


@dataclass(frozen=True)
class AlternativeGroup:
    """A piece of what is to be read: as plain text, as HTML, or as both to choose from."""

    plain: SinglePart | None = None
    html: SinglePart | None = None


@dataclass(frozen=True)
class Structure:
    """What is to be read, in order, and the parts beside it; `cut` says that there are more than are looked at."""

    slots: tuple[AlternativeGroup, ...]
    attachments: tuple[SinglePart, ...]
    cut: bool = False

    def find(self, section: str) -> SinglePart | None:
        """Return the part of a section."""
        texts = (leaf for slot in self.slots for leaf in (slot.plain, slot.html) if leaf)
        return next((leaf for leaf in (*self.attachments, *texts) if leaf.part.section == section), None)


class BrokenStructureError(ValueError):
    """The server told no structure that can be read."""


def parse_structure(body: Token, *, most_slots: int) -> Structure:
    """Part what is to be read from what is attached; texts beyond so many become attachments."""
    if not isinstance(body, list) or not body:
        raise BrokenStructureError("no BODYSTRUCTURE")
    walk = _StructureVisitor()
    slots = walk.slots(body, "", 0)
    late = [leaf for slot in slots[most_slots:] for leaf in (slot.plain, slot.html) if leaf]
    if not slots and not walk.attachments:
        raise BrokenStructureError("a BODYSTRUCTURE without parts")
    return Structure(tuple(slots[:most_slots]), tuple(_filename(leaf) for leaf in (*walk.attachments, *late)), walk.cut)


class _StructureVisitor:
    """Goes down a structure, and collects the attachments on the way."""

    def __init__(self) -> None:
        self.attachments: list[SinglePart] = []
        self.cut = False
        self._seen = 0

    def slots(self, body: list[Token], section: str, depth: int) -> list[AlternativeGroup]:
        """Return what is to be read of a body, in order."""
        if not isinstance(body[0], list):
            return self._leaf(body, section or "1")
        children = [child for child in body if isinstance(child, list)]
        # The parts come first, then the subtype; lists after it are parameters.
        parts = children[: next((at for at, each in enumerate(body) if not isinstance(each, list)), len(body))]
        if depth >= _DEEPEST:
            self.cut = True
            return []
        below = [
            self.slots(part, f"{section}.{at}" if section else str(at), depth + 1)
            for at, part in enumerate(parts, start=1)
            if part
        ]
        return _choose(below) if _word(body, len(parts)) == "alternative" else [slot for each in below for slot in each]

    def _leaf(self, body: list[Token], section: str) -> list[AlternativeGroup]:
        self._seen += 1
        if self._seen > _MOST:
            self.cut = True
            return []
        leaf = _read(body, section)
        if leaf.is_text:
            return [
                AlternativeGroup(html=leaf) if leaf.part.content_type == "text/html" else AlternativeGroup(plain=leaf)
            ]
        self.attachments.append(leaf)
        return []


def _choose(below: Sequence[list[AlternativeGroup]]) -> list[AlternativeGroup]:
    """Put alternatives together: the first that is plain, and the last that is HTML, as it is the richest."""
    slots = [slot for each in below for slot in each]
    plain = next((slot.plain for slot in slots if slot.plain), None)
    html = next((slot.html for slot in reversed(slots) if slot.html), None)
    return [AlternativeGroup(plain, html)] if plain or html else []


def _read(body: list[Token], section: str) -> SinglePart:
    kind = f"{_word(body, 0) or 'application'}/{_word(body, 1) or 'octet-stream'}"
    parameters = _parameters(body[2] if len(body) > 2 else None)
    disposition, told = _disposition(body[7:])
    encoding = _word(body, 5)
    size = (parse_number(body[6]) if len(body) > 6 else None) or 0
    name = decode_header(told.get("filename") or parameters.get("name") or "")
    part = Part(
        section=section,
        content_type=kind,
        charset=parameters.get("charset"),
        encoding=encoding or None,
        # Base64 makes lines of 76 characters and their ends out of 57 bytes.
        size=size * 57 // 78 if encoding == "base64" else size,
        name=safe_filename(name, fallback="attachment") if name.strip() else "",
        disposition=disposition,
        content_id=(_text(body[3]) if len(body) > 3 else "").strip().strip("<>")[:200],
        octets=size,
    )
    return SinglePart(part)


def _filename(leaf: SinglePart) -> SinglePart:
    """Return a part without a name one by its section and kind."""
    part = leaf.part
    if part.name:
        return leaf
    ending = ".eml" if part.content_type == "message/rfc822" else mimetypes.guess_extension(part.content_type) or ".bin"
    name = f"part-{part.section}{ending}"
    return SinglePart(replace(part, name=name))


def _disposition(rest: Sequence[Token]) -> tuple[str, dict[str, str]]:
    """Find the disposition by its shape: how many fields come before it depends on the kind, and servers miscount."""
    for field in rest:
        match field:
            case [bytes(name), list() | None as parameters]:
                return name.decode("latin-1").lower()[:40], _parameters(parameters)
    return "", {}


def _parameters(field: Token) -> dict[str, str]:
    """Read parameters, of which long or foreign ones come in pieces (RFC 2231)."""
    if not isinstance(field, list):
        return {}
    pairs = [(_text(name).lower(), _text(value)) for name, value in zip(field[::2], field[1::2], strict=False)][:100]
    plain = dict(reversed(pairs))
    if not any("*" in name for name in plain):
        return plain
    try:
        # The first is the field's own value, which it leaves alone.
        _, *decoded = decode_params([("", ""), *pairs])
        return {name: _unquote(collapse_rfc2231_value(value)) for name, value in decoded}
    except (ValueError, LookupError, TypeError):
        return plain


def _unquote(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text.startswith('"') and text.endswith('"') else text


def _word(body: list[Token], at: int) -> str:
    text = _text(body[at]) if len(body) > at else ""
    return text.lower() if text.isprintable() and len(text) <= 100 and not set(text) & set(' /;,"') else ""


def _text(token: Token) -> str:
    if not isinstance(token, bytes):
        return ""
    try:
        return token.decode("utf-8")
    except UnicodeDecodeError:
        return token.decode("latin-1")
