"""An act and its batches as they are written down, in rows and in JSON."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from webapp.core.imap.mailbox.copyuid import UidNext
from webapp.models import ActionKind, MailAction

UNDO_PERIOD = timedelta(days=7)
"""How long an act is remembered, and can be undone."""

LEASE_DURATION = timedelta(seconds=120)
"""How long an act stays in the hands of a process that has died: longer than what it does between two holds."""

LARGEST_ID = 2**31 - 1
"""Larger ones in an address name nothing, and no database takes them."""

COLUMNS: tuple[Any, ...] = (
    MailAction.id,
    MailAction.connection_id,
    MailAction.kind,
    MailAction.mailbox,
    MailAction.uid_validity,
    MailAction.destination,
    MailAction.destination_validity,
    MailAction.destination_next,
    MailAction.left_marked,
    MailAction.undo_of_id,
    MailAction.created_at,
    MailAction.claimed_until,
    MailAction.finished_at,
    MailAction.undone_at,
)


@dataclass(frozen=True, kw_only=True)
class ActionRecord:
    """An act; `end` is where the next message comes in the destination, `undo_of` the act that this one undoes."""

    id: int
    connection_id: int
    kind: ActionKind
    mailbox: str
    uid_validity: int
    destination: str
    end: UidNext
    left_marked: bool
    undo_of: int | None


@dataclass(frozen=True)
class JournaledMessage:
    """A message of a batch: its fingerprint, and its copy in the destination, each as far as it is known."""

    fingerprint: str | None
    copy: int | None = None


def action_record_of(row: Any) -> ActionRecord:
    """Read an act from its `COLUMNS`."""
    return ActionRecord(
        id=row.id,
        connection_id=row.connection_id,
        kind=row.kind,
        mailbox=row.mailbox,
        uid_validity=row.uid_validity,
        destination=row.destination,
        end=UidNext(row.destination_validity, row.destination_next),
        left_marked=row.left_marked,
        undo_of=row.undo_of_id,
    )


def to_text(messages: Mapping[int, JournaledMessage]) -> str:
    """Write the messages of a batch."""
    return json.dumps([[uid, each.fingerprint, each.copy] for uid, each in messages.items()], separators=(",", ":"))


def from_text(text: str) -> dict[int, JournaledMessage]:
    """Read the messages of a batch."""
    rows: Iterable[tuple[int, str | None, int | None]] = json.loads(text)
    return {uid: JournaledMessage(fingerprint, copy) for uid, fingerprint, copy in rows}
