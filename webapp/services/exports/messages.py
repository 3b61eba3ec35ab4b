"""Exports messages as they came, one after the other in the order of the mailbox, at flat memory."""

from dataclasses import dataclass

from webapp.core.imap.mailbox.attachments import is_message_specific_error, message_exists
from webapp.core.imap.mailbox.message_list import fetch_summaries, parse_summary
from webapp.core.imap.mailbox.messages import MessageSummary, stream_message
from webapp.core.imap.mailbox.uid_paging import uids_after
from webapp.core.imap.protocol.errors import ImapError, MailboxError, NotFoundError, UidValidityChangedError
from webapp.core.imap.protocol.session import Session
from webapp.models import Connection
from webapp.services.connections.mail_session import open_mail_session
from webapp.services.exports import atomic_files
from webapp.services.exports.exit_status import ExitStatus, PullError
from webapp.services.exports.message_selection import MessageFilter, require_unchanged
from webapp.services.exports.outputs import ExportOutput
from webapp.services.exports.progress_output import ProgressReporter
from webapp.services.exports.retry import RetryPolicy

_AT_ONCE = 100
_RENUMBERED = (
    "The mail server has numbered the messages of this mailbox anew meanwhile. Run the export again; with --eml into"
    " another folder, or those that are in it come once more."
)


@dataclass
class ExportResult:
    """What an export has done; `there` counts messages that an earlier one has left."""

    messages: int = 0
    bytes: int = 0
    there: int = 0


class MessageExport:
    """One run over the messages that are there when it comes to them."""

    def __init__(
        self, connection: Connection, selection: MessageFilter, target: ExportOutput, teller: ProgressReporter
    ) -> None:
        self._connection = connection
        self._selection = selection
        self._target = target
        self._teller = teller
        self._tries = RetryPolicy()
        self._after = 0
        self._uid_validity: int | None = None
        self.done = ExportResult()

    def run(self) -> None:
        """Go to the end, over fresh sessions where one breaks."""
        while self._next_page():
            pass

    def _next_page(self) -> bool:
        require_unchanged(self._connection)
        try:
            with open_mail_session(self._connection) as session:
                return self._save_page(session)
        except UidValidityChangedError:
            raise PullError(ExitStatus.RENUMBERED, _RENUMBERED) from None
        except ImapError as error:
            self._tries.wait_after(error)
            return True

    def _save_page(self, session: Session) -> bool:
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
        known = {summary.uid: summary for summary in fetch_summaries(session, set(portion.uids))}
        for uid in portion.uids:
            # One of which the server tells nothing may be there all the same.
            self._save_message(session, known.get(uid) or parse_summary({"UID": b"%d" % uid}, ()), whose)
            self._after = uid
            self._tries.reset()
            self._teller.reached(uid, portion.end)
        self._after = portion.after
        return portion.more

    def _save_message(self, session: Session, summary: MessageSummary, whose: str) -> None:
        if self._target.has(summary, whose):
            self.done.there += 1
            return
        session.renew_budget()
        try:
            self.done.bytes += self._target.save(summary, whose, stream_message(session, summary.uid))
        except MailboxError as error:
            if not is_message_specific_error(session, error):
                raise
            if isinstance(error, NotFoundError) and not message_exists(session, summary.uid):
                return
            words = "it is there, and nothing comes" if isinstance(error, NotFoundError) else error.text
            why = f"is not given by the server: {words}"
            self._teller.missed(mailbox=self._selection.mailbox, uid=summary.uid, subject=summary.subject, why=why)
            return
        self.done.messages += 1
