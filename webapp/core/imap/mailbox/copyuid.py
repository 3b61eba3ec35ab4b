"""Copies of messages in another mailbox: as the server tells them (COPYUID, RFC 4315), or looked for."""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from webapp.core.imap.mailbox.message_state import fetch_sizes, fetch_states
from webapp.core.imap.mailbox.search import uids_from
from webapp.core.imap.protocol.imaplib_protocol import CommandString, Untagged
from webapp.core.imap.protocol.mailbox_command import mailbox_command
from webapp.core.imap.protocol.response_parser import parse_number, parse_responses
from webapp.core.imap.protocol.sequence_sets import ranges_in
from webapp.core.imap.protocol.session import Session

_PORTION = 500


@dataclass(frozen=True)
class Copies:
    """Where copies are: the UIDVALIDITY there, and the UIDs by those of the originals."""

    uid_validity: int
    uids: Mapping[int, int]


@dataclass(frozen=True)
class UidNext:
    """Where the next message of a mailbox will come: its UIDVALIDITY, and the lowest UID that it may have."""

    uid_validity: int
    uid_next: int


def uid_next_of(session: Session, mailbox: str) -> UidNext:
    """Ask for the end of a mailbox that is not open; raise `GoneError` where there is none."""
    heard = mailbox_command(
        session, mailbox, lambda raw: session.command("STATUS", CommandString(raw), b"(UIDNEXT UIDVALIDITY)")
    )
    told: dict[bytes, int] = {}
    for response in parse_responses(heard.get("STATUS", ())):
        match response:
            case [_, list(items), *_]:
                pairs = zip(items[::2], items[1::2], strict=False)
                told |= {key.upper(): parse_number(value) or 0 for key, value in pairs if isinstance(key, bytes)}
    return UidNext(told.get(b"UIDVALIDITY", 0), told.get(b"UIDNEXT", 0))


def find_copies(session: Session, mailbox: str, since: UidNext, originals: Mapping[int, str]) -> Copies:
    """Look for copies of messages by their fingerprints among what has come to a mailbox since its end was known.

    Of several with one fingerprint, the first original has the first copy. One without a Message-ID is never found.
    """
    waiting: defaultdict[str, deque[int]] = defaultdict(deque)
    for uid in sorted(originals):
        waiting[originals[uid]].append(uid)
    waiting.pop("", None)
    if not waiting or not since.uid_next:
        return Copies(since.uid_validity, {})
    session.renew_budget()
    session.open_mailbox(mailbox, since.uid_validity)
    new = uids_from(session, since.uid_next)
    found: dict[int, int] = {}
    for start in range(0, len(new), _PORTION):
        session.renew_budget()
        for uid, seen in sorted(fetch_states(session, new[start : start + _PORTION]).items()):
            if waiting.get(seen.fingerprint):
                found[waiting[seen.fingerprint].popleft()] = uid
    return Copies(since.uid_validity, found)


def exclude_mismatches(session: Session, mailbox: str, source: str, found: Copies) -> dict[int, int]:
    """Leave out copies of another size than their original, or marked for removal: who removes that must be sure.

    An original that is not there any more proves nothing, and is not in danger.
    """
    if not found.uids:
        return {}
    session.renew_budget()
    session.open_mailbox(mailbox, found.uid_validity)
    stay = {copy for copy, seen in fetch_states(session, found.uids.values()).items() if not seen.deleted}
    there = fetch_sizes(session, found.uids.values())
    session.renew_budget()
    session.open_mailbox(source)
    here = fetch_sizes(session, found.uids)
    return {
        uid: copy
        for uid, copy in found.uids.items()
        if uid not in here or (copy in stay and here[uid] == there.get(copy))
    }


def parse_copyuid(pieces: Sequence[Untagged], among: Collection[int]) -> Copies | None:
    """Read COPYUID; None where the server told nothing that can be read."""
    uids: dict[int, int] = {}
    validity = 0
    for response in parse_responses(pieces):
        match response:
            case [bytes(told), bytes(sources), bytes(targets), *_]:
                validity = parse_number(told) or validity
                uids |= _paired(list(ranges_in(sources)), list(ranges_in(targets)), len(among))
    named = {source: target for source, target in uids.items() if source in among}
    return Copies(validity, named) if named and validity else None


def _paired(sources: Sequence[tuple[int, int]], targets: Sequence[tuple[int, int]], most: int) -> dict[int, int]:
    same = _size(sources) == _size(targets) <= most
    return dict(zip(_each(sources), _each(targets), strict=True)) if same else {}


def _size(ranges: Iterable[tuple[int, int]]) -> int:
    return sum(last - first + 1 for first, last in ranges)


def _each(ranges: Iterable[tuple[int, int]]) -> Iterable[int]:
    return chain.from_iterable(range(first, last + 1) for first, last in ranges)
