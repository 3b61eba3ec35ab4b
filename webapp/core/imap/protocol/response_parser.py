"""Read the data in untagged responses as nested lists; one that is broken spoils no other. Knows no session.

imapclient's own parser takes a whole answer at once and recurses: one hostile message would spoil the page it is on.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from webapp.core.imap.protocol.imaplib_protocol import Untagged

Token = Any
"""Bytes, None for NIL, or a list of these; mypy has no use for a type that holds itself here."""

# The name of a body section, such as BODY[HEADER.FIELDS (FROM TO)]<0>, is one word although it has blanks in it.
# A string without an end takes all there is: to look for the end of each again would take quadratic time.
_WORD = re.compile(
    rb'(?P<open>\()|(?P<close>\))|"(?P<quoted>[^"\\]*+(?:\\.[^"\\]*+)*+)(?:"|\\?\Z)'
    rb'|(?P<atom>(?:[^\s()"\[]|\[[^\]]{0,120}\]|\[)++)',
    re.DOTALL,
)
_ANNOUNCED = re.compile(rb"~?\{\d+\}$")
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)


def parse_responses(pieces: Iterable[Untagged]) -> Iterator[list[Token]]:
    """Read responses one by one: a piece with a literal is continued by the piece after it."""
    response: list[Untagged] = []
    for piece in pieces:
        response.append(piece)
        if isinstance(piece, bytes):
            yield _tokens(response)
            response = []


def parse_fetch(pieces: Iterable[Untagged]) -> Mapping[int, Mapping[str, Token]]:
    """Read FETCH responses by sequence number; what is told of one message in several responses is put together.

    An EXPUNGE among them takes its message out, and moves all behind it up by one (RFC 9051 section 7.5.1).
    """
    messages: dict[int, dict[str, Token]] = {}
    for response in parse_responses(pieces):
        match response:
            case [bytes(number), b"EXPUNGE"] if number.isdigit() and len(number) < 16:
                left = int(number)
                messages = {at - (at > left): told for at, told in messages.items() if at != left}
            case [bytes(number), list(items), *_] if number.isdigit() and len(number) < 16:
                pairs = zip(items[::2], items[1::2], strict=False)
                told = {name.decode("latin-1").upper(): value for name, value in pairs if isinstance(name, bytes)}
                messages.setdefault(int(number), {}).update(told)
    return messages


def parse_number(token: Token) -> int | None:
    """Read a number; None where there is none, or none that can be meant."""
    return int(token) if isinstance(token, bytes) and token.isdigit() and len(token) < 16 else None


def body_section(message: Mapping[str, Token], name: str) -> bytes | None:
    """Return the bytes of a body section, whichever way the server spells that only a part of it was asked for."""
    starts = f"BODY[{name}]", f"BODY[{name} "
    return next((value for key, value in message.items() if key.startswith(starts) and isinstance(value, bytes)), None)


def _tokens(pieces: Sequence[Untagged]) -> list[Token]:
    top: list[Token] = []
    stack = [top]
    for piece in pieces:
        text, literal = piece if isinstance(piece, tuple) else (piece, None)
        for found in _WORD.finditer(text if literal is None else _ANNOUNCED.sub(b"", text)):
            _take(found, stack)
        if literal is not None:
            stack[-1].append(literal)
    return top


def _take(found: re.Match[bytes], stack: list[list[Token]]) -> None:
    match found.lastgroup:
        case "open":
            inner: list[Token] = []
            stack[-1].append(inner)
            stack.append(inner)
        case "close":
            if len(stack) > 1:
                stack.pop()
        case "quoted":
            quoted = found["quoted"]
            stack[-1].append(_ESCAPED.sub(rb"\1", quoted) if b"\\" in quoted else quoted)
        case _:
            atom = found["atom"]
            stack[-1].append(None if atom.upper() == b"NIL" else atom)
