"""Pulls the attachments of a mailbox into a folder: each exactly once, whatever is killed or fails in between."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap.mailbox.attachments import (
    MessageAttachments,
    MessageAttachmentsPage,
    attachments_after,
    is_message_specific_error,
    message_exists,
)
from webapp.core.imap.mailbox.bodystructure import Part
from webapp.core.imap.mailbox.message_commands import MessageSet
from webapp.core.imap.mailbox.messages import stream_located_part
from webapp.core.imap.protocol.errors import ImapError, MailboxError, NotFoundError
from webapp.core.imap.protocol.session import Session
from webapp.models import Connection
from webapp.services.connections.mail_session import open_mail_session
from webapp.services.exports import atomic_files as files
from webapp.services.exports.attachment_record import line_of
from webapp.services.exports.exit_status import LockedByActionError
from webapp.services.exports.message_selection import MessageFilter, require_unchanged
from webapp.services.exports.post_actions import PostAction, unchanged_messages
from webapp.services.exports.progress_output import ProgressReporter
from webapp.services.exports.retry import RetryPolicy
from webapp.services.exports.state_file import PendingRename, PullState, SavedFileRecord, TemporaryFile

_AT_ONCE = 200


@dataclass(frozen=True, kw_only=True)
class PullOptions:
    """What is to be pulled, where to, and what comes after."""

    connection: Connection
    selection: MessageFilter
    names: tuple[str, ...]
    folder: Path
    then: PostAction
    limit: int | None
    dry_run: bool


@dataclass(kw_only=True)
class PullResult:
    """What a run has done; `then_gone` counts messages that were not there any more when their turn came."""

    files: int = 0
    bytes: int = 0
    messages: int = 0
    then_done: int = 0
    then_gone: int = 0
    more: bool = False


class AttachmentPull:
    """One run, from where the state says it is to the end of the mailbox or the limit."""

    def __init__(self, order: PullOptions, state: PullState, state_file: Path, teller: ProgressReporter) -> None:
        self._order = order
        self._state = state
        self._state_file = state_file
        self._teller = teller
        self.done = PullResult()
        self._tries = RetryPolicy()
        self._at_once = _AT_ONCE
        self._then_is_possible = False
        self._aside = f".postroom-{files.digest_of(state_file.resolve())}-"

    def run(self) -> None:
        """Go to the end, over fresh sessions where one breaks."""
        try:
            if not self._order.dry_run:
                self._place()
                self._delete_temporary_files()
            while self._next_page():
                pass
        finally:
            if self._state.uid_validity is not None:
                with suppress(OSError):  # why it ends is said already, and what is not saved is only told once more
                    self._save()

    def _next_page(self) -> bool:
        """Take the next page of messages; say whether there is more to do."""
        try:
            page = self._page()
            if page.found or self._state.waiting:
                self._validate()
            more = self._save_page(page)
            self._run_pending_actions(last=not more)
        except ImapError as error:
            if error.symptom is Symptom.TOO_MUCH_DATA and self._at_once > 1:
                self._at_once = max(1, self._at_once // 8)
            else:
                self._tries.wait_after(error)
            return True
        self._at_once = _AT_ONCE
        return more

    def _page(self) -> MessageAttachmentsPage:
        order, state = self._order, self._state
        require_unchanged(order.connection)
        with open_mail_session(order.connection) as session:
            page = attachments_after(
                session,
                order.selection.mailbox,
                after=state.after,
                query=order.selection.query,
                names=order.names,
                messages=self._at_once,
                uid_validity=state.uid_validity,
            )
        state.uid_validity = page.uid_validity
        return page

    def _validate(self) -> None:
        """Find out before anything is fetched whether there is the mailbox that messages are to go to."""
        if self._then_is_possible:
            return
        then, mailbox = self._order.then, self._order.selection.mailbox
        then.validate(self._order.connection, MessageSet(mailbox=mailbox, uid_validity=self._uid_validity, messages={}))
        self._then_is_possible = True

    def _save_page(self, page: MessageAttachmentsPage) -> bool:
        """Take the messages of a page; say whether there is more to do."""
        state, mailbox = self._state, self._order.selection.mailbox
        if page.found:
            # A session of its own: that of the page may have ended over a message that no one can read.
            with open_mail_session(self._order.connection) as session:
                session.open_mailbox(mailbox, page.uid_validity)
                for found in page.found:
                    self._save_message(session, found)
                    state.after = found.uid
                    self._tries.reset()
                    self._teller.reached(found.uid, page.end)
                    if self._is_enough():
                        self._save()
                        self.done.more = found.uid < page.end
                        return False
        if page.after > state.after:
            self._tries.reset()
        state.after = page.after
        self._teller.reached(page.after, page.end)
        self._save()
        return page.more

    def _is_enough(self) -> bool:
        limit = self._order.limit
        return limit is not None and self.done.files >= limit

    def _save_message(self, session: Session, found: MessageAttachments) -> None:
        """Take all attachments of a message, or none."""
        if not found.readable:
            self._report_missed(found, "has parts that nobody can tell, or more of them than are looked at")
        if not found.parts:
            return
        if self._order.dry_run:
            self._report([self._line(found, part, part.size, None) for part in found.parts])
            return
        taken: list[TemporaryFile] = []
        try:
            for at, part in enumerate(found.parts):
                taken.append(self._download(session, found, part, f"{self._aside}{found.uid}-{at}.part"))
        except MailboxError as error:
            self._drop(taken)
            if not is_message_specific_error(session, error):
                raise
            if not isinstance(error, NotFoundError):
                self._report_missed(found, f"is not given by the server: {error.text}")
            elif message_exists(session, found.uid):
                self._report_missed(found, "is not given by the server: it is there, and nothing comes")
            return
        except BaseException:
            self._drop(taken)
            raise
        files.fsync_folder(self._order.folder)
        self._state.placing = PendingRename(
            uid_validity=self._uid_validity,
            uid=found.uid,
            fingerprint=found.summary.fingerprint,
            files=taken,
            whole=found.readable,
        )
        self._save()
        self._place()

    def _download(self, session: Session, found: MessageAttachments, part: Part, aside: str) -> TemporaryFile:
        session.renew_budget()
        written = files.write(self._order.folder / aside, stream_located_part(session, found.uid, part))
        return TemporaryFile(aside=aside, line=self._line(found, part, written.size, written.sha256))

    def _place(self) -> None:
        """Give the files of a message their names; one that is not aside any more has it already."""
        state, placing = self._state, self._state.placing
        if placing is None:
            return
        for file in placing.files:
            path = Path(file.line.path)
            with suppress(FileNotFoundError):
                path.with_name(file.aside).replace(path)
        for folder in {Path(file.line.path).parent for file in placing.files}:
            files.fsync_folder(folder)
        self._report([file.line for file in placing.files])
        if placing.uid_validity == state.uid_validity:  # it is not where the pull begins again
            state.after = placing.uid
            if self._order.then.kind and placing.whole:
                state.waiting[placing.uid] = placing.fingerprint
        state.placing = None

    def _run_pending_actions(self, *, last: bool) -> None:
        """Do what is to be done with messages whose files are safe; done twice, it finds them gone or as they are."""
        order, state = self._order, self._state
        if order.dry_run or not state.waiting or not order.then.kind:
            return
        chosen = MessageSet(
            mailbox=order.selection.mailbox, uid_validity=self._uid_validity, messages=dict(state.waiting)
        )
        done = order.then.do(order.connection, chosen)
        left = unchanged_messages(order.connection, chosen) if done.gone and not done.kind.only_marks else {}
        self.done.then_done += done.done
        self.done.then_gone += done.gone - len(left)
        state.waiting = left
        self._save()
        if left and last:
            raise LockedByActionError(f"Another act is at work on {len(left)} of the messages; their files are safe")

    @property
    def _uid_validity(self) -> int:
        return self._state.uid_validity or 0

    def _report(self, lines: list[SavedFileRecord]) -> None:
        self.done.messages += 1
        self.done.files += len(lines)
        self.done.bytes += sum(line.size for line in lines)
        for line in lines:
            self._teller.report(line.model_dump(by_alias=True))

    def _line(self, found: MessageAttachments, part: Part, size: int, sha256: str | None) -> SavedFileRecord:
        order = self._order
        mailbox = order.selection.mailbox
        whose = files.digest_of(order.connection.address, mailbox, self._uid_validity)
        return line_of(found, part, folder=order.folder, whose=whose, mailbox=mailbox, size=size, sha256=sha256)

    def _report_missed(self, found: MessageAttachments, why: str) -> None:
        self._teller.missed(
            mailbox=self._order.selection.mailbox, uid=found.uid, subject=found.summary.subject, why=why
        )

    def _drop(self, taken: list[TemporaryFile]) -> None:
        for file in taken:
            (self._order.folder / file.aside).unlink(missing_ok=True)

    def _delete_temporary_files(self) -> None:
        """Remove what a run that was killed has left aside."""
        for path in self._order.folder.glob(f"{self._aside}*.part"):
            path.unlink(missing_ok=True)

    def _save(self) -> None:
        if not self._order.dry_run:
            self._state.save(self._state_file)
