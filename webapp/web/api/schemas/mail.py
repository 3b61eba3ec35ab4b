"""What goes over the API of mail: mailboxes, messages, attachments."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import Field

from webapp.core.imap.mailbox.messages import Message, MessageSummary, Part
from webapp.web.api.message_refs import MailboxName, MessageRef
from webapp.web.api.request_parsing import Day
from webapp.web.api.schemas.common import PageQuery, Schema


class MailboxShape(Schema):
    """A mailbox; `messages` and `unseen` are null where the server does not tell."""

    name: str
    delimiter: str | None
    special_use: Literal["", "inbox", "sent", "drafts", "trash", "junk", "archive", "all", "flagged"]
    selectable: bool
    messages: int | None
    unseen: int | None


class MailboxList(Schema):
    """All mailboxes: INBOX, those for a special use, then the others by name."""

    mailboxes: list[MailboxShape]


class SummaryShape(Schema):
    """One message in a list; `ref` opens it. `has_attachments` goes by the content type, null if that is silent."""

    ref: str
    uid: int
    seen: bool
    flagged: bool
    answered: bool
    date: datetime | None
    subject: str
    sender: str
    to: str
    size: int
    has_attachments: bool | None
    deleted: bool = Field(description="Marked for removal.")

    @classmethod
    def of(cls, summary: MessageSummary, mailbox: str, uid_validity: int) -> Self:
        """Describe a message of a list."""
        return cls(**described(summary, mailbox, uid_validity))


class MessagePage(Schema):
    """Some messages, newest first; `older` and `newer` are the cursors of the pages beside it, null at the ends."""

    mailbox: str
    uid_validity: int
    total: int
    messages: list[SummaryShape]
    older: str | None
    newer: str | None


class MessageQuery(PageQuery):
    """Which messages of which mailbox; what is given must all be true of a message."""

    mailbox: MailboxName = Field("INBOX", description="Its name, as the list of mailboxes has it.")
    cursor: str = Field(
        "", max_length=200, description="`older` or `newer` of a page of the same list.", pattern=r"^[A-Za-z0-9_-]*$"
    )
    text: str = Field("", max_length=200, description="Words anywhere in the message; at Gmail its own search syntax.")
    sender: str = Field("", alias="from", max_length=200, description="Words in the sender's name or address.")
    recipient: str = Field("", alias="to", max_length=200, description="Words in the names or addresses of To and Cc.")
    subject: str = Field("", max_length=200)
    since: Day | None = Field(None, description="Arrived on this day or later.")
    before: Day | None = Field(None, description="Arrived before this day.")
    unread: bool = False
    attachments: bool = Field(False, description="Only those that have attachments, by their content type.")


class HeaderShape(Schema):
    """One field of a header, decoded."""

    name: str
    value: str


class PartShape(Schema):
    """An attachment; `size` is about that of the file."""

    section: str
    content_type: str
    name: str
    size: int
    disposition: str
    content_id: str

    @classmethod
    def of(cls, part: Part) -> Self:
        """Describe an attachment."""
        return cls(**{name: getattr(part, name) for name in cls.model_fields})


class MessageShape(SummaryShape):
    """One message; `html` is as it was sent and not made safe to show, `truncated` says that there is more text."""

    uid_validity: int
    headers: list[HeaderShape]
    text: str
    html: str | None
    parts: list[PartShape]
    truncated: bool

    @classmethod
    def of_message(cls, message: Message, mailbox: str) -> Self:
        """Describe a message."""
        return cls(
            **described(message.summary, mailbox, message.uid_validity),
            uid_validity=message.uid_validity,
            headers=[HeaderShape(name=name, value=value) for name, value in message.headers],
            text=message.text,
            html=message.html,
            parts=[PartShape.of(part) for part in message.parts],
            truncated=message.truncated,
        )


def described(summary: MessageSummary, mailbox: str, uid_validity: int) -> dict[str, Any]:
    """Return what a list tells of a message, by its names."""
    ref = MessageRef(mailbox, uid_validity, summary.uid, summary.fingerprint).ref
    told = SummaryShape.model_fields.keys() - {"ref"}
    return {"ref": ref, **{name: getattr(summary, name) for name in told}}
