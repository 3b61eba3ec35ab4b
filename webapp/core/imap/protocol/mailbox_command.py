"""Commands that name a mailbox: the spellings that its name may have are tried one after the other."""

from collections.abc import Callable
from typing import TypeVar

from webapp.core.imap.protocol.errors import NONEXISTENT_PATTERN, MailboxError, NotFoundError
from webapp.core.imap.protocol.mailbox_names import encoded_name_candidates
from webapp.core.imap.protocol.session import Session

_Result = TypeVar("_Result")


def mailbox_command(session: Session, mailbox: str, send: Callable[[bytes], _Result]) -> _Result:
    """Send a command that names a mailbox; raise `GoneError` where there is none of this name in any spelling."""
    refusal: NotFoundError | None = None
    for spelling in encoded_name_candidates(mailbox):
        try:
            return send(spelling)
        except MailboxError as error:
            if not session.is_synchronized or (refusal is None and not NONEXISTENT_PATTERN.search(error.text)):
                raise
            # What is said of the proper spelling: of another one, servers say that it is none.
            refusal = refusal or NotFoundError(error.text)
    raise refusal or NotFoundError("[NONEXISTENT] No mailbox has this name")
