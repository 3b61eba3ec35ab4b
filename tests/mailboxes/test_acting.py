"""Acts on the messages of a connection at a real Dovecot: nothing but what was chosen is touched, whatever happens."""

import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mailboxes.posts import Post, State, connect, message_id
from tests.servers.awkward_names import AWKWARD_NAMES
from tests.servers.cutting import Cut, Wire, wire_to
from tests.servers.plugin import DovecotWith
from webapp.imap import ImapError
from webapp.mailboxes.acting import Kind, Wish, perform, undo
from webapp.mailboxes.history import recent_acts
from webapp.models import User

BARE = "IMAP4rev1 SASL-IR LITERAL+ ESEARCH LIST-EXTENDED SPECIAL-USE"
SERVERS = {"both": f"{BARE} MOVE UIDPLUS", "UIDPLUS": f"{BARE} UIDPLUS", "neither": BARE}


@pytest.fixture
def wire(dovecot_with: DovecotWith, request: pytest.FixtureRequest) -> Iterator[Wire]:
    capabilities = getattr(request, "param", SERVERS["both"])
    server = dovecot_with(imap_capability=capabilities)
    with wire_to(server.address, server.port) as laid:
        laid.server = server
        yield laid


@pytest.fixture
def post(app: Flask, wire: Wire, member: User) -> Iterator[Post]:
    app.extensions["postroom.network"] = wire.server.network
    with app.app_context():
        yield Post(wire.server, connect(wire.server, member.id, port=wire.port))


def at_each(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("wire", [SERVERS[name] for name in names], ids=names, indirect=True)


def ids(state: State, mailbox: str, *, marked: bool = False) -> Counter[str]:
    """Give the Message-IDs in a mailbox, without those marked as deleted unless these are asked for."""
    return Counter(name for name, flags in state[mailbox].elements() if marked or "T" not in flags)


@at_each("both", "UIDPLUS", "neither")
@pytest.mark.parametrize("how", Cut)
def test_wherever_the_wire_is_cut_the_same_move_again_completes_it(
    post: Post, wire: Wire, member: User, how: Cut
) -> None:
    lost = 0
    for at in itertools.count():
        work, target = post.new("", "S", "F", "T"), post.new("S")
        wish = Wish(kind=Kind.MOVE, what=post.chosen(work, 0, 2), destination=target)
        wire.cut(at, how)
        with suppress(ImapError):
            perform(post.connection, wish, member)
            if wire.cut_at is not None:
                break
            lost -= 1
        lost += 1

        perform(post.connection, wish, member)

        state = post.state()
        assert ids(state, work) == Counter([message_id(work, 1)])
        assert (message_id(work, 3), "T") in state[work]
        assert ids(state, target) == Counter([message_id(work, 0), message_id(work, 2), message_id(target, 0)])
    assert lost > 3


@at_each("both", "UIDPLUS", "neither")
@pytest.mark.parametrize("how", Cut)
def test_wherever_the_wire_is_cut_undo_brings_all_back(post: Post, wire: Wire, member: User, how: Cut) -> None:
    lost = 0
    for at in itertools.count():
        work, target = post.new("", "S", "F", "T"), post.new("S")
        before = post.state()
        wish = Wish(kind=Kind.MOVE, what=post.chosen(work, 0, 2), destination=target)
        wire.cut(at, how)
        try:
            perform(post.connection, wish, member)
        except ImapError:
            lost += 1
        if wire.cut_at is not None:
            break
        for act in recent_acts(post.connection.id, limit=1):
            if act.mailbox == work:
                undo(post.connection, act.id, member)

        state = post.state()
        print(at, state[work], state[target])
        assert state[work] == before[work]
        assert before[target] <= state[target]
    assert lost > 3


@at_each("both", "UIDPLUS", "neither")
@pytest.mark.parametrize("how", Cut)
def test_wherever_the_wire_is_cut_undo_again_completes_it(post: Post, wire: Wire, member: User, how: Cut) -> None:
    lost = 0
    for at in itertools.count():
        work, target = post.new("", "S", "F", "T"), post.new("S")
        before = post.state()
        wish = Wish(kind=Kind.MOVE, what=post.chosen(work, 0, 2), destination=target)
        done = perform(post.connection, wish, member)
        wire.cut(at, how)
        try:
            undo(post.connection, done.act_id, member)
            if wire.cut_at is not None:
                break
        except ImapError:
            lost += 1
            undo(post.connection, done.act_id, member)

        state = post.state()
        print(at, state[work], state[target])
        assert state[work] == before[work]
        assert ids(state, target) == ids(before, target)
    assert lost > 3
