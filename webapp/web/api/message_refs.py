"""The reference of a message: its mailbox, UIDVALIDITY and UID, and what tells it from another under the same UID."""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from werkzeug.routing import BaseConverter

from webapp.web.mailbox_slug import decode_mailbox_name, encode_mailbox_name

PATTERN = r"^[A-Za-z0-9_-]{1,1400}\.[0-9]{1,10}\.[1-9][0-9]{0,9}(\.([A-Za-z0-9_-]{12})?)?$"
"""What a reference looks like, for the document."""

MailboxName = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""The name of a mailbox, as the list of mailboxes has it."""

_REF = re.compile(r"([A-Za-z0-9_-]{1,1400})\.([0-9]{1,10})\.([1-9][0-9]{0,9})(?:\.((?:[A-Za-z0-9_-]{12})?))?")
_MOST = 2**32


class MessageRefConverter(BaseConverter):
    """A reference in a path; whatever has no dot in it is the name of something else, as `move`."""

    regex = r"[^/.]*\.[^/]*"


@dataclass(frozen=True)
class MessageRef:
    """Which message a reference names; a fingerprint of None is not compared."""

    mailbox: str
    uid_validity: int
    uid: int
    fingerprint: str | None

    @property
    def ref(self) -> str:
        """Write it."""
        known = "" if self.fingerprint is None else f".{self.fingerprint}"
        return f"{encode_mailbox_name(self.mailbox)}.{self.uid_validity}.{self.uid}{known}"

    @classmethod
    def of(cls, ref: str) -> "MessageRef | None":
        """Read a reference; None where none is written so."""
        found = _REF.fullmatch(ref)
        mailbox = decode_mailbox_name(found[1]) if found else None
        if found is None or mailbox is None or int(found[2]) >= _MOST or int(found[3]) >= _MOST:
            return None
        return cls(mailbox, int(found[2]), int(found[3]), found[4])
