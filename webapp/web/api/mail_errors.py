"""What the API says where a mail server does not play along."""

from collections.abc import Iterator
from contextlib import contextmanager

from webapp.core.imap import ImapError
from webapp.core.imap.check.run import NotOpenedError
from webapp.core.imap.mailbox.messages import ChangedError, CursorError, GoneError
from webapp.core.imap.protocol.errors import ReadOnlyError
from webapp.core.imap.protocol.session import Session
from webapp.models import Connection
from webapp.services.connections.failure_recording import notice_what_lasts
from webapp.services.connections.mail_session import opened
from webapp.services.mail_actions.service import NoTrashError
from webapp.web.api.connections import find_connection
from webapp.web.api.diagnosis_problems import explained_failure
from webapp.web.api.message_refs import Place
from webapp.web.api.problems import ApiError, unfit

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
def explaining(connection: Connection) -> Iterator[None]:
    """Turn whatever goes wrong with a mailbox into a problem; a connection that somebody has to mend is noted."""
    try:
        yield
    except CursorError:
        raise unfit("cursor: is not one of this list. Begin without.") from None
    except GoneError as error:
        raise ApiError(404, "It is not there", error.text) from None
    except ChangedError as error:
        raise ApiError(410, "The mailbox was made anew", f"{error.text}. List its messages again.") from None
    except ImapError as error:
        for kind, title, why in _IN_THE_WAY:
            if isinstance(error, kind):
                raise ApiError(409, title, f"{why} The server: {error.text}") from None
        if isinstance(error, NotOpenedError):
            notice_what_lasts(connection, error)
            raise explained_failure(502, error.failure(None)) from None
        raise explained_failure(502, error.failure(None), _OF_THE_MAILBOX) from None


@contextmanager
def opened_for(connection_id: int) -> Iterator[Session]:
    """Give a session of a connection that is open to whoever asks."""
    connection = find_connection(connection_id)
    with explaining(connection), opened(connection) as session:
        yield session


def place_of(ref: str) -> Place:
    """Read the reference of a message."""
    place = Place.of(ref)
    if place is None:
        raise ApiError(404, "There is no such message", "Take the `ref` of a message from a list of messages.")
    return place
