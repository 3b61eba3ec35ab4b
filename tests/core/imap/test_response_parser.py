"""Responses are read for what they say, in the order in which a server said it."""

import time

import pytest

from tests.core.imap.test_message_commands import Server, chosen
from webapp.core.imap import Network
from webapp.core.imap.mailbox.message_commands import move
from webapp.core.imap.protocol.response_parser import parse_fetch, parse_responses


def test_a_message_removed_in_the_middle_of_an_answer_takes_no_other_with_it(network: Network) -> None:
    section = "BODY[HEADER.FIELDS (MESSAGE-ID)]<0> NIL"
    told = (
        f"* 2 FETCH (UID 2 FLAGS () {section})\n* 3 FETCH (UID 3 FLAGS () {section})\n* 1 EXPUNGE\n"
        f"* 2 FETCH (FLAGS (\\Seen))\n* 3 FETCH (UID 4 FLAGS () {section})\n* 1 EXPUNGE\n* 3 EXISTS\nTAG OK Done"
    )
    server = Server(answers={"UID FETCH": told})
    with server.session(network, "MOVE") as session:
        (batch,) = move(session, chosen(1, 2, 3, 4), "Done")

    assert server.asked[-1] == 'UID MOVE 3:4 "Done"'
    assert (batch.done, batch.gone) == ((3, 4), (1, 2))


def test_responses_about_one_message_are_put_together_across_a_removal() -> None:
    told = parse_fetch([b"3 (UID 9 FLAGS ())", b"1 EXPUNGE", b"2 (FLAGS (\\Seen))", b"3 (UID 11)", b"x EXPUNGE"])

    assert told == {2: {"UID": b"9", "FLAGS": [b"\\Seen"]}, 3: {"UID": b"11"}}


@pytest.mark.parametrize("piece", [b'"\\', b'\\"', b"[", b'["', b"(", b"()", b"{1", b'" "'])
@pytest.mark.parametrize("end", [b"", b"\\"])
def test_no_response_takes_long_to_read(piece: bytes, end: bytes) -> None:
    started = time.process_time()
    list(parse_responses([b'1 ("' + piece * (100_000 // len(piece)) + end]))

    # Of strings without an end, 20,000 bytes took two seconds, and ten times as many a hundred times as long.
    assert time.process_time() - started < 2
