"""What the API says where a mail server does not play along."""

from collections.abc import Iterator
from contextlib import contextmanager

from webapp.core.imap import ImapError
from webapp.core.imap.check.run import SessionOpenError
from webapp.core.imap.mailbox.messages import CursorError, NotFoundError, UidValidityChangedError
from webapp.core.imap.protocol.errors import ReadOnlyError
from webapp.core.imap.protocol.session import Session
from webapp.models import Connection
from webapp.services.connections.failure_recording import record_permanent_failure
from webapp.services.connections.mail_session import open_mail_session
from webapp.services.mail_actions.service import NoTrashError
from webapp.web.api.connections import find_connection
from webapp.web.api.diagnosis_problems import problem_with_diagnosis
from webapp.web.api.message_refs import MessageRef
from webapp.web.api.problems import ApiError, unprocessable

MAIL_ERRORS = {
    404: "There is no such connection, mailbox, message or part, or not any more.",
    410: "The mailbox was made anew: what was known of its messages holds no more. List them again.",
    502: "The mailbox cannot be opened, or the server failed; the diagnosis says why.",
}
# What is at fault is the mailbox as it is: neither the request nor the server.
_IN_THE_WAY: tuple[tuple[type[ImapError], str, str], ...] = (
    (ReadOnlyError, "The mailbox can only be read", "Whoever owns it has to allow changes."),
    (NoTrashError, "There is no Trash", "Move the messages to a mailbox, or delete them with `permanently`."),
)

# Diagnoses of a mailbox, where the connection itself is in order.
_OF_THE_MAILBOX = {"mailbox-full": 409, "mailbox-not-found": 404}


@contextmanager
def imap_errors_as_problems(connection: Connection) -> Iterator[None]:
    """Turn whatever goes wrong with a mailbox into a problem; a connection that a person has to fix is noted."""
    try:
        yield
    except CursorError:
        raise unprocessable("cursor: is not one of this list. Begin without.") from None
    except NotFoundError as error:
        raise ApiError(404, "It is not there", error.text) from None
    except UidValidityChangedError as error:
        raise ApiError(410, "The mailbox was made anew", f"{error.text}. List its messages again.") from None
    except ImapError as error:
        for kind, title, why in _IN_THE_WAY:
            if isinstance(error, kind):
                raise ApiError(409, title, f"{why} The server: {error.text}") from None
        if isinstance(error, SessionOpenError):
            record_permanent_failure(connection, error)
            raise problem_with_diagnosis(502, error.failure(None)) from None
        raise problem_with_diagnosis(502, error.failure(None), _OF_THE_MAILBOX) from None


@contextmanager
def session_for(connection_id: int) -> Iterator[Session]:
    """Return a session of a connection that is open to the person who asks."""
    connection = find_connection(connection_id)
    with imap_errors_as_problems(connection), open_mail_session(connection) as session:
        yield session


def message_ref(ref: str) -> MessageRef:
    """Read the reference of a message."""
    place = MessageRef.of(ref)
    if place is None:
        raise ApiError(404, "There is no such message", "Take the `ref` of a message from a list of messages.")
    return place
