"""An act and its batches as they are written down, in rows and in JSON."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from webapp.core.imap.mailbox.copyuid import End
from webapp.models import Kind, MailAct

KEPT = timedelta(days=7)
"""How long an act is remembered, and can be undone."""

CLAIM_LASTS = timedelta(seconds=120)
"""How long an act stays in the hands of a process that has died: longer than what it does between two holds."""

LARGEST_ID = 2**31 - 1
"""Larger ones in an address name nothing, and no database takes them."""

COLUMNS: tuple[Any, ...] = (
    MailAct.id,
    MailAct.connection_id,
    MailAct.kind,
    MailAct.mailbox,
    MailAct.uid_validity,
    MailAct.destination,
    MailAct.destination_validity,
    MailAct.destination_next,
    MailAct.left_marked,
    MailAct.undo_of_id,
    MailAct.created_at,
    MailAct.claimed_until,
    MailAct.finished_at,
    MailAct.undone_at,
)


@dataclass(frozen=True, kw_only=True)
class Act:
    """An act; `end` is where the next message comes in the destination, `undo_of` the act that this one undoes."""

    id: int
    connection_id: int
    kind: Kind
    mailbox: str
    uid_validity: int
    destination: str
    end: End
    left_marked: bool
    undo_of: int | None


@dataclass(frozen=True)
class Written:
    """A message of a batch: its fingerprint, and its copy in the destination, each as far as it is known."""

    fingerprint: str | None
    copy: int | None = None


def act_of(row: Any) -> Act:
    """Read an act from its `COLUMNS`."""
    return Act(
        id=row.id,
        connection_id=row.connection_id,
        kind=row.kind,
        mailbox=row.mailbox,
        uid_validity=row.uid_validity,
        destination=row.destination,
        end=End(row.destination_validity, row.destination_next),
        left_marked=row.left_marked,
        undo_of=row.undo_of_id,
    )


def to_text(messages: Mapping[int, Written]) -> str:
    """Write the messages of a batch."""
    return json.dumps([[uid, each.fingerprint, each.copy] for uid, each in messages.items()], separators=(",", ":"))


def from_text(text: str) -> dict[int, Written]:
    """Read the messages of a batch."""
    rows: Iterable[tuple[int, str | None, int | None]] = json.loads(text)
    return {uid: Written(fingerprint, copy) for uid, fingerprint, copy in rows}
