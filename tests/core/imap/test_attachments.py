"""Attachments are found whatever a server makes of the messages they are in; none is skipped, none comes twice."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.core.imap.servers import Answer, Peer
from tests.core.imap.test_mailbox_list import session_with
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap import ImapError, Network
from webapp.core.imap.mailbox.attachments import MessageAttachmentsPage, attachments_after
from webapp.core.imap.mailbox.message_state import fetch_states
from webapp.core.imap.mailbox.messages import SearchQuery, UidValidityChangedError
from webapp.core.imap.protocol.sequence_sets import ranges_in
from webapp.core.imap.protocol.session import Session

EXAMINE = "* 9 EXISTS\n* OK [UIDVALIDITY 17] Ok\nTAG OK [READ-ONLY] Done"
LAST = "* 9 FETCH (UID 90)\nTAG OK Done"
FILE = b'("APPLICATION" "PDF" ("NAME" "%d.pdf") NIL NIL "BASE64" 78)'


def told(uid: int, structure: bytes | None = None) -> bytes:
    """Tell of a message with a file, or with another structure."""
    kind = FILE % uid if structure is None else structure
    items = b"UID %d FLAGS () RFC822.SIZE 9 BODY[HEADER.FIELDS (SUBJECT)]<0> {0}\r\n%s" % (
        uid,
        kind and b" BODYSTRUCTURE ",
    )
    return b"* %d FETCH (%s%s)\r\n" % (uid, items, kind)


class Script:
    """What a server says to UID commands: the UIDs a search finds, and of each message its answer or a refusal."""

    def __init__(self, *uids: int, **answers: bytes) -> None:
        self.uids = uids
        self.answers = {int(name[1:]): answer for name, answer in answers.items()}
        self.asked: list[bytes] = []

    @contextmanager
    def session(self, network: Network, capabilities: str = "") -> Iterator[Session]:
        answers: dict[str, Answer] = {"EXAMINE": EXAMINE, "FETCH": LAST, "UID": self._answer}
        with session_with(network, capabilities, **answers) as session:
            yield session

    def _answer(self, peer: Peer, tag: str, asked: bytes) -> None:
        self.asked.append(asked)
        if asked.startswith(b"SEARCH"):
            peer.say(f"* SEARCH {' '.join(map(str, self.uids))}\r\n{tag} OK Done")
            return
        named = [uid for first, last in ranges_in(asked.split()[1]) for uid in range(first, last + 1)]
        said = b"".join(self._said(uid, asked) for uid in named)
        done = b"" if b"TAG" in said or said.endswith(b"...") else b"TAG OK Done\r\n"
        peer.say((said + done).replace(b"TAG", tag.encode()))

    def _said(self, uid: int, asked: bytes) -> bytes:
        if uid in self.answers and b"BODYSTRUCTURE" in asked:
            return self.answers[uid]
        return told(uid) if b"BODYSTRUCTURE" in asked else told(uid, b"")


def found(page: MessageAttachmentsPage) -> dict[int, list[str]]:
    return {each.uid: [part.name for part in each.parts] for each in page.found}


@pytest.mark.parametrize(
    "broken",
    [
        told(30, b"NIL"),
        told(30, b"()"),
        told(30, b"((((("),
        told(30, b""),
        b"",
        b"* 30 FETCH (UID\r\n",
        b"TAG NO [SERVERBUG] Cannot\r\n",
        b"TAG BAD What?\r\n",
    ],
)
def test_a_message_that_cannot_be_taken_apart_is_named_and_spoils_no_other(network: Network, broken: bytes) -> None:
    script = Script(10, 30, 50, n30=broken)
    with script.session(network) as session:
        page = attachments_after(session, "INBOX", after=0, names=["*.PDF"])

    assert found(page) == {10: ["10.pdf"], 30: [], 50: ["50.pdf"]}
    assert [each.readable for each in page.found] == [True, False, True]
    assert (page.after, page.more, page.end, page.uid_validity) == (90, False, 90, 17)


def test_a_message_with_more_parts_than_are_looked_at_is_said_to_have_them(network: Network) -> None:
    parts = b"(" + FILE % 30 * 501 + b' "MIXED")'
    with Script(10, 30, n30=told(30, parts)).session(network) as session:
        page = attachments_after(session, "INBOX", after=0, names=["10.*"])

    assert [(each.uid, each.readable) for each in page.found] == [(10, True), (30, False)]


def test_a_message_that_is_gone_is_none(network: Network) -> None:
    script = Script(10, 30, n30=b"")
    with script.session(network) as session:
        script._said = lambda uid, asked: b"" if uid == 30 else told(uid)  # type: ignore[method-assign]
        page = attachments_after(session, "INBOX", after=0)

    assert found(page) == {10: ["10.pdf"]}


def test_none_is_passed_over_where_sequence_numbers_move_on_in_the_midst_of_an_answer(network: Network) -> None:
    """RFC 9051, 7.5.1: others may remove messages while UID FETCH is answered."""
    script = Script(10, 30, 50)
    with script.session(network) as session:
        # Two messages came before these three, and go one by one.
        script._said = lambda uid, asked: (  # type: ignore[method-assign]
            told(uid).replace(b"* %d " % uid, b"* 3 ") + (b"" if uid == 50 else b"* 1 EXPUNGE\r\n")
        )
        page = attachments_after(session, "INBOX", after=0)
        seen = fetch_states(session, (10, 30, 50))

    assert found(page) == {uid: [f"{uid}.pdf"] for uid in (10, 30, 50)}
    assert all(each.readable for each in page.found)
    assert seen.keys() == {10, 30, 50}


@pytest.mark.parametrize("code", [b"UNAVAILABLE", b"OVERQUOTA", b"INUSE"])
def test_a_server_that_gives_nothing_for_now_is_not_taken_at_its_word(network: Network, code: bytes) -> None:
    script = Script(10, 30, n30=b"TAG NO [%s] Later\r\n" % code)
    with script.session(network) as session, pytest.raises(ImapError):
        attachments_after(session, "INBOX", after=0)


def test_too_much_told_of_one_message_costs_that_one_alone(network: Network) -> None:
    script = Script(*range(10, 70), n65=told(65, b"(" * 2_200_000))
    with script.session(network) as session:
        before = attachments_after(session, "INBOX", after=0)
    script.uids = tuple(range(60, 70))
    with script.session(network) as session, pytest.raises(ImapError) as raised:
        attachments_after(session, "INBOX", after=before.after)
    script.uids = (65,)
    with script.session(network) as session:
        alone = attachments_after(session, "INBOX", after=64, messages=1)

    assert (len(before.found), before.after, before.more) == (50, 59, True)
    assert raised.value.symptom is Symptom.TOO_MUCH_DATA
    assert [(each.uid, each.readable) for each in alone.found] == [(65, False)]
    assert (alone.after, alone.more) == (65, True)


def test_what_a_server_finds_beyond_what_was_asked_for_is_not_believed(network: Network) -> None:
    script = Script(5, 20, 30, 95, 4294967295)
    with script.session(network) as session:
        page = attachments_after(session, "INBOX", after=10, upto=25, query=SearchQuery(sender="ann"))

    assert script.asked[-2] == b'SEARCH ALL UID 11:25 FROM "ann"'
    assert found(page) == {20: ["20.pdf"]}
    assert (page.after, page.more) == (25, False)


def test_nothing_is_asked_where_there_is_nothing_new(network: Network) -> None:
    script = Script(90)
    with script.session(network) as session:
        page = attachments_after(session, "INBOX", after=90)

    assert (script.asked, page.found, page.after, page.more) == ([], (), 90, False)


def test_uids_of_another_mailbox_are_refused(network: Network) -> None:
    with Script(10).session(network) as session, pytest.raises(UidValidityChangedError):
        attachments_after(session, "INBOX", after=0, uid_validity=16)
