"""Messages are listed and read whatever a server, or the person who wrote them, makes of the protocol."""

import binascii
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.imap.servers import Answer, Peer
from tests.core.imap.test_mailbox_list import session_with
from webapp.core.diagnosis.failure import Stage
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap import ImapError, Network
from webapp.core.imap.mailbox.bodystructure import BrokenStructureError, parse_structure
from webapp.core.imap.mailbox.message_list import has_attachments
from webapp.core.imap.mailbox.messages import (
    CursorError,
    NotFoundError,
    SearchQuery,
    UidValidityChangedError,
    list_messages,
    read_message,
    stream_part,
    stream_source,
)
from webapp.core.imap.mailbox.search import search
from webapp.core.imap.protocol.errors import ProtocolError
from webapp.core.imap.protocol.response_parser import parse_fetch, parse_responses
from webapp.core.imap.protocol.session import Session
from webapp.core.mime.header_fields import header_fields
from webapp.core.mime.transfer_decoder import make_decoder

EXAMINE = "* 3 EXISTS\n* OK [UIDVALIDITY 17] Ok\nTAG OK [READ-ONLY] Done"
HEADER = b"From: Ben <ben@example.com>\r\nSubject: Hello\r\n\r\n"


def summary(number: int, uid: int, header: bytes = HEADER) -> bytes:
    start = b'* %d FETCH (UID %d FLAGS (\\Seen) INTERNALDATE "17-Jul-2026 02:44:25 -0700" RFC822.SIZE 99' % (
        number,
        uid,
    )
    fields = b"BODY[HEADER.FIELDS (FROM TO SUBJECT DATE CONTENT-TYPE)]<0>"
    return b"%s %s {%d}\r\n%s)\r\n" % (start, fields, len(header), header)


@contextmanager
def server(network: Network, capabilities: str = "", **answers: Answer) -> Iterator[Session]:
    with session_with(network, capabilities, **{"EXAMINE": EXAMINE, **answers}) as session:
        yield session


def by_item(**answers: bytes) -> Answer:
    """Answer UID commands by what is asked for in them; TAG stands for the tag."""

    def answer(peer: Peer, tag: str, rest: bytes) -> None:
        told = next((words for item, words in answers.items() if item.encode() in rest), b"TAG BAD What?\r\n")
        peer.say(told.replace(b"TAG", tag.encode()))

    return answer


def test_a_page_is_told_newest_first(network: Network) -> None:
    with server(network, FETCH=summary(1, 5) + summary(3, 9) + summary(2, 7) + b"TAG OK Done\r\n") as session:
        listing = list_messages(session, "INBOX")

    assert [message.uid for message in listing.messages] == [9, 7, 5]
    assert (listing.total, listing.uid_validity, listing.older, listing.newer) == (3, 17, None, None)
    first = listing.messages[0]
    assert (first.subject, first.sender, first.seen, first.size) == ("Hello", "Ben <ben@example.com>", True, 99)
    assert first.date is not None
    assert first.date.isoformat() == "2026-07-17T02:44:25-07:00"


def test_an_answer_in_two_halves_with_news_in_between_is_put_together(network: Network) -> None:
    head, tail = summary(1, 5).split(b" RFC822.SIZE", 1)
    halves = head + b")\r\n* 1 FETCH (RFC822.SIZE" + tail + b"* 2 FETCH (FLAGS (\\Flagged))\r\n* 4 EXISTS\r\n"
    with server(network, FETCH=halves + b"TAG OK Done\r\n") as session:
        (message,) = list_messages(session, "INBOX").messages

    assert (message.uid, message.size, message.subject) == (5, 99, "Hello")


@pytest.mark.parametrize(
    "broken",
    [
        b"* 2 FETCH (UID\r\n",
        b"* 2 FETCH\r\n",
        b"* 2 FETCH (UID NIL BODY[HEADER.FIELDS (FROM)] NIL)\r\n",
        b"* 2 FETCH (UID 7 BODY[HEADER.FIELDS (FROM)] ((((((\r\n",
        b'* 2 FETCH (UID 7 FLAGS "odd" INTERNALDATE () RFC822.SIZE x BODY[HEADER.FIELDS (A)] "")\r\n',
        b'* 2 FETCH (UID 7 FLAGS (()) INTERNALDATE "99-Foo-2026 99:99:99 +9999" BODY[HEADER.FIELDS (A)] "x")\r\n',
        b"* 99999999999999999999 FETCH (UID 7)\r\n",
    ],
)
def test_a_broken_answer_about_one_message_spoils_no_other(network: Network, broken: bytes) -> None:
    with server(network, FETCH=summary(1, 5) + broken + summary(3, 9) + b"TAG OK Done\r\n") as session:
        listing = list_messages(session, "INBOX")

    assert {9, 5} <= {message.uid for message in listing.messages}


@pytest.mark.parametrize(
    "day", [b"01-Jan-0001 00:00:00 +0100", b"31-Dec-9999 23:59:59 -0100", b"00-Jan-0000 00:00:00 +0000"]
)
def test_an_arrival_that_no_calendar_has_is_none(network: Network, day: bytes) -> None:
    told = summary(1, 5).replace(b"17-Jul-2026 02:44:25 -0700", day)
    with server(network, FETCH=told + b"TAG OK Done\r\n") as session:
        (message,) = list_messages(session, "INBOX").messages

    assert (message.arrived, message.date) == (None, None)


def test_a_mailbox_that_is_open_already_is_asked_for_news_only(network: Network) -> None:
    asked: list[str] = []

    def examine(peer: Peer, tag: str, _: bytes) -> None:
        asked.append("EXAMINE")
        peer.say(EXAMINE.replace("\n", "\r\n").replace("TAG", tag))

    def noop(peer: Peer, tag: str, _: bytes) -> None:
        asked.append("NOOP")
        peer.say(f"* 2 EXPUNGE\r\n* 2 EXPUNGE\r\n* 5 EXISTS\r\n* 1 EXPUNGE\r\n{tag} OK Done")

    with server(network, EXAMINE=examine, NOOP=noop) as session:
        first, second = session.open_mailbox("INBOX"), session.open_mailbox("INBOX", 17)
        session.open_mailbox("Other")
        with pytest.raises(UidValidityChangedError):
            session.open_mailbox("Other", 18)

    assert asked == ["EXAMINE", "NOOP", "EXAMINE", "NOOP"]
    assert (first.exists, second.exists) == (3, 4)


def test_a_server_that_gives_no_news_is_asked_to_open_the_mailbox_again(network: Network) -> None:
    with server(network, NOOP="TAG NO Not now") as session:
        assert session.open_mailbox("INBOX") == session.open_mailbox("INBOX")


def test_an_empty_mailbox_is_asked_for_nothing(network: Network) -> None:
    with server(network, EXAMINE="* 0 EXISTS\nTAG OK Done", FETCH="TAG BAD No messages") as session:
        listing = list_messages(session, "INBOX")

    assert (listing.messages, listing.total, listing.uid_validity) == ((), 0, 0)


@pytest.mark.parametrize("cursor", ["x", "older-1", "older-17-x", "older-17-99999999999", "older-17-٣", "newer-17-5 "])
def test_a_cursor_that_no_list_gave_is_refused(network: Network, cursor: str) -> None:
    with server(network) as session, pytest.raises(CursorError):
        list_messages(session, "INBOX", cursor=cursor)


def test_a_cursor_of_an_older_mailbox_is_refused_as_changed(network: Network) -> None:
    with server(network) as session, pytest.raises(UidValidityChangedError) as raised:
        list_messages(session, "INBOX", cursor="older-16-5")

    assert raised.value.stage is Stage.MAILBOX


def test_a_search_uses_ranges_where_the_server_can(network: Network) -> None:
    answers = by_item(
        SEARCH=b'* ESEARCH (TAG "TAG") UID ALL 1:4294967295\r\nTAG OK Done\r\n',
        FETCH=summary(1, 4294967295) + b"TAG OK Done\r\n",
    )
    with server(network, "ESEARCH", UID=answers) as session:
        listing = list_messages(session, "INBOX", limit=1, query=SearchQuery(text="x"))

    assert (listing.total, [message.uid for message in listing.messages]) == (4294967295, [4294967295])
    assert listing.older == "older-17-4294967295"


def test_a_search_among_a_quarter_of_a_million_needs_no_extension(network: Network) -> None:
    uids = b" ".join(b"%d" % uid for uid in range(1_000_000, 1_250_000))
    with server(network, UID=b"* SEARCH " + uids + b"\r\nTAG OK Done\r\n") as session:
        session.open_mailbox("INBOX")
        found = search(session, SearchQuery(unread=True))

    assert (found.total, found.below(None, 2)) == (250_000, [1_249_999, 1_249_998])


def test_a_search_says_what_is_wanted_and_nothing_can_be_smuggled_into_it(network: Network) -> None:
    asked: list[bytes] = []

    def answer(peer: Peer, tag: str, rest: bytes) -> None:
        asked.append(rest)
        peer.say(f"* SEARCH\r\n{tag} OK Done")

    query = SearchQuery(sender='a" OR ALL "\r\nA1 LOGOUT', since=date(2026, 3, 1), unread=True)
    with server(network, UID=answer) as session:
        assert list_messages(session, "INBOX", query=query).messages == ()

    assert asked == [b'SEARCH ALL UNSEEN SINCE 1-Mar-2026 FROM "a\\" OR ALL \\" A1 LOGOUT"']


@pytest.mark.parametrize("code", ["[BADCHARSET (US-ASCII)] ", ""])
def test_a_server_that_knows_no_utf_8_is_asked_again_without_the_name(network: Network, code: str) -> None:
    asked: list[bytes] = []

    def answer(peer: Peer, tag: str, rest: bytes) -> None:
        peer.say("+ Go on")
        asked.append(rest + peer.hear())
        if b"CHARSET" in rest:
            peer.say(f"{tag} NO {code}The specified charset is not supported.")
        else:
            peer.say(f"* SEARCH\r\n{tag} OK Done")

    with server(network, UID=answer) as session:
        list_messages(session, "INBOX", query=SearchQuery(subject="März"))

    assert asked == [
        b"SEARCH CHARSET UTF-8 ALL SUBJECT {5}" + "März".encode(),
        b"SEARCH ALL SUBJECT {5}" + "März".encode(),
    ]


def test_gmail_is_searched_in_its_own_words(network: Network) -> None:
    asked: list[bytes] = []

    def answer(peer: Peer, tag: str, rest: bytes) -> None:
        asked.append(rest)
        peer.say(f"* SEARCH\r\n{tag} OK Done")

    with server(network, "X-GM-EXT-1", UID=answer) as session:
        list_messages(session, "INBOX", query=SearchQuery(text="larger:5M", attachments=True))

    assert asked == [b'SEARCH ALL X-GM-RAW "larger:5M has:attachment"']


WHOLE = b"* 1 FETCH (UID 5 FLAGS () RFC822.SIZE 9 BODY[HEADER]<0> {%d}\r\n%s)\r\nTAG OK Done\r\n" % (
    len(HEADER),
    HEADER,
)
PLAIN = b'("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "8BIT" 5 1)'


def reading(structure: bytes, **texts: bytes) -> Answer:
    """Answer what reading a message asks for; a text is named by its section, as in `s1_2`, or `s` for the whole."""

    def answer(peer: Peer, tag: str, rest: bytes) -> None:
        told = structure if b"BODYSTRUCTURE" in rest else WHOLE
        if b"HEADER" in rest and structure.startswith(b"*"):
            told = structure.replace(b"* 1 FETCH (UID 5", WHOLE.partition(b")\r\nTAG")[0], 1)
        for name, text in texts.items():
            section = name.removeprefix("s").replace("_", ".").encode()
            if b"PEEK[%s]" % section in rest:
                told = b"* 1 FETCH (UID 5 BODY[%s]<0> {%d}\r\n%s)\r\nTAG OK\r\n" % (section, len(text), text)
        peer.say(told.replace(b"TAG", tag.encode()))

    return answer


def structured(body: bytes) -> bytes:
    return b"* 1 FETCH (UID 5 BODYSTRUCTURE " + body + b")\r\nTAG OK Done\r\n"


@pytest.mark.parametrize(
    "structure",
    [
        b"TAG NO [CANNOT] Cannot fetch\r\n",
        b"TAG BAD Internal error\r\n",
        structured(b"NIL"),
        structured(b"()"),
        structured(b'"text"'),
        structured(b"(((((()))))"),
        structured(b"(" * 3000),
    ],
)
def test_a_message_that_the_server_cannot_take_apart_is_shown_as_it_stands(network: Network, structure: bytes) -> None:
    with server(network, UID=reading(structure, s=HEADER + b"the text\r\n")) as session:
        message = read_message(session, "INBOX", 5, 17)

    assert message.text.strip() == "the text"
    assert (message.summary.subject, message.parts) == ("Hello", ())


def test_texts_between_files_are_read_in_order(network: Network) -> None:
    body = b'(%s("IMAGE" "PNG" NIL NIL NIL "BASE64" 78)("TEXT" "HTML" NIL NIL NIL "7BIT" 5 1) "MIXED")' % PLAIN
    with server(network, UID=reading(structured(body), s1=b"one", s3=b"<p>two</p>")) as session:
        message = read_message(session, "INBOX", 5)

    assert message.text.split() == ["one", "two"]
    assert message.html is not None
    assert "one" in message.html
    assert "<p>two</p>" in message.html
    assert [(part.section, part.name, part.size) for part in message.parts] == [("2", "part-2.png", 57)]


def test_a_message_that_is_deleted_while_it_is_read_is_gone(network: Network) -> None:
    with server(network, UID=by_item(**{"BODY.PEEK[HEADER]": WHOLE, "FETCH": b"TAG OK Done\r\n"})) as session:
        with pytest.raises(NotFoundError) as raised:
            read_message(session, "INBOX", 5)

        assert session.is_synchronized
    assert raised.value.stage is Stage.MAILBOX


def drops(peer: Peer, *_: object) -> None:
    peer.say(b"* 1 FETCH (UID 5 BODY[HEADER]<0> {5000}\r\nFrom: ")
    peer.close()


def announces(peer: Peer, *_: object) -> None:
    peer.say(b"* 1 FETCH (UID 5 BODY[HEADER]<0> {3000000000}\r\n")
    peer.stopped.wait(5)


def falls_silent(peer: Peer, *_: object) -> None:
    peer.say(b"* 1 FETCH (UID 5 ")
    peer.stopped.wait(5)


@pytest.mark.parametrize(
    ("answer", "symptom"),
    [(drops, Symptom.DROPPED), (announces, Symptom.TOO_MUCH_DATA), (falls_silent, Symptom.OUT_OF_TIME)],
)
def test_a_server_that_fails_in_the_middle_ends_in_its_sign_and_an_unusable_session(
    network: Network, answer: Any, symptom: Symptom
) -> None:
    with server(network, UID=answer) as session:
        with pytest.raises(ImapError) as raised:
            read_message(session, "INBOX", 5)

        assert raised.value.symptom is symptom
        assert not session.is_synchronized


def test_a_stream_that_breaks_off_is_never_taken_for_whole(network: Network) -> None:
    pieces = iter([b"x" * 1024 * 1024])

    def answer(peer: Peer, tag: str, rest: bytes) -> None:
        if b"BODY" not in rest:
            peer.say(f"* 1 FETCH (UID 5)\r\n{tag} OK Done")
        elif piece := next(pieces, b""):
            peer.say(b"* 1 FETCH (UID 5 BODY[]<0> {%d}\r\n%s)\r\n%s OK Done\r\n" % (len(piece), piece, tag.encode()))
        else:
            drops(peer)

    with server(network, UID=answer) as session:
        stream = stream_source(session, "INBOX", 5, uid_validity=17)
        assert len(next(stream)) == 1024 * 1024
        with pytest.raises(ImapError) as raised:
            next(stream)

    assert raised.value.symptom is Symptom.DROPPED


PIECE = 1024 * 1024
PIECES = b"w" * PIECE, b"x" * PIECE, b"y" * (PIECE // 2)
TOGETHER = "data 1, data 2, done 1, done 2"


def in_order(order: str, *, told: int, place: bytes = b"<%d>") -> Any:
    """Answer for a message of two pieces and a half: the first at once, the others when both have been asked for."""
    asked: list[str] = []

    def answer(peer: Peer, tag: str, rest: bytes) -> None:
        if b"BODY" not in rest:
            peer.say(f"* 1 FETCH (UID 5 RFC822.SIZE {told})\r\n{tag} OK Done")
            return
        asked.append(tag)
        for step in {1: "data 0, done 0", 3: order}.get(len(asked), "").split(", "):
            what, _, at = step.partition(" ")
            if what == "data":
                piece = PIECES[int(at)]
                start = b"BODY[]" + (place % (int(at) * PIECE) if place else b"")
                peer.say(b"* 1 FETCH (UID 5 %s {%d}\r\n%s)\r\n" % (start, len(piece), piece))
            elif what == "done":
                peer.say(f"{asked[int(at)]} OK Done")

    return answer


@pytest.mark.parametrize(
    "order",
    ["data 1, done 1, data 2, done 2", "data 2, done 2, data 1, done 1", TOGETHER, "data 2, data 1, done 2, done 1"],
)
@pytest.mark.parametrize("place", [b"<%d>", b"<%d.1048576>"])
def test_pieces_are_asked_for_ahead_and_put_together_in_whatever_order_they_come(
    network: Network, order: str, place: bytes
) -> None:
    with server(network, UID=in_order(order, told=2 * PIECE + 1, place=place)) as session:
        whole = b"".join(stream_source(session, "INBOX", 5, uid_validity=17))

        assert whole == b"".join(PIECES)
        assert session.is_synchronized


def test_a_piece_that_is_left_out_is_noticed(network: Network) -> None:
    order = "data 2, done 1, done 2"
    with server(network, UID=in_order(order, told=3 * PIECE)) as session, pytest.raises(ProtocolError):
        list(stream_source(session, "INBOX", 5, uid_validity=17))


def test_a_server_that_names_no_places_is_asked_for_one_piece_at_a_time(network: Network) -> None:
    pieces = iter(PIECES)

    def answer(peer: Peer, tag: str, rest: bytes) -> None:
        if b"BODY" not in rest:
            peer.say(f"* 1 FETCH (UID 5 RFC822.SIZE {3 * PIECE})\r\n{tag} OK Done")
            return
        piece = next(pieces)
        peer.say(b"* 1 FETCH (UID 5 BODY[] {%d}\r\n%s)\r\n%s OK Done\r\n" % (len(piece), piece, tag.encode()))

    with server(network, UID=answer) as session:
        stream = stream_source(session, "INBOX", 5, uid_validity=17)
        read = [(piece, session.is_synchronized) for piece in stream]

    assert read == [(piece, True) for piece in PIECES]


def test_a_part_is_asked_for_by_numbers_alone(network: Network) -> None:
    with server(network, UID=reading(structured(PLAIN))) as session, pytest.raises(NotFoundError):
        stream_part(session, "INBOX", 5, "1]<0.1> (FLAGS", uid_validity=17)


def leaf(parameters: bytes, disposition: bytes = b"NIL") -> Any:
    text = b'x ("APPLICATION" "PDF" %s NIL NIL "BASE64" 100 NIL %s NIL NIL)' % (parameters, disposition)
    ((_, body),) = parse_responses([text])
    return parse_structure(body, most_slots=5).attachments[0].part


@pytest.mark.parametrize(
    ("parameters", "disposition", "name"),
    [
        (b'("NAME" "a.pdf")', b"NIL", "a.pdf"),
        (b'("NAME" "a.pdf")', b'("ATTACHMENT" ("FILENAME" "b.pdf"))', "b.pdf"),
        (b'("NAME" "=?utf-8?Q?B=C3=BCcher.pdf?=")', b"NIL", "Bücher.pdf"),
        (b"NIL", b'("attachment" ("filename*" "UTF-8\'\'B%C3%BCcher.pdf"))', "Bücher.pdf"),
        (b"NIL", b'("attachment" ("filename*0*" "UTF-8\'\'B%C3%BC" "filename*1" "cher.pdf"))', "Bücher.pdf"),
        (b"NIL", b'("attachment" ("filename*" "x-nope\'\'a%FFb.pdf"))', "a"),
        (b"NIL", b'("attachment" ("filename" "../../etc/passwd"))', "passwd"),
        (b"NIL", b"NIL", "part-1.pdf"),
        (b'("NAME" "")', b'("attachment" ("filename" " "))', "part-1.pdf"),
        (b'("NAME")', b'("attachment" NIL)', "part-1.pdf"),
    ],
)
def test_a_file_has_the_name_that_was_meant(parameters: bytes, disposition: bytes, name: str) -> None:
    found = leaf(parameters, disposition).name

    assert found == name or (name == "a" and found.startswith("a"))


def test_parts_without_end_and_without_bottom_are_bounded() -> None:
    wide = b"(" + PLAIN * 20_000 + b' "MIXED")'
    deep = b"(" * 5000 + PLAIN + b' "MIXED")' * 5000
    (body,), (other,) = next(parse_responses([wide])), next(parse_responses([deep]))

    structure = parse_structure(body, most_slots=10)

    assert (len(structure.slots), len(structure.attachments)) == (10, 490)
    with pytest.raises(BrokenStructureError):
        parse_structure(other, most_slots=10)


tokens = st.recursive(
    st.one_of(st.none(), st.binary(max_size=20), st.sampled_from([b"text", b"plain", b"mixed", b"attachment", b"7"])),
    lambda children: st.lists(children, max_size=12),
    max_leaves=60,
)


@given(tokens)
def test_no_structure_is_too_strange_to_be_read_or_refused(body: Any) -> None:
    try:
        structure = parse_structure(body, most_slots=3)
    except BrokenStructureError:
        return
    assert all(each.part.name for each in structure.attachments)


@given(st.lists(st.one_of(st.binary(max_size=200), st.tuples(st.binary(max_size=50), st.binary(max_size=50)))))
def test_no_response_is_too_strange_to_be_parsed(pieces: Any) -> None:
    list(parse_responses(pieces))
    parse_fetch(pieces)


@given(st.binary(max_size=3000), st.lists(st.integers(1, 400), min_size=1), st.sampled_from([57, 999]))
def test_base64_is_decoded_the_same_in_any_pieces(content: bytes, sizes: list[int], width: int) -> None:
    encoded = b"\r\n".join(b64encode(content[at : at + width]) for at in range(0, len(content), width))
    encoded = encoded if width % 3 == 0 else b64encode(content)

    assert in_pieces("BASE64 ", encoded, sizes) == content


@given(st.lists(st.binary(max_size=9), max_size=20), st.lists(st.integers(1, 40), min_size=1))
def test_base64_that_was_encoded_in_pieces_is_decoded_to_its_end(contents: list[bytes], sizes: list[int]) -> None:
    encoded = b"\r\n".join(map(b64encode, contents))

    assert in_pieces("base64", encoded, sizes) == b"".join(contents)


@given(st.binary(max_size=3000), st.lists(st.integers(1, 400), min_size=1))
def test_quoted_printable_is_decoded_the_same_in_any_pieces(content: bytes, sizes: list[int]) -> None:
    encoded = binascii.b2a_qp(content, istext=False)

    assert in_pieces("Quoted-Printable", encoded, sizes) == content


@given(st.binary(max_size=500), st.sampled_from(["base64", "quoted-printable", "7bit", "x-uuencode", "", None]))
def test_nothing_is_too_broken_to_be_decoded(content: bytes, encoding: str | None) -> None:
    in_pieces(encoding, content, [7])


def in_pieces(encoding: str | None, data: bytes, sizes: list[int]) -> bytes:
    undo, found, at, turn = make_decoder(encoding), b"", 0, 0
    while at < len(data):
        size = sizes[turn % len(sizes)]
        found += undo.feed(data[at : at + size])
        at, turn = at + size, turn + 1
    return found + undo.finish()


def test_quoted_printable_without_an_end_of_line_needs_no_memory() -> None:
    undo = make_decoder("quoted-printable")
    for _ in range(20):
        undo.feed(b"=41" * 33_333 + b"=")
        undo.feed(b"42")

    assert len(undo._kept) < 200_000


def test_a_header_is_read_line_by_line_and_what_is_no_field_is_passed_over() -> None:
    block = b"Subject: one\r\n\ttwo\r\nno field\r\n: empty\r\nX-A : b\r\nBad Name: c\r\nSubject: three"

    assert header_fields(block) == [("Subject", b"one\ttwo"), ("X-A", b"b"), ("Subject", b"three")]


@pytest.mark.parametrize(
    ("content_type", "told"),
    [
        (b"", False),
        (b"text/plain; charset=utf-8", False),
        (b"multipart/ALTERNATIVE; boundary=x", False),
        (b"Multipart/Mixed", True),
        (b"application/pdf", True),
        (b"multipart/signed", None),
        (b"\xff", None),
    ],
)
def test_attachments_are_told_by_the_content_type_where_it_tells(content_type: bytes, told: bool | None) -> None:
    assert has_attachments(content_type) is told
