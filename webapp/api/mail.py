"""Mail over the API, to read only: mailboxes, messages, attachments. Nothing here marks a message as read."""

import re
from contextlib import ExitStack
from dataclasses import asdict
from itertools import chain

from flask import Response

from webapp.api.contract import operation
from webapp.api.mail_failures import MAIL_ERRORS, opened_for, place_of
from webapp.api.mail_shapes import MailboxList, MailboxShape, MessagePage, MessageQuery, MessageShape, SummaryShape
from webapp.api.problems import ApiError
from webapp.imap.mailboxes import list_mailboxes
from webapp.imap.messages import Part, Query, find_part, list_messages, read_message, stream_found
from webapp.models import Scope

_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}")


@operation(
    "GET", "/connections/<id:connection_id>/mailboxes", scope=Scope.READ, answer=MailboxList, errors=MAIL_ERRORS
)  # fmt: skip
def get_mailboxes(connection_id: int) -> MailboxList:
    """List the mailboxes of a connection.

    With how many messages they have, and what they are for.
    """
    with opened_for(connection_id) as session:
        return MailboxList(mailboxes=[MailboxShape(**asdict(each)) for each in list_mailboxes(session)])


@operation(
    "GET", "/connections/<id:connection_id>/messages", scope=Scope.READ, query=MessageQuery, answer=MessagePage,
    errors=MAIL_ERRORS,
)  # fmt: skip
def get_messages(connection_id: int, query: MessageQuery) -> MessagePage:
    """List or search messages.

    Newest first. A page costs the same whatever the size of the mailbox, and a message that comes meanwhile moves none.
    """
    wanted = Query(**query.model_dump(exclude={"mailbox", "cursor", "limit"}))
    with opened_for(connection_id) as session:
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

    Its header, its text to 1 MiB, and the list of its attachments. It stays unread if it was.
    """
    place = place_of(ref)
    with opened_for(connection_id) as session:
        message = read_message(session, place.mailbox, place.uid, place.uid_validity)
    if place.fingerprint not in (None, message.summary.fingerprint):
        raise ApiError(404, "It is not there", "Another message has its UID by now.")
    return MessageShape.of_message(message, place.mailbox)


@operation(
    "GET", "/connections/<id:connection_id>/messages/<ref:ref>/parts/<section>", scope=Scope.READ, answer=None,
    errors=MAIL_ERRORS, media="*/*",
)  # fmt: skip
def get_part(connection_id: int, ref: str, section: str) -> Response:
    """Download an attachment.

    Decoded, in pieces as they come from the server, of whatever type it says it is. An answer that breaks off is not
    the whole file.
    """
    place = place_of(ref)
    with ExitStack() as stack:
        session = stack.enter_context(opened_for(connection_id))
        part = find_part(session, place.mailbox, place.uid, section, uid_validity=place.uid_validity)
        pieces = stream_found(session, place.uid, part)
        first = next(pieces, b"")  # what fails so early is still a problem, and not an answer that breaks off
        response = Response(chain((first,), pieces), content_type=_media_type(part))
        response.headers.set("Content-Disposition", "attachment", filename=part.name or f"part-{section}")
        response.call_on_close(stack.pop_all().close)
    return response


def _media_type(part: Part) -> str:
    return part.content_type if _MEDIA_TYPE.fullmatch(part.content_type) else "application/octet-stream"
