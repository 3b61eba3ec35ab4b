"""What an act comes down to, by what a server can and what its mailboxes are for."""

import pytest

from tests.core.imap.conftest import authority, network
from tests.core.imap.test_mailbox_list import session_with
from webapp.core.imap import MailboxError, Network
from webapp.models import ActionKind
from webapp.services.mail_actions.destination import ActionWarning, NoArchiveError, NoTrashError, resolve_action

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
        ("MOVE", ActionKind.DELETE, "INBOX", "[Gmail]/Papierkorb", ()),
        ("MOVE", ActionKind.ARCHIVE, "INBOX", "Archive", ()),
        ("", ActionKind.MOVE, "INBOX", "Elsewhere", (ActionWarning.LEFT_MARKED,)),
        ("MOVE", ActionKind.EXPUNGE, "INBOX", "", (ActionWarning.PERMANENT, ActionWarning.LEFT_MARKED)),
        ("UIDPLUS", ActionKind.EXPUNGE, "INBOX", "", (ActionWarning.PERMANENT,)),
        ("MOVE", ActionKind.ARCHIVE, "Archive", "Archive", (ActionWarning.ALREADY_THERE,)),
        (GMAIL, ActionKind.ARCHIVE, "INBOX", "[Gmail]/Alle Nachrichten", (ActionWarning.GMAIL_LABEL,)),
        (GMAIL, ActionKind.MOVE, "[Gmail]/Alle Nachrichten", "Elsewhere", ()),
        (GMAIL, ActionKind.COPY, "INBOX", "Elsewhere", (ActionWarning.GMAIL_COPY_IS_LABEL,)),
        (GMAIL, ActionKind.DELETE, "INBOX", "[Gmail]/Papierkorb", (ActionWarning.GMAIL_TRASH,)),
        (GMAIL, ActionKind.EXPUNGE, "INBOX", "[Gmail]/Papierkorb", (ActionWarning.PERMANENT,)),
        (GMAIL, ActionKind.EXPUNGE, "[Gmail]/Spam", "", (ActionWarning.PERMANENT,)),
        (GMAIL, ActionKind.FLAG, "INBOX", "", ()),
    ],
)
def test_where_messages_go_and_what_to_know(
    network: Network,
    capabilities: str,
    kind: ActionKind,
    mailbox: str,
    destination: str,
    cautions: tuple[ActionWarning, ...],
) -> None:
    with session_with(network, capabilities, LIST=LISTED) as session:
        way = resolve_action(session, kind, mailbox, "Elsewhere")

    assert (way.kind, way.destination, way.cautions) == (kind, destination, cautions)


def test_to_delete_from_trash_is_to_remove(network: Network) -> None:
    with session_with(network, GMAIL, LIST=LISTED) as session:
        way = resolve_action(session, ActionKind.DELETE, "[Gmail]/Papierkorb", "")

    assert (way.kind, way.destination, way.cautions) == (ActionKind.EXPUNGE, "", (ActionWarning.PERMANENT,))


@pytest.mark.parametrize(
    ("kind", "capabilities", "error"),
    [
        (ActionKind.DELETE, "", NoTrashError),
        (ActionKind.EXPUNGE, GMAIL, NoTrashError),
        (ActionKind.ARCHIVE, "", NoArchiveError),
        (ActionKind.ARCHIVE, GMAIL, NoArchiveError),
        (ActionKind.MOVE, "", MailboxError),
    ],
)
def test_a_server_without_such_a_mailbox_is_an_error_of_its_own(
    network: Network, kind: ActionKind, capabilities: str, error: type[MailboxError]
) -> None:
    listed = '* LIST (\\Noselect \\Trash) "/" Trash\n* LIST (\\Noselect \\Archive) "/" Archive\nTAG OK Done'
    with session_with(network, capabilities, LIST=listed) as session, pytest.raises(error):
        resolve_action(session, kind, "INBOX", "")
