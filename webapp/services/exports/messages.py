"""Exports messages as they came, one after the other in the order of the mailbox, at flat memory."""

from dataclasses import dataclass

from webapp.core.imap.mailbox.attachments import is_of_the_message, is_there
from webapp.core.imap.mailbox.message_list import summaries_of, summary_of
from webapp.core.imap.mailbox.messages import Summary, stream_message
from webapp.core.imap.mailbox.uid_paging import uids_after
from webapp.core.imap.protocol.errors import ChangedError, GoneError, ImapError, MailboxError
from webapp.core.imap.protocol.session import Session
from webapp.models import Connection
from webapp.services.connections.mail_session import opened
from webapp.services.exports import atomic_files
from webapp.services.exports.exit_status import Exit, StopError
from webapp.services.exports.message_selection import Selection, see_that_it_is_the_same
from webapp.services.exports.outputs import Target
from webapp.services.exports.progress_output import Teller
from webapp.services.exports.retry import Tries

_AT_ONCE = 100
_RENUMBERED = (
    "The mail server has numbered the messages of this mailbox anew meanwhile. Run the export again; with --eml into"
    " another folder, or those that are in it come once more."
)


@dataclass
class Exported:
    """What an export has done; `there` counts messages that an earlier one has left."""

    messages: int = 0
    bytes: int = 0
    there: int = 0


class Export:
    """One run over the messages that are there when it comes to them."""

    def __init__(self, connection: Connection, selection: Selection, target: Target, teller: Teller) -> None:
        self._connection = connection
        self._selection = selection
        self._target = target
        self._teller = teller
        self._tries = Tries()
        self._after = 0
        self._uid_validity: int | None = None
        self.done = Exported()

    def run(self) -> None:
        """Go to the end, over fresh sessions where one breaks."""
        while self._go_on():
            pass

    def _go_on(self) -> bool:
        see_that_it_is_the_same(self._connection)
        try:
            with opened(self._connection) as session:
                return self._take_some(session)
        except ChangedError:
            raise StopError(Exit.RENUMBERED, _RENUMBERED) from None
        except ImapError as error:
            self._tries.wait_after(error)
            return True

    def _take_some(self, session: Session) -> bool:
        """Take the next messages; say whether there are more."""
        mailbox = self._selection.mailbox
        portion = uids_after(
            session,
            mailbox,
            after=self._after,
            query=self._selection.query,
            limit=_AT_ONCE,
            uid_validity=self._uid_validity,
        )
        self._uid_validity = portion.uid_validity
        whose = atomic_files.digest_of(self._connection.address, mailbox, portion.uid_validity)
        known = {summary.uid: summary for summary in summaries_of(session, set(portion.uids))}
        for uid in portion.uids:
            # One of which the server tells nothing may be there all the same.
            self._take(session, known.get(uid) or summary_of({"UID": b"%d" % uid}, ()), whose)
            self._after = uid
            self._tries.went_well()
            self._teller.reached(uid, portion.end)
        self._after = portion.after
        return portion.more

    def _take(self, session: Session, summary: Summary, whose: str) -> None:
        if self._target.has(summary, whose):
            self.done.there += 1
            return
        session.renew_budget()
        try:
            self.done.bytes += self._target.take(summary, whose, stream_message(session, summary.uid))
        except MailboxError as error:
            if not is_of_the_message(session, error):
                raise
            if isinstance(error, GoneError) and not is_there(session, summary.uid):
                return
            words = "it is there, and nothing comes" if isinstance(error, GoneError) else error.text
            why = f"is not given by the server: {words}"
            self._teller.missed(mailbox=self._selection.mailbox, uid=summary.uid, subject=summary.subject, why=why)
            return
        self.done.messages += 1
