"""The mailboxes of a session with their counts and what they are for, in the fewest round trips. Knows no page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic

from webapp.core.imap.mailbox.special_use import ATTRIBUTES, USES, guess_special_use
from webapp.core.imap.protocol.errors import MailboxError
from webapp.core.imap.protocol.imaplib_protocol import CommandString, Untagged
from webapp.core.imap.protocol.mailbox_names import decode_mailbox_name
from webapp.core.imap.protocol.response_parser import Token, parse_number, parse_responses
from webapp.core.imap.protocol.session import Session

_MOST = 2000
# Without LIST-STATUS each count is a command of its own, and servers open the mailbox for it.
_MOST_ASKED = 50
_FIRST_ASKED = 5
_QUICK = 1.0
"""Seconds: a server that takes longer for the first is not asked for the others, and the list stands without."""
_COUNTS = b"(MESSAGES UNSEEN)"


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """A mailbox; `special_use` is "" or one of `USES`, counts are None where the server did not tell."""

    name: str
    delimiter: str | None
    special_use: str
    selectable: bool
    messages: int | None
    unseen: int | None


_Counts = Mapping[bytes, tuple[int | None, int | None]]


def list_mailboxes(session: Session, *, counted: bool = True) -> tuple[Mailbox, ...]:
    """List all mailboxes: INBOX, those for a special use, then the others by name; 2,000 at most."""
    listed, counts = _list(session) if counted else (_list_plainly(session), {})
    found = {raw: _describe(attributes, delimiter, raw) for attributes, delimiter, raw in listed[:_MOST]}
    ordered = sorted(_with_uses(found).items(), key=lambda item: _rank(item[1]))
    if counts is None:
        wanted = [raw for raw, mailbox in ordered if mailbox.selectable][:_MOST_ASKED]
        counts = _list_with_status(session, wanted)
    return tuple(_count_within(mailbox, *counts.get(raw, (None, None))) for raw, mailbox in ordered)


_Entry = tuple[frozenset[str], str | None, bytes]


def _list(session: Session) -> tuple[list[_Entry], _Counts | None]:
    """List by one command that counts too where the server knows it (RFC 5819), otherwise without counts."""
    if session.has_capability("LIST-STATUS"):
        uses = b" SPECIAL-USE" if session.has_capability("SPECIAL-USE") else b""
        try:
            heard = session.command("LIST", b'""', b'"*"', b"RETURN", b"(STATUS " + _COUNTS + uses + b")")
        except MailboxError:
            if not session.is_synchronized:
                raise
        else:
            return _entries(heard.get("LIST", ())), _with_counts(heard.get("STATUS", ()))
    return _entries(session.command("LIST", b'""', b'"*"').get("LIST", ())), None


def _list_with_status(session: Session, names: Sequence[bytes]) -> _Counts:
    """Ask for counts one by one, the first before the others: some servers take a second for each."""

    def ask(names: Sequence[bytes]) -> _Counts:
        return _with_counts(
            session.pipeline("STATUS", [(CommandString(raw), _COUNTS) for raw in names]).get("STATUS", ())
        )

    begun = monotonic()
    first = ask(names[:_FIRST_ASKED])
    return first if monotonic() - begun > _QUICK else {**first, **ask(names[_FIRST_ASKED:])}


def _list_plainly(session: Session) -> list[_Entry]:
    returning = (
        (b"RETURN", b"(SPECIAL-USE)")
        if session.has_capability("LIST-EXTENDED") and session.has_capability("SPECIAL-USE")
        else ()
    )
    return _entries(session.command("LIST", b'""', b'"*"', *returning).get("LIST", ()))


def _entries(pieces: Sequence[Untagged]) -> list[_Entry]:
    found: dict[bytes, _Entry] = {}
    for response in parse_responses(pieces):
        match response:
            case [list(attributes), bytes() | None as delimiter, bytes() | None as name, *_]:
                raw = b"NIL" if name is None else name
                flags = frozenset(each.decode("latin-1").lower() for each in attributes if isinstance(each, bytes))
                found.setdefault(raw, (flags, delimiter.decode("latin-1") if delimiter else None, raw))
    return list(found.values())


def _describe(attributes: frozenset[str], delimiter: str | None, raw: bytes) -> Mailbox:
    name = decode_mailbox_name(raw)
    use = "inbox" if name == "INBOX" else next((ATTRIBUTES[each] for each in ATTRIBUTES if each in attributes), "")
    selectable = not attributes & {"\\noselect", "\\nonexistent"}
    return Mailbox(name=name, delimiter=delimiter, special_use=use, selectable=selectable, messages=None, unseen=None)


def _with_uses(found: Mapping[bytes, Mailbox]) -> dict[bytes, Mailbox]:
    """Tell uses by well-known names where no mailbox has the attribute, each use to one mailbox."""
    taken = {mailbox.special_use for mailbox in found.values()}
    result = dict(found)
    for raw, mailbox in sorted(found.items(), key=lambda item: (len(item[1].name), item[1].name)):
        use = (
            "" if mailbox.special_use or not mailbox.selectable else guess_special_use(mailbox.name, mailbox.delimiter)
        )
        if use and use not in taken:
            taken.add(use)
            result[raw] = replace(mailbox, special_use=use)
    return result


def _with_counts(pieces: Iterable[Untagged]) -> _Counts:
    counts: dict[bytes, tuple[int | None, int | None]] = {}
    for response in parse_responses(pieces):
        match response:
            case [bytes() | None as name, list(items), *_]:
                told = _pairs(items)
                counts[b"NIL" if name is None else name] = told.get("MESSAGES"), told.get("UNSEEN")
    return counts


def _pairs(items: Sequence[Token]) -> dict[str, int | None]:
    pairs = zip(items[::2], items[1::2], strict=False)
    return {name.decode("latin-1").upper(): parse_number(value) for name, value in pairs if isinstance(name, bytes)}


def _count_within(mailbox: Mailbox, messages: int | None, unseen: int | None) -> Mailbox:
    return replace(mailbox, messages=messages, unseen=unseen) if mailbox.selectable else mailbox


def _rank(mailbox: Mailbox) -> tuple[int, str, str]:
    place = USES.index(mailbox.special_use) if mailbox.special_use else len(USES)
    return place, mailbox.name.casefold(), mailbox.name


__all__ = ["Mailbox", "list_mailboxes"]
