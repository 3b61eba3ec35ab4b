"""Mail over the API, to read only: mailboxes, messages, attachments. Nothing here marks a message as read."""

from dataclasses import asdict
from functools import partial

from flask import Response

from webapp.core.imap.mailbox.mailbox_list import list_mailboxes
from webapp.core.imap.mailbox.messages import SearchQuery, list_messages, read_message
from webapp.models import Scope
from webapp.web.api.mail_errors import MAIL_ERRORS, message_ref, session_for
from webapp.web.api.operation import operation
from webapp.web.api.problems import ApiError
from webapp.web.api.schemas.mail import (
    MailboxList,
    MailboxShape,
    MessagePage,
    MessageQuery,
    MessageShape,
    SummaryShape,
)
from webapp.web.file_response import attachment, send_file


@operation(
    "GET", "/connections/<id:connection_id>/mailboxes", scope=Scope.READ, answer=MailboxList, errors=MAIL_ERRORS
)  # fmt: skip
def get_mailboxes(connection_id: int) -> MailboxList:
    """List the mailboxes of a connection.

    With how many messages they have, and what they are for.
    """
    with session_for(connection_id) as session:
        return MailboxList(mailboxes=[MailboxShape(**asdict(each)) for each in list_mailboxes(session)])


@operation(
    "GET", "/connections/<id:connection_id>/messages", scope=Scope.READ, query=MessageQuery, answer=MessagePage,
    errors=MAIL_ERRORS,
)  # fmt: skip
def get_messages(connection_id: int, query: MessageQuery) -> MessagePage:
    """List or search messages.

    Newest first. A page costs the same whatever the size of the mailbox, and a message that comes meanwhile moves none.
    """
    wanted = SearchQuery(**query.model_dump(exclude={"mailbox", "cursor", "limit"}))
    with session_for(connection_id) as session:
        found = list_messages(session, query.mailbox, cursor=query.cursor, limit=query.limit, query=wanted)
    return MessagePage(
        mailbox=found.mailbox,
        uid_validity=found.uid_validity,
        total=found.total,
        messages=[SummaryShape.of(each, found.mailbox, found.uid_validity) for each in found.messages],
        older=found.older,
        newer=found.newer,
    )


@operation(
    "GET", "/connections/<id:connection_id>/messages/<ref:ref>", scope=Scope.READ, answer=MessageShape,
    errors=MAIL_ERRORS,
)  # fmt: skip
def get_message(connection_id: int, ref: str) -> MessageShape:
    """Read a message.

    Its header, each of its texts to 1 MiB, and the list of its attachments. It stays unread if it was.
    """
    place = message_ref(ref)
    with session_for(connection_id) as session:
        message = read_message(session, place.mailbox, place.uid, place.uid_validity)
    if place.fingerprint not in (None, message.summary.fingerprint):
        raise ApiError(404, "It is not there", "Another message has its UID by now.")
    return MessageShape.of_message(message, place.mailbox)


@operation(
    "GET", "/connections/<id:connection_id>/messages/<ref:ref>/parts/<section>", scope=Scope.READ, answer=None,
    errors={**MAIL_ERRORS, 416: "The attachment ends before the range begins."}, media="*/*",
)  # fmt: skip
def get_part(connection_id: int, ref: str, section: str) -> Response:
    """Download an attachment.

    Decoded, in pieces as they come from the server, of whatever type it says it is. An answer that breaks off is not
    the whole file: `Range: bytes=…`, with the `ETag` in `If-Range`, gives the rest of the same bytes (206).
    """
    place = message_ref(ref)
    find = partial(
        attachment,
        mailbox=place.mailbox,
        uid=place.uid,
        section=section,
        uid_validity=place.uid_validity,
        fingerprint=place.fingerprint,
    )
    return send_file(session_for(connection_id), find)
