"""Commands that name a mailbox: the spellings that its name may have are tried one after the other."""

from collections.abc import Callable, Mapping, Sequence

from webapp.core.imap.protocol.errors import NOT_THERE, GoneError, MailboxError
from webapp.core.imap.protocol.imaplib_protocol import Text, Untagged
from webapp.core.imap.protocol.mailbox_names import spellings
from webapp.core.imap.protocol.session import Session


def ask_about(
    session: Session, mailbox: str, words: Callable[[Text], Sequence[bytes]]
) -> Mapping[str, Sequence[Untagged]]:
    """Send a command that names a mailbox; raise `GoneError` where there is none of this name in any spelling."""
    refusal: GoneError | None = None
    for spelling in spellings(mailbox):
        name, *more = words(Text(spelling))
        try:
            return session.ask(name.decode(), *more)
        except MailboxError as error:
            if not session.is_in_step or (refusal is None and not NOT_THERE.search(error.text)):
                raise
            # What is said of the proper spelling: of another one, servers say that it is none.
            refusal = refusal or GoneError(error.text)
    raise refusal or GoneError("[NONEXISTENT] No mailbox has this name")
