"""Attachments for pipelines: what has come since the last call, each exactly once."""

import hashlib
import time
from datetime import datetime
from typing import Annotated, Self

from pydantic import AfterValidator, Field

from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap.mailbox.attachments import MessageAttachments, MessageAttachmentsPage, Part, attachments_after
from webapp.core.imap.mailbox.messages import SearchQuery, UidValidityChangedError
from webapp.core.imap.protocol.errors import ImapError
from webapp.models import Connection, Scope
from webapp.services.connections.mail_session import open_mail_session
from webapp.web.api.connections import find_connection
from webapp.web.api.cursors import cursor_of, read_cursor
from webapp.web.api.mail_errors import MAIL_ERRORS, imap_errors_as_problems
from webapp.web.api.message_refs import MailboxName, MessageRef
from webapp.web.api.operation import operation
from webapp.web.api.problems import ApiError
from webapp.web.api.request_parsing import Day
from webapp.web.api.schemas.common import PageQuery, Schema

_MOST_PATTERNS = 20
# So long it goes on where nothing fits, so that few pages are empty.
_SECONDS = 5.0


def _few(filename: str) -> str:
    if filename.count(",") >= _MOST_PATTERNS:
        raise ValueError(f"{_MOST_PATTERNS} patterns at most")
    return filename


class AttachmentQuery(PageQuery):
    """Which attachments, of which messages; what is given must all be true."""

    mailbox: MailboxName = Field("INBOX", description="Its name, as the list of mailboxes has it.")
    since: Day | None = Field(None, description="Arrived on this day or later.")
    before: Day | None = Field(None, description="Arrived before this day.")
    sender: str = Field("", alias="from", max_length=200, description="Words in the sender's name or address.")
    subject: str = Field("", max_length=200, description="Words in the subject.")
    filename: Annotated[str, AfterValidator(_few)] = Field(
        "",
        max_length=500,
        description="Patterns for the file's name, as `*.csv`, in whichever case; several are separated by commas.",
    )
    limit: int = Field(50, ge=1, le=200, description="How many messages to look at in one step at most.")
    cursor: str = Field(
        "",
        max_length=200,
        description="`cursor` of the call before, for the same mailbox; without, from the oldest message.",
        pattern=r"^[A-Za-z0-9_-]*$",
    )


class AttachmentShape(Schema):
    """One attachment; its bytes are the part `section` of the message `ref`, and `size` is about that of the file."""

    ref: str
    section: str
    name: str
    size: int
    content_type: str
    subject: str
    sender: str
    date: datetime | None

    @classmethod
    def of(cls, found: MessageAttachments, part: Part, place: MessageRef) -> Self:
        """Describe an attachment of a message."""
        return cls(
            ref=place.ref,
            section=part.section,
            name=part.name,
            size=part.size,
            content_type=part.content_type,
            subject=found.summary.subject,
            sender=found.summary.sender,
            date=found.summary.date,
        )


class AttachmentPage(Schema):
    """Some attachments, the oldest messages first, all those of a message together.

    `cursor` goes on after them, now or when new messages have come; a page may have none and yet be followed by `more`.
    `unreadable` are messages of which the server cannot tell what they hold.
    """

    mailbox: str
    uid_validity: int
    attachments: list[AttachmentShape]
    unreadable: list[str]
    cursor: str
    more: bool


@operation(
    "GET", "/connections/<id:connection_id>/attachments", scope=Scope.READ, query=AttachmentQuery,
    answer=AttachmentPage, errors={**MAIL_ERRORS, 410: "The mailbox was made anew: begin again, without a cursor."},
)  # fmt: skip
def get_attachments(connection_id: int, query: AttachmentQuery) -> AttachmentPage:
    """List new attachments.

    Keep the `cursor` of the last answer and send it with the next call, tonight or in a year: no message is passed over
    and none comes twice. What it is to find may be changed in between.
    """
    connection = find_connection(connection_id)
    # Many servers number the mailboxes of all people alike. A connection may be made again, its mailbox stays the same.
    whose = f"{connection.address}\0{query.mailbox}"
    of = f"attachments {hashlib.sha256(whose.encode()).hexdigest()[:12]}"
    validity, after = read_cursor(query.cursor, of, numbers=2) if query.cursor else (None, 0)
    page = _search(connection, query, validity, after)
    placed = [
        (each, MessageRef(query.mailbox, page.uid_validity, each.uid, each.summary.fingerprint)) for each in page.found
    ]
    return AttachmentPage(
        mailbox=query.mailbox,
        uid_validity=page.uid_validity,
        attachments=[AttachmentShape.of(found, part, place) for found, place in placed for part in found.parts],
        unreadable=[place.ref for found, place in placed if not found.readable],
        cursor=cursor_of(of, page.uid_validity, page.after),
        more=page.more,
    )


def _search(connection: Connection, query: AttachmentQuery, validity: int | None, after: int) -> MessageAttachmentsPage:
    """Look for attachments; one message at a time where many tell too much at once, which ends the session."""
    with imap_errors_as_problems(connection):
        try:
            return _attachments(connection, query, validity, after, messages=query.limit)
        except UidValidityChangedError as error:
            why = f"{error.text}. Begin again without a cursor: all attachments come anew."
            raise ApiError(410, "The mailbox was made anew", why) from None
        except ImapError as error:
            if error.symptom is not Symptom.TOO_MUCH_DATA:
                raise
        return _attachments(connection, query, validity, after, messages=1)


def _attachments(
    connection: Connection, query: AttachmentQuery, validity: int | None, after: int, *, messages: int
) -> MessageAttachmentsPage:
    """Look until something fits, or the time is over."""
    wanted = SearchQuery(sender=query.sender, subject=query.subject, since=query.since, before=query.before)
    names = [name.strip() for name in query.filename.split(",") if name.strip()]
    end = time.monotonic() + _SECONDS
    with open_mail_session(connection) as session:
        while True:
            page = attachments_after(
                session,
                query.mailbox,
                after=after,
                query=wanted or None,
                names=names,
                messages=messages,
                uid_validity=validity,
            )
            if page.found or not page.more or time.monotonic() > end:
                return page
            after, validity = page.after, page.uid_validity
