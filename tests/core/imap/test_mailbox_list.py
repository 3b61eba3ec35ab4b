"""Mailboxes are told with their uses and counts, whatever the server can do and however it spells them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.core.imap.servers import HASTY, Answer, Peer, imap, serving
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap import ImapError, Limits, Network, Password, Security, ServerSettings
from webapp.core.imap.check.run import open_session
from webapp.core.imap.mailbox.mailbox_list import Mailbox, list_mailboxes
from webapp.core.imap.mailbox.special_use import guess_special_use
from webapp.core.imap.protocol.errors import MailboxError, NotFoundError
from webapp.core.imap.protocol.mailbox_names import decode_mailbox_name, encoded_name_candidates
from webapp.core.imap.protocol.session import Session

Listing = Callable[..., tuple[Mailbox, ...]]


@contextmanager
def session_with(
    network: Network, capabilities: str = "", limits: Limits | None = None, /, **answers: Answer
) -> Iterator[Session]:
    """Log in at a server that gives these answers and has these capabilities."""
    logged_in = f"TAG OK [CAPABILITY IMAP4rev1 {capabilities}] Logged in"
    told: dict[str, Any] = {"AUTHENTICATE": logged_in, **answers}
    with serving(imap(**told)) as port:
        server = ServerSettings(host="127.0.0.1", port=port, security=Security.NONE, user="ann")
        with open_session(server, Password("secret"), network=network, limits=limits or Limits()) as session:
            yield session


@pytest.fixture
def listing(network: Network) -> Listing:
    """List the mailboxes of a server that gives these answers."""

    def run(capabilities: str = "", **answers: Answer) -> tuple[Mailbox, ...]:
        with session_with(network, capabilities, **answers) as session:
            return list_mailboxes(session)

    return run


def uses(mailboxes: tuple[Mailbox, ...]) -> dict[str, str]:
    return {mailbox.name: mailbox.special_use for mailbox in mailboxes}


def status(peer: Peer, tag: str, rest: bytes) -> None:
    name = rest.rpartition(b" (MESSAGES")[0]
    if b"Secret" in name:
        peer.say(f"{tag} NO [NOPERM] Not for you")
    else:
        peer.say(b"* STATUS " + name + b" (MESSAGES 7 UNSEEN 2)\r\n" + tag.encode() + b" OK Done\r\n")


def test_one_command_lists_and_counts_where_the_server_can(listing: Listing) -> None:
    asked: list[bytes] = []

    def answer(peer: Peer, tag: str, rest: bytes) -> None:
        asked.append(rest)
        peer.say(
            '* LIST (\\HasNoChildren) "/" INBOX\r\n* STATUS INBOX (MESSAGES 3 UNSEEN 1)\r\n'
            '* LIST (\\Sent) "/" "Gesendet"\r\n* STATUS "Gesendet" (UNSEEN 0 MESSAGES 9)\r\n'
            f'* LIST (\\Noselect) "/" Above\r\n{tag} OK Done'
        )

    found = listing("LIST-STATUS SPECIAL-USE", LIST=answer)

    assert asked == [b'"" "*" RETURN (STATUS (MESSAGES UNSEEN) SPECIAL-USE)']
    assert [(each.name, each.messages, each.unseen) for each in found] == [
        ("INBOX", 3, 1),
        ("Gesendet", 9, 0),
        ("Above", None, None),
    ]


def test_counts_are_asked_one_by_one_where_it_cannot_and_a_refusal_leaves_them_open(listing: Listing) -> None:
    found = listing(LIST='* LIST () "/" INBOX\n* LIST () "/" "Secret files"\n* LIST () "/" Zoo\nTAG OK', STATUS=status)

    assert [(each.name, each.messages) for each in found] == [("INBOX", 7), ("Secret files", None), ("Zoo", 7)]


def test_a_server_that_offers_what_it_does_not_know_is_asked_plainly(listing: Listing) -> None:
    def answer(peer: Peer, tag: str, rest: bytes) -> None:
        peer.say(f"{tag} BAD What?" if b"RETURN" in rest else f'* LIST () "/" INBOX\r\n{tag} OK Done')

    found = listing("LIST-STATUS", LIST=answer, STATUS=status)

    assert [(each.name, each.messages) for each in found] == [("INBOX", 7)]


def test_uses_are_told_by_attribute_and_by_name_only_where_none_has_it(listing: Listing) -> None:
    found = listing(
        LIST='* LIST () "." INBOX\n* LIST () "." INBOX.Sent\n* LIST (\\Sent) "." INBOX.Versandt\n'
        '* LIST () "." INBOX.Papierkorb\n* LIST () "." INBOX.Work.Trash\n* LIST () "." "INBOX.Entw&APw-rfe"\nTAG OK',
        STATUS=status,
    )

    assert uses(found) == {
        "INBOX": "inbox",
        "INBOX.Entwürfe": "drafts",
        "INBOX.Versandt": "sent",
        "INBOX.Papierkorb": "trash",
        "INBOX.Sent": "",
        "INBOX.Work.Trash": "",
    }
    assert [each.name for each in found][:4] == ["INBOX", "INBOX.Entwürfe", "INBOX.Versandt", "INBOX.Papierkorb"]


def test_localised_gmail_is_told_by_attribute(listing: Listing) -> None:
    found = listing(
        LIST='* LIST (\\HasNoChildren) "/" "INBOX"\n* LIST (\\HasChildren \\Noselect) "/" "[Gmail]"\n'
        '* LIST (\\All \\HasNoChildren) "/" "[Gmail]/Alle Nachrichten"\n'
        '* LIST (\\HasNoChildren \\Important) "/" "[Gmail]/Wichtig"\n'
        '* LIST (\\HasNoChildren \\Trash) "/" "[Gmail]/Papierkorb"\nTAG OK',
        STATUS=status,
    )

    assert uses(found) == {
        "INBOX": "inbox",
        "[Gmail]/Alle Nachrichten": "all",
        "[Gmail]/Papierkorb": "trash",
        "[Gmail]": "",
        "[Gmail]/Wichtig": "",
    }
    assert not next(each for each in found if each.name == "[Gmail]").selectable


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('* LIST () NIL "flat"', "flat"),
        ('* LIST () "\\\\" "a\\\\b"', "a\\b"),
        ('* LIST () "/" {6}\n"a b"x', '"a b"x'),
        ('* LIST () "/" {3}\na\nb', "a\nb"),
        ('* LIST () "/" 123', "123"),
        ('* LIST () "/" NIL', "NIL"),
        ('* LIST () "/" "inbox"', "INBOX"),
        ('* LIST () "/" "Q&A"', "Q&A"),
        ('* LIST () "/" "Entw&APw-rfe"', "Entwürfe"),
        ('* LIST () "/" a]b[c', "a]b[c"),
        ('* LIST () "/" "x" ("CHILDINFO" ("SUBSCRIBED"))', "x"),
        ('* LIST (\\Marked \\Weird "odd") "/" x', "x"),
    ],
)
def test_a_name_is_read_however_it_is_sent(listing: Listing, line: str, name: str) -> None:
    answer = line.replace("{3}\na\nb", "{3}\r\na\nb").replace("{6}\n", "{6}\r\n")

    found = listing(LIST=answer.encode() + b"\r\nTAG OK Done\r\n", STATUS=status)

    assert [each.name for each in found] == [name]


@pytest.mark.parametrize(
    "line", ["* LIST", "* LIST ()", '* LIST () "/"', "* LIST NIL NIL NIL", "* LIST ((((", '* LIST () "/" "x']
)
def test_a_line_that_makes_no_sense_is_passed_over(listing: Listing, line: str) -> None:
    found = listing(LIST=f'{line}\n* LIST () "/" INBOX\nTAG OK', STATUS=status)

    assert "INBOX" in uses(found)


def test_a_name_that_needs_a_literal_is_not_counted_and_smuggles_nothing_in(listing: Listing) -> None:
    asked: list[bytes] = []

    def counting(peer: Peer, tag: str, rest: bytes) -> None:
        asked.append(rest)
        status(peer, tag, rest)

    names = b'* LIST () "/" {12}\r\na\r\nA1 LOGOUT\r\n* LIST () "/" {1}\r\n\xff\r\n* LIST () "/" b\r\nTAG OK Done\r\n'
    found = listing(LIST=names, STATUS=counting)

    assert asked == [b'"b" (MESSAGES UNSEEN)']
    assert [each.messages for each in found if each.name == "b"] == [7]
    assert len(found) == 3


def test_endless_mailboxes_end_at_the_budget(listing: Listing) -> None:
    def forever(peer: Peer, *_: object) -> None:
        while True:
            peer.say(b"* LIST () NIL " + b"a" * 999 + b"\r\n")

    with pytest.raises(ImapError) as raised:
        listing(LIST=forever)

    assert raised.value.symptom is Symptom.TOO_MUCH_DATA


def test_thousands_of_mailboxes_cost_few_questions(listing: Listing) -> None:
    asked: list[bytes] = []

    def counting(peer: Peer, tag: str, rest: bytes) -> None:
        asked.append(rest)
        status(peer, tag, rest)

    many = "\n".join(f'* LIST () "/" "box {number:05}"' for number in range(5000))
    found = listing(LIST=f'* LIST () "/" INBOX\n{many}\nTAG OK', STATUS=counting)

    assert len(found) == 2000
    assert len(asked) == 50
    assert found[0].messages == 7


def test_a_server_that_takes_long_to_count_is_asked_for_the_first_mailboxes_alone(network: Network) -> None:
    def slowly(peer: Peer, tag: str, rest: bytes) -> None:
        peer.stopped.wait(0.22)
        status(peer, tag, rest)

    names = "\n".join(f"* LIST () NIL {name}" for name in ("INBOX", *"abcdefghijkl"))
    with session_with(network, "", HASTY, LIST=f"{names}\nTAG OK", STATUS=slowly) as session:
        found = list_mailboxes(session)

    assert [each.messages for each in found] == [7] * 5 + [None] * 8


def test_a_mailbox_known_by_a_wrong_spelling_alone_is_opened_by_it(network: Network) -> None:
    asked: list[bytes] = []

    def examine(peer: Peer, tag: str, rest: bytes) -> None:
        asked.append(rest)
        peer.say(f"* 4 EXISTS\r\n{tag} OK Done" if rest == b'"Q&A"' else f"{tag} NO [NONEXISTENT] No such mailbox")

    with session_with(network, EXAMINE=examine) as session:
        assert session.open_mailbox("Q&A").exists == 4
        with pytest.raises(NotFoundError):
            session.open_mailbox("Nowhere")

    assert asked == [b'"Q&-A"', b'"Q&A"', b'"Nowhere"']


@pytest.mark.parametrize("refusal", ["NO Mailbox doesn't exist: Old", "BAD Folder could not be found."])
def test_a_mailbox_that_is_not_there_is_called_gone_in_whatever_words(network: Network, refusal: str) -> None:
    with session_with(network, EXAMINE=f"TAG {refusal}") as session, pytest.raises(NotFoundError):
        session.open_mailbox("Old")


def test_a_mailbox_that_may_not_be_opened_is_not_called_gone(network: Network) -> None:
    with (
        session_with(network, EXAMINE="TAG NO [NOPERM] Permission denied") as session,
        pytest.raises(MailboxError, match="Permission denied") as raised,
    ):
        session.open_mailbox("Private")

    assert type(raised.value) is MailboxError


@pytest.mark.parametrize("name", ["", "\ud800", "x" * 1001])
def test_what_cannot_be_a_name_is_never_sent(name: str) -> None:
    assert encoded_name_candidates(name) == ()


@pytest.mark.parametrize("name", ["a\r\nA1 LOGOUT", "tab\there", "nul\0"])
def test_controls_go_encoded_only(name: str) -> None:
    assert all(byte >= 0x20 for spelling in encoded_name_candidates(name) for byte in spelling)
    assert [decode_mailbox_name(spelling) for spelling in encoded_name_candidates(name)] == [name]


@pytest.mark.parametrize("raw", [b"Q&A", b"caf\xc3\xa9", b"caf\xe9", b"&AOQ", b"&2D0-", b"&AGE-", b"&", b"&&&-"])
def test_a_name_that_is_not_modified_utf_7_leads_back_to_itself(raw: bytes) -> None:
    name = decode_mailbox_name(raw)

    assert raw in encoded_name_candidates(name)
    assert name.encode("utf-8")


@pytest.mark.parametrize(
    ("name", "delimiter", "use"),
    [
        ("Sent Items", "/", "sent"),
        ("[Gmail]/Корзина", "/", "trash"),
        ("INBOX.Spam", ".", "junk"),
        ("Clients/Sent", "/", ""),
        ("Drafts", None, "drafts"),
        ("", "/", ""),
    ],
)
def test_well_known_names_tell_the_use(name: str, delimiter: str | None, use: str) -> None:
    assert guess_special_use(name, delimiter) == use
