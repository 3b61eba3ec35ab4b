"""Mail over the API, to read only: mailboxes, messages, attachments. Nothing here marks a message as read."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import date, datetime
from itertools import chain
from typing import Literal, NamedTuple

from flask import Response
from pydantic import Field

from webapp.api.connections import explained_failure, find_connection
from webapp.api.contract import operation
from webapp.api.problems import ApiError, unfit
from webapp.api.shapes import PageQuery, Shape
from webapp.imap import ImapError
from webapp.imap.check import NotOpenedError
from webapp.imap.mailboxes import list_mailboxes
from webapp.imap.messages import (
    ChangedError,
    CursorError,
    GoneError,
    Message,
    Part,
    Query,
    Summary,
    find_part,
    list_messages,
    read_message,
    stream_found,
)
from webapp.imap.session import Session
from webapp.mailboxes.opening import opened
from webapp.mailboxes.refs import name_of, ref_of
from webapp.models import Scope

_REF = re.compile(r"([A-Za-z0-9_-]{1,1400})\.([0-9]{1,10})\.([1-9][0-9]{0,9})")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}")
_ERRORS = {
    404: "There is no such connection, mailbox, message or part, or not any more.",
    410: "The mailbox was made anew: what was known of its messages holds no more. List them again.",
    502: "The mailbox cannot be opened, or the server failed; the diagnosis says why.",
}


class MailboxShape(Shape):
    """A mailbox; `messages` and `unseen` are null where the server does not tell."""

    name: str
    delimiter: str | None
    special_use: Literal["", "inbox", "sent", "drafts", "trash", "junk", "archive", "all", "flagged"]
    selectable: bool
    messages: int | None
    unseen: int | None


class MailboxList(Shape):
    """All mailboxes: INBOX, those for a special use, then the others by name."""

    mailboxes: list[MailboxShape]


class SummaryShape(Shape):
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


class MessagePage(Shape):
    """Some messages, newest first; `older` and `newer` are the cursors of the pages beside it, null at the ends."""

    mailbox: str
    uid_validity: int
    total: int
    messages: list[SummaryShape]
    older: str | None
    newer: str | None


class MessageQuery(PageQuery):
    """Which messages of which mailbox; what is given must all be true of a message."""

    mailbox: str = Field(
        "INBOX", min_length=1, max_length=1000, description="Its name, as the list of mailboxes has it."
    )
    cursor: str = Field(
        "", max_length=200, description="`older` or `newer` of a page of the same list.", pattern=r"^[A-Za-z0-9_-]*$"
    )
    text: str = Field("", max_length=200, description="Words anywhere in the message; at Gmail its own search syntax.")
    sender: str = Field("", max_length=200)
    recipient: str = Field("", max_length=200)
    subject: str = Field("", max_length=200)
    since: date | None = Field(None, description="Arrived on this day or later.")
    before: date | None = Field(None, description="Arrived before this day.")
    unread: bool = False
    attachments: bool = Field(False, description="Only those that have attachments, by their content type.")


class HeaderShape(Shape):
    """One field of a header, decoded."""

    name: str
    value: str


class PartShape(Shape):
    """An attachment; `size` is about that of the file."""

    section: str
    content_type: str
    name: str
    size: int
    disposition: str
    content_id: str


class MessageShape(SummaryShape):
    """One message; `html` is as it was sent and not made safe to show, `truncated` says that there is more text."""

    uid_validity: int
    headers: list[HeaderShape]
    text: str
    html: str | None
    parts: list[PartShape]
    truncated: bool


class _Place(NamedTuple):
    """Which message a reference names."""

    mailbox: str
    uid_validity: int
    uid: int


@operation(
    "GET", "/connections/<id:connection_id>/mailboxes", scope=Scope.READ, answer=MailboxList, errors=_ERRORS
)  # fmt: skip
def get_mailboxes(connection_id: int) -> MailboxList:
    """List the mailboxes of a connection.

    With how many messages they have, and what they are for.
    """
    with _opened(connection_id) as session:
        return MailboxList(mailboxes=[MailboxShape(**asdict(each)) for each in list_mailboxes(session)])


@operation(
    "GET", "/connections/<id:connection_id>/messages", scope=Scope.READ, query=MessageQuery, answer=MessagePage,
    errors=_ERRORS,
)  # fmt: skip
def get_messages(connection_id: int, query: MessageQuery) -> MessagePage:
    """List or search messages.

    Newest first. A page costs the same whatever the size of the mailbox, and a message that comes meanwhile moves none.
    """
    wanted = Query(**query.model_dump(exclude={"mailbox", "cursor", "limit"}))
    with _opened(connection_id) as session:
        found = list_messages(session, query.mailbox, cursor=query.cursor, limit=query.limit, query=wanted)
    return MessagePage(
        mailbox=found.mailbox,
        uid_validity=found.uid_validity,
        total=found.total,
        messages=[
            SummaryShape(**_summary(each, _Place(found.mailbox, found.uid_validity, each.uid)))
            for each in found.messages
        ],
        older=found.older,
        newer=found.newer,
    )


@operation(
    "GET", "/connections/<id:connection_id>/messages/<ref>", scope=Scope.READ, answer=MessageShape, errors=_ERRORS
)  # fmt: skip
def get_message(connection_id: int, ref: str) -> MessageShape:
    """Read a message.

    Its header, its text to 1 MiB, and the list of its attachments. It stays unread if it was.
    """
    place = _place(ref)
    with _opened(connection_id) as session:
        message = read_message(session, place.mailbox, place.uid, place.uid_validity)
    return _described(message, place)


@operation(
    "GET", "/connections/<id:connection_id>/messages/<ref>/parts/<section>", scope=Scope.READ, answer=None,
    errors=_ERRORS, media="*/*",
)  # fmt: skip
def get_part(connection_id: int, ref: str, section: str) -> Response:
    """Download an attachment.

    Decoded, in pieces as they come from the server, of whatever type it says it is. An answer that breaks off is not
    the whole file.
    """
    place = _place(ref)
    with ExitStack() as stack:
        session = stack.enter_context(_opened(connection_id))
        part = find_part(session, place.mailbox, place.uid, section, uid_validity=place.uid_validity)
        pieces = stream_found(session, place.uid, part)
        first = next(pieces, b"")  # what fails so early is still a problem, and not an answer that breaks off
        response = Response(chain((first,), pieces), content_type=_media_type(part))
        response.headers.set("Content-Disposition", "attachment", filename=part.name or f"part-{section}")
        response.call_on_close(stack.pop_all().close)
    return response


@contextmanager
def _opened(connection_id: int) -> Iterator[Session]:
    """Give a session of a connection; whatever goes wrong with it ends in a problem."""
    connection = find_connection(connection_id)
    try:
        with opened(connection) as session:
            yield session
    except CursorError:
        raise unfit("cursor: is not one of this list. Begin without.") from None
    except GoneError as error:
        raise ApiError(404, "It is not there", error.text) from None
    except ChangedError as error:
        raise ApiError(410, "The mailbox was made anew", f"{error.text}. List its messages again.") from None
    except ImapError as error:
        failure = error.report.failure if isinstance(error, NotOpenedError) else None
        raise explained_failure(502, failure or error.failure(None)) from None


def _place(ref: str) -> _Place:
    found = _REF.fullmatch(ref)
    mailbox = name_of(found[1]) if found else None
    if found is None or mailbox is None:
        raise ApiError(404, "There is no such message", "Take the `ref` of a message from a list of messages.")
    return _Place(mailbox, int(found[2]), int(found[3]))


def _summary(summary: Summary, place: _Place) -> dict[str, object]:
    return {"ref": f"{ref_of(place.mailbox)}.{place.uid_validity}.{place.uid}", **asdict(summary)}


def _described(message: Message, place: _Place) -> MessageShape:
    names = PartShape.model_fields.keys()
    return MessageShape(
        **_summary(message.summary, place),
        uid_validity=message.uid_validity,
        headers=[HeaderShape(name=name, value=value) for name, value in message.headers],
        text=message.text,
        html=message.html,
        parts=[PartShape(**{name: getattr(part, name) for name in names}) for part in message.parts],
        truncated=message.truncated,
    )


def _media_type(part: Part) -> str:
    return part.content_type if _MEDIA_TYPE.fullmatch(part.content_type) else "application/octet-stream"
