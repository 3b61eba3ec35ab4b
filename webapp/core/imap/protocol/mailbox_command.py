"""Commands that name a mailbox: the spellings that its name may have are tried one after the other."""

from collections.abc import Callable, Mapping, Sequence

from webapp.core.imap.protocol.errors import NONEXISTENT_PATTERN, MailboxError, NotFoundError
from webapp.core.imap.protocol.imaplib_protocol import CommandString, Untagged
from webapp.core.imap.protocol.mailbox_names import encoded_name_candidates
from webapp.core.imap.protocol.session import Session


def mailbox_command(
    session: Session, mailbox: str, words: Callable[[CommandString], Sequence[bytes]]
) -> Mapping[str, Sequence[Untagged]]:
    """Send a command that names a mailbox; raise `GoneError` where there is none of this name in any spelling."""
    refusal: NotFoundError | None = None
    for spelling in encoded_name_candidates(mailbox):
        name, *more = words(CommandString(spelling))
        try:
            return session.command(name.decode(), *more)
        except MailboxError as error:
            if not session.is_synchronized or (refusal is None and not NONEXISTENT_PATTERN.search(error.text)):
                raise
            # What is said of the proper spelling: of another one, servers say that it is none.
            refusal = refusal or NotFoundError(error.text)
    raise refusal or NotFoundError("[NONEXISTENT] No mailbox has this name")
