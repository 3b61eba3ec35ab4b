"""What is under UIDs at this moment, which is asked right before they are acted on."""

from collections.abc import Collection
from dataclasses import dataclass

from webapp.core.imap.mailbox.message_fingerprint import FINGERPRINT_ITEM, fingerprint_in
from webapp.core.imap.protocol.response_parser import parse_fetch, parse_number
from webapp.core.imap.protocol.sequence_sets import sequence_set
from webapp.core.imap.protocol.session import Session


@dataclass(frozen=True)
class MessageState:
    """A message that is there; `deleted` says that it is marked for removal."""

    fingerprint: str
    deleted: bool


def fetch_states(session: Session, uids: Collection[int]) -> dict[int, MessageState]:
    """Look at messages of the open mailbox; those that are not there are left out."""
    heard = session.command("UID", b"FETCH", sequence_set(uids), b"(UID FLAGS %s)" % FINGERPRINT_ITEM)
    asked = set(uids)
    found: dict[int, MessageState] = {}
    for message in parse_fetch(heard.get("FETCH", ())).values():
        uid = parse_number(message.get("UID"))
        if uid is not None and uid in asked:
            flags = message.get("FLAGS")
            named = {each.lower() for each in flags if isinstance(each, bytes)} if isinstance(flags, list) else set()
            found[uid] = MessageState(fingerprint_in(message), b"\\deleted" in named)
    return found


def fetch_sizes(session: Session, uids: Collection[int]) -> dict[int, int]:
    """Ask for the sizes of messages of the open mailbox."""
    heard = session.command("UID", b"FETCH", sequence_set(uids), b"(UID RFC822.SIZE)")
    told = parse_fetch(heard.get("FETCH", ())).values()
    sizes = {parse_number(message.get("UID")): parse_number(message.get("RFC822.SIZE")) for message in told}
    return {uid: size for uid, size in sizes.items() if uid is not None and uid in uids and size is not None}
