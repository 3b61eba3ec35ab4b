"""What an act comes down to, by what a server can and what its mailboxes are for."""

import pytest

from tests.core.imap.conftest import authority, network
from tests.core.imap.test_mailbox_list import session_with
from webapp.core.imap import MailboxError, Network
from webapp.models import Kind
from webapp.services.mail_actions.destination import Caution, NoArchiveError, NoTrashError, find_way

__all__ = ["authority", "network"]

GMAIL = "MOVE UIDPLUS X-GM-EXT-1"
LISTED = (
    '* LIST () "/" INBOX\n'
    '* LIST (\\All) "/" "[Gmail]/Alle Nachrichten"\n'
    '* LIST (\\Trash) "/" "[Gmail]/Papierkorb"\n'
    '* LIST (\\Trash) "/" "nul&AAA-"\n'
    '* LIST (\\Junk) "/" "[Gmail]/Spam"\n'
    '* LIST (\\Archive) "/" Archive\n'
    "TAG OK Done"
)


@pytest.mark.parametrize(
    ("capabilities", "kind", "mailbox", "destination", "cautions"),
    [
        ("MOVE", Kind.DELETE, "INBOX", "[Gmail]/Papierkorb", ()),
        ("MOVE", Kind.ARCHIVE, "INBOX", "Archive", ()),
        ("", Kind.MOVE, "INBOX", "Elsewhere", (Caution.LEFT_MARKED,)),
        ("MOVE", Kind.EXPUNGE, "INBOX", "", (Caution.PERMANENT, Caution.LEFT_MARKED)),
        ("UIDPLUS", Kind.EXPUNGE, "INBOX", "", (Caution.PERMANENT,)),
        ("MOVE", Kind.ARCHIVE, "Archive", "Archive", (Caution.ALREADY_THERE,)),
        (GMAIL, Kind.ARCHIVE, "INBOX", "[Gmail]/Alle Nachrichten", (Caution.GMAIL_LABEL,)),
        (GMAIL, Kind.MOVE, "[Gmail]/Alle Nachrichten", "Elsewhere", ()),
        (GMAIL, Kind.COPY, "INBOX", "Elsewhere", (Caution.GMAIL_COPY_IS_LABEL,)),
        (GMAIL, Kind.DELETE, "INBOX", "[Gmail]/Papierkorb", (Caution.GMAIL_TRASH,)),
        (GMAIL, Kind.EXPUNGE, "INBOX", "[Gmail]/Papierkorb", (Caution.PERMANENT,)),
        (GMAIL, Kind.EXPUNGE, "[Gmail]/Spam", "", (Caution.PERMANENT,)),
        (GMAIL, Kind.FLAG, "INBOX", "", ()),
    ],
)
def test_where_messages_go_and_what_to_know(
    network: Network, capabilities: str, kind: Kind, mailbox: str, destination: str, cautions: tuple[Caution, ...]
) -> None:
    with session_with(network, capabilities, LIST=LISTED) as session:
        way = find_way(session, kind, mailbox, "Elsewhere")

    assert (way.kind, way.destination, way.cautions) == (kind, destination, cautions)


def test_to_delete_from_trash_is_to_remove(network: Network) -> None:
    with session_with(network, GMAIL, LIST=LISTED) as session:
        way = find_way(session, Kind.DELETE, "[Gmail]/Papierkorb", "")

    assert (way.kind, way.destination, way.cautions) == (Kind.EXPUNGE, "", (Caution.PERMANENT,))


@pytest.mark.parametrize(
    ("kind", "capabilities", "error"),
    [
        (Kind.DELETE, "", NoTrashError),
        (Kind.EXPUNGE, GMAIL, NoTrashError),
        (Kind.ARCHIVE, "", NoArchiveError),
        (Kind.ARCHIVE, GMAIL, NoArchiveError),
        (Kind.MOVE, "", MailboxError),
    ],
)
def test_a_server_without_such_a_mailbox_is_an_error_of_its_own(
    network: Network, kind: Kind, capabilities: str, error: type[MailboxError]
) -> None:
    listed = '* LIST (\\Noselect \\Trash) "/" Trash\n* LIST (\\Noselect \\Archive) "/" Archive\nTAG OK Done'
    with session_with(network, capabilities, LIST=listed) as session, pytest.raises(error):
        find_way(session, kind, "INBOX", "")
