"""Acts on messages at servers that do not play along: what is sent, and what is told of it."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest

from tests.core.imap.servers import HASTY, Answer, Peer, imap, serving
from tests.core.imap.test_mailbox_list import session_with
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap import ImapError, MailboxError, Network, Password, Security, ServerSettings
from webapp.core.imap.check.run import open_session
from webapp.core.imap.mailbox.copyuid import Copies, UidNext, exclude_mismatches, find_copies
from webapp.core.imap.mailbox.message_commands import (
    BATCH_SIZE,
    BatchResult,
    Flag,
    MessageSet,
    copy,
    expunge,
    move,
    set_flags,
)
from webapp.core.imap.mailbox.message_fingerprint import fingerprint_of
from webapp.core.imap.mailbox.messages import read_message
from webapp.core.imap.protocol.errors import NotFoundError, ReadOnlyError, UidValidityChangedError
from webapp.core.imap.protocol.sequence_sets import ranges_in, sequence_set
from webapp.core.imap.protocol.session import Session

SELECTED = "* 3 EXISTS\n* OK [UIDVALIDITY 17] Ok\n* OK [PERMANENTFLAGS (\\Seen \\Flagged \\Deleted)] Ok\nTAG OK Done"


@dataclass
class Server:
    """A server of a few messages; `answers` are by command, such as "UID COPY"; `asked` is what it has heard."""

    messages: Mapping[int, str] = field(default_factory=lambda: {1: "a", 2: "b", 3: "c"})
    answers: Mapping[str, str | None] = field(default_factory=dict)
    sizes: Mapping[int, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @contextmanager
    def session(self, network: Network, capabilities: str = "") -> Iterator[Session]:
        answers = {name: self._answering(name) for name in ("SELECT", "EXAMINE", "NOOP", "UID")}
        with session_with(network, capabilities, **answers) as session:
            yield session

    def sent(self, *but: str) -> list[str]:
        """Return what was sent, without these."""
        return [line for line in self.asked if not line.startswith(but)]

    def _answering(self, name: str) -> Answer:
        def answer(peer: Peer, tag: str, rest: bytes) -> None:
            line = f"{name} {rest.decode()}".strip()
            self.asked.append(line)
            words = self.answers.get(" ".join(line.split()[:2]), self.answers.get(name, self._usual(line)))
            if words is None:
                peer.close()
                return
            peer.say(words.replace("\n", "\r\n").replace("TAG", tag))

        return answer

    def _usual(self, line: str) -> str:
        if line.startswith(("SELECT", "EXAMINE")):
            return SELECTED
        asked = re.match(r"UID FETCH (\S+)", line)
        uids = [uid for first, last in ranges_in(asked[1].encode()) for uid in range(first, last + 1)] if asked else []
        return "".join(map(self._fetched, uids)) + "TAG OK Done"

    def _fetched(self, uid: int) -> str:
        if uid not in self.messages:
            return ""
        header = f"Message-ID: <{self.messages[uid]}>\n\n"
        section = f"BODY[HEADER.FIELDS (MESSAGE-ID)]<0> {{{len(header) + 2}}}\n{header}"
        return f"* {uid} FETCH (UID {uid} FLAGS () RFC822.SIZE {self.sizes.get(uid, 9)} {section})\n"


def chosen(*uids: int, fingerprint: str | None = None) -> MessageSet:
    return MessageSet(mailbox="INBOX", uid_validity=17, messages=dict.fromkeys(uids, fingerprint))


@pytest.mark.parametrize(
    ("capabilities", "commands", "left_marked"),
    [
        ("MOVE UIDPLUS", ['UID MOVE 1:3 "Done"'], False),
        ("MOVE", ['UID MOVE 1:3 "Done"'], False),
        ("UIDPLUS", ['UID COPY 1:3 "Done"', "UID STORE 1:3 +FLAGS.SILENT (\\Deleted)", "UID EXPUNGE 1:3"], False),
        ("", ['UID COPY 1:3 "Done"', "UID STORE 1:3 +FLAGS.SILENT (\\Deleted)"], True),
    ],
)
def test_a_move_is_made_of_what_the_server_can(
    network: Network, capabilities: str, commands: list[str], left_marked: bool
) -> None:
    server = Server()
    with server.session(network, capabilities) as session:
        (batch,) = move(session, chosen(1, 2, 3), "Done")

    assert server.sent("SELECT", "UID FETCH") == commands
    assert (batch.done, batch.gone, batch.left_marked) == ((1, 2, 3), (), left_marked)


def test_messages_are_removed_alone_or_marked_where_that_cannot_be(network: Network) -> None:
    for capabilities, last in (("UIDPLUS", "UID EXPUNGE 1,3"), ("", "UID STORE 1,3 +FLAGS.SILENT (\\Deleted)")):
        server = Server()
        with server.session(network, capabilities) as session:
            (batch,) = expunge(session, chosen(1, 3))

        assert server.asked[-1] == last
        assert batch.left_marked is not bool(capabilities)


def test_another_message_under_the_same_uid_and_one_that_has_gone_are_left_alone(network: Network) -> None:
    server = Server(messages={1: "a", 2: "another"})
    seen = {1: fingerprint_of(b"<a>"), 2: fingerprint_of(b"<b>"), 3: None}
    with server.session(network, "MOVE") as session:
        (batch,) = move(session, MessageSet(mailbox="INBOX", uid_validity=17, messages=seen), "Done")

    assert server.asked[-1] == 'UID MOVE 1 "Done"'
    assert (batch.done, batch.gone) == ((1,), (2, 3))


def test_where_all_are_gone_nothing_is_sent(network: Network) -> None:
    server = Server(messages={})
    with server.session(network) as session:
        assert list(set_flags(session, chosen(1, 2), add=[Flag.SEEN])) == [BatchResult(gone=(1, 2))]

    assert server.sent("SELECT", "UID FETCH") == []


@pytest.mark.parametrize(
    ("answers", "error", "words"),
    [
        ({"SELECT": SELECTED.replace("OK Done", "OK [READ-ONLY] Done")}, ReadOnlyError, "READ-ONLY"),
        ({"SELECT": SELECTED.replace("\\Deleted", "\\Draft")}, ReadOnlyError, "\\Deleted"),
        ({"SELECT": SELECTED.replace("\\Seen \\Flagged \\Deleted", "")}, ReadOnlyError, "\\Deleted"),
        ({"SELECT": SELECTED.replace("17", "18")}, UidValidityChangedError, "was 17 and is 18"),
        ({"SELECT": "TAG NO [NONEXISTENT] No"}, NotFoundError, "NONEXISTENT"),
        ({"UID FETCH": "TAG NO [UNAVAILABLE] Later"}, MailboxError, "UNAVAILABLE"),
        ({"UID COPY": "TAG NO [TRYCREATE] No such mailbox"}, NotFoundError, "TRYCREATE"),
        ({"UID COPY": "TAG NO [OVERQUOTA] Full"}, MailboxError, "OVERQUOTA"),
        ({"UID COPY": "TAG BAD What?"}, MailboxError, "BAD What?"),
        ({"UID COPY": "* BYE Going down\nTAG NO No"}, MailboxError, "Going down"),
        ({"UID COPY": None}, ImapError, "closed the connection"),
    ],
)
def test_whatever_is_refused_before_the_copies_nothing_is_removed(
    network: Network, answers: Mapping[str, str | None], error: type[ImapError], words: str
) -> None:
    server = Server(answers=answers)
    with server.session(network, "UIDPLUS") as session, pytest.raises(error, match=re.escape(words)) as raised:
        list(move(session, chosen(1, 2), "Done"))

    assert type(raised.value) is error or error is ImapError
    assert not [line for line in server.asked if "STORE" in line or "EXPUNGE" in line]


def test_a_server_that_tells_no_permanent_flags_keeps_all(network: Network) -> None:
    server = Server(answers={"SELECT": "* OK [UIDVALIDITY 17] Ok\nTAG OK Done"})
    with server.session(network) as session:
        (batch,) = set_flags(session, chosen(2), add=[Flag.FLAGGED], remove=[Flag.SEEN, Flag.ANSWERED])

    assert batch.done == (2,)
    assert server.asked[-2:] == [
        "UID STORE 2 +FLAGS.SILENT (\\Flagged)",
        "UID STORE 2 -FLAGS.SILENT (\\Seen \\Answered)",
    ]


@pytest.mark.parametrize(
    ("told", "copies", "done"),
    [
        ("* OK [COPYUID 5 1:3 7:9] Moved\nTAG OK Done", {1: 7, 2: 8, 3: 9}, (1, 2, 3)),
        ("TAG OK [COPYUID 5 1,3 8,12] Done", {1: 8, 3: 12}, (1, 3)),
        ("* OK [COPYUID 5 1 8] Moved\n* OK [COPYUID 5 2:3 10:11] Moved\nTAG OK Done", {1: 8, 2: 10, 3: 11}, (1, 2, 3)),
        ("TAG OK [COPYUID 5 1:3 7:8] Done", {}, (1, 2, 3)),
        ("TAG OK [COPYUID 5 1:4294967295 1:4294967295] Done", {}, (1, 2, 3)),
        ("TAG OK [COPYUID] Done", {}, (1, 2, 3)),
        ("TAG OK [COPYUID x y z] Done", {}, (1, 2, 3)),
        ("TAG OK [COPYUID 5 90:92 1:3] Done", {}, (1, 2, 3)),
    ],
)
def test_copies_are_known_as_far_as_the_server_tells_them(
    network: Network, told: str, copies: Mapping[int, int], done: tuple[int, ...]
) -> None:
    server = Server(answers={"UID MOVE": told})
    with server.session(network, "MOVE") as session:
        (batch,) = move(session, chosen(1, 2, 3), "Done")

    assert (batch.copies, batch.done) == (copies, done)


def test_copies_that_were_not_told_are_found_by_their_message_ids_among_what_is_new(network: Network) -> None:
    there = {6: "b", 7: "a", 8: "a", 9: "b", 10: "", 11: "b"}
    search = "* SEARCH 7 8 9 10 11 6\nTAG OK Done"
    server = Server(messages=there, answers={"UID SEARCH": search})
    originals = {1: fingerprint_of(b"<b>"), 2: fingerprint_of(b"<b>"), 3: fingerprint_of(b"<c>"), 4: ""}
    with server.session(network) as session:
        assert find_copies(session, "Done", UidNext(17, 7), originals).uids == {1: 9, 2: 11}
        assert find_copies(session, "Done", UidNext(17, 0), originals).uids == {}
        with pytest.raises(UidValidityChangedError):
            find_copies(session, "Done", UidNext(18, 7), originals)


def test_a_copy_of_another_size_is_not_believed_unless_its_original_has_gone(network: Network) -> None:
    server = Server(messages=dict.fromkeys([1, 2, 7, 8, 9], "a"), sizes={8: 10})
    with server.session(network) as session:
        assert exclude_mismatches(session, "Done", "INBOX", Copies(17, {1: 7, 2: 8, 3: 9})) == {1: 7, 3: 9}
        assert exclude_mismatches(session, "Done", "INBOX", Copies(17, {})) == {}


def test_thousands_go_in_lines_that_every_server_takes_each_batch_before_the_next(network: Network) -> None:
    uids = range(4_000_000_001, 4_000_002_003, 2)
    server = Server(messages=dict.fromkeys(uids, "x"))
    with server.session(network) as session:
        batches = copy(session, chosen(*uids), "Done")
        first = next(batches)
        assert len(server.sent("EXAMINE", "UID FETCH")) == 1
        rest = list(batches)

    assert [len(batch.done) for batch in (first, *rest)] == [BATCH_SIZE, BATCH_SIZE, 1]
    assert max(map(len, server.asked)) < 8000


def test_a_destination_is_tried_in_every_spelling_and_never_the_mailbox_itself(network: Network) -> None:
    server = Server(answers={"UID COPY": "TAG NO [TRYCREATE] No"})
    with server.session(network) as session:
        with pytest.raises(NotFoundError):
            list(copy(session, chosen(1), "Q&A"))
        for same in ("INBOX", "inbox"):
            with pytest.raises(MailboxError, match="already"):
                list(move(session, chosen(1), same))

    assert server.sent("EXAMINE", "UID FETCH") == ['UID COPY 1 "Q&-A"', 'UID COPY 1 "Q&A"']


def test_who_reads_after_an_act_opens_the_mailbox_anew_and_read_only(network: Network) -> None:
    server = Server()
    with server.session(network, "MOVE") as session:
        session.open_mailbox("INBOX")
        list(set_flags(session, chosen(1), add=[Flag.SEEN]))
        list(set_flags(session, chosen(2), add=[Flag.SEEN]))
        read_message(session, "INBOX", 1)

    opened = [line.split()[0] for line in server.asked if not line.startswith("UID")]
    assert opened == ["EXAMINE", "SELECT", "NOOP", "EXAMINE"]
    assert not [line for line in server.asked if "BODY[" in line or line.startswith(("CLOSE", "EXPUNGE"))]


def test_a_session_goes_on_after_a_refusal_and_not_after_a_broken_line(network: Network) -> None:
    for answer, in_step in (("TAG NO [OVERQUOTA] Full", True), (None, False)):
        server = Server(answers={"UID COPY": answer})
        with server.session(network) as session:
            with pytest.raises(ImapError) as raised:
                list(copy(session, chosen(1), "Done"))

            assert session.is_synchronized is in_step
            assert (raised.value.symptom == Symptom.DROPPED) is not in_step


def test_sets_are_written_with_ranges() -> None:
    assert sequence_set([5, 1, 2, 3, 9, 2, 4_294_967_295]) == b"1:3,5,9,4294967295"
    assert list(ranges_in(b"3:1,7,x,,9:*,1:2:3")) == [(1, 3), (7, 7)]


def test_a_fingerprint_is_of_the_message_id_alone() -> None:
    assert fingerprint_of(b" <a@b> ") == fingerprint_of(b"<a@b>") != fingerprint_of(b"<A@b>")
    assert (len(fingerprint_of(b"<a@b>")), fingerprint_of(b"  ")) == (12, "")


def test_an_act_has_its_own_time_however_long_the_mailbox_took_to_open(network: Network) -> None:
    server = Server()

    def slowly(name: str, seconds: float) -> Answer:
        answer = server._answering(name)

        def wait(peer: Peer, tag: str, rest: bytes) -> None:
            peer.stopped.wait(seconds)
            assert callable(answer)
            answer(peer, tag, rest)

        return wait

    logged_in = "TAG OK [CAPABILITY IMAP4rev1 MOVE] Done"
    talk = imap(AUTHENTICATE=logged_in, SELECT=slowly("SELECT", 0.5), UID=slowly("UID", 0.4))
    with serving(talk) as port:
        settings = ServerSettings(host="127.0.0.1", port=port, security=Security.NONE, user="ann")
        limits = replace(HASTY, total=1.1)
        with open_session(settings, Password("secret"), network=network, limits=limits) as session:
            (batch,) = move(session, chosen(1, 2), "Done")

    assert batch.done == (1, 2)


def test_words_in_brackets_after_a_response_code_are_no_part_of_it(network: Network) -> None:
    selected = SELECTED.replace("Ok", "Ok [INBOX] (of Ann)").replace("TAG OK", "TAG OK [READ-WRITE]")
    copied = "* OK [COPYUID 9 1,2 11,12] Moved to [Done] (at last)\nTAG OK Done [1 s]"
    server = Server(answers={"SELECT": selected, "UID MOVE": copied})
    with server.session(network, "MOVE UIDPLUS") as session:
        (moved,) = move(session, chosen(1, 2), "Done")
        (marked,) = set_flags(session, chosen(3), add=[Flag.SEEN])

    assert (moved.copies, moved.destination_validity, marked.done) == ({1: 11, 2: 12}, 9, (3,))
