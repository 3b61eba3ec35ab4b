"""Acts on the messages of a connection at a real Dovecot: nothing but what was chosen is touched, whatever happens."""

import os
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Barrier

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.servers.awkward_names import AWKWARD_NAMES
from tests.services.mail_actions.mailboxes_for_tests import USER, Post, State, at_each, ids, message_id
from webapp.models import Connection, User, db
from webapp.services.mail_actions.service import (
    ActionKind,
    ActionRequest,
    ActionResult,
    ResumeRefusal,
    UndoError,
    execute,
    undo,
)

Difference = dict[str, tuple[set[tuple[str, str]], set[tuple[str, str]]]]


def difference(before: State, after: State) -> Difference:
    """Return what each mailbox has lost and won."""
    changed = {name: (set(before[name] - after[name]), set(after[name] - before[name])) for name in after}
    return {name: each for name, each in changed.items() if each != (set(), set())}


@dataclass(frozen=True)
class Case:
    """An act on some messages of a mailbox: which flags they had there, and where they are after it with which."""

    kind: ActionKind
    lost: dict[int, str]
    won: dict[int, str]
    where: str = ""


CASES = (
    Case(ActionKind.SEEN, {0: "", 2: "F"}, {0: "S", 2: "FS"}),
    Case(ActionKind.UNSEEN, {1: "S"}, {1: ""}),
    Case(ActionKind.FLAG, {0: ""}, {0: "F"}),
    Case(ActionKind.UNFLAG, {2: "F"}, {2: ""}),
    Case(ActionKind.COPY, {}, {0: "", 2: "F"}, "Elsewhere"),
    Case(ActionKind.MOVE, {0: "", 2: "F"}, {0: "", 2: "F"}, "Elsewhere"),
    Case(ActionKind.ARCHIVE, {0: "", 2: "F"}, {0: "", 2: "F"}, "Archiv"),
    Case(ActionKind.DELETE, {0: "", 2: "F"}, {0: "", 2: "F"}, "Papierkorb"),
    Case(ActionKind.EXPUNGE, {0: "", 2: "F"}, {}),
)


@at_each("both", "MOVE", "UIDPLUS", "neither")
def test_an_act_touches_what_was_chosen_and_nothing_else(post: Post, member: User) -> None:
    for case in CASES:
        for name in ("Papierkorb", "Archiv", "Elsewhere"):
            post.fill(name)
        work = post.new("", "S", "F", "T", "ST")
        chosen = post.chosen(work, *(case.lost or case.won))
        before = post.state()

        done = execute(post.connection, ActionRequest(kind=case.kind, what=chosen, destination=case.where), member)

        expected: Difference = defaultdict(lambda: (set(), set()))
        expected[work][0].update((message_id(work, at), flags) for at, flags in case.lost.items())
        expected[case.where or work][1].update((message_id(work, at), flags) for at, flags in case.won.items())
        if done.left_marked:
            expected[work][1].update((message_id(work, at), f"{flags}T") for at, flags in case.lost.items())
        assert difference(before, post.state()) == {name: each for name, each in expected.items() if any(each)}
        assert (done.done, done.gone, done.remaining) == (len(chosen.messages), 0, 0)
        assert (done.act_id is not None) is case.kind.moves


def test_every_awkward_mailbox_takes_messages_and_gives_them_back(post: Post, member: User) -> None:
    names = [name for name in AWKWARD_NAMES if name not in ("~", "~ann")]  # Dovecot takes these for other homes
    for name in names:
        post.fill(name, "T")
    work = post.new("", "S")
    before = post.state()
    for name in names:
        done = execute(
            post.connection, ActionRequest(kind=ActionKind.MOVE, what=post.chosen(work, 0), destination=name), member
        )
        assert (done.done, done.act_id is not None) == (1, True), name
        assert undo(post.connection, done.act_id or 0, member).done == 1

    assert post.state() == before


def test_any_move_and_its_undo_leave_everything_as_it_was(post: Post, member: User) -> None:
    target = post.new("", "ST")
    messages = st.lists(st.tuples(st.sampled_from(["", "S", "F", "FRS", "T", "DST"]), st.booleans()), max_size=8)

    @settings(max_examples=15, deadline=None, database=None, derandomize=True)
    @given(messages, st.booleans())
    def comes_back(messages: list[tuple[str, bool]], with_ids: bool) -> None:
        work = post.new(*(flags for flags, _ in messages), ids=with_ids)
        before = post.state(work, target)
        numbers = [at for at, (_, picked) in enumerate(messages) if picked]
        what = post.chosen(work, *numbers)
        done = execute(post.connection, ActionRequest(kind=ActionKind.MOVE, what=what, destination=target), member)
        assert done.done == len(what.messages)
        assert sum(post.state(target)[target].values()) == 2 + done.done
        if done.act_id is not None:
            assert undo(post.connection, done.act_id or 0, member).done == done.done
        assert post.state(work, target) == before

    comes_back()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@at_each("MOVE", "UIDPLUS", "neither")
def test_of_acts_at_once_each_message_is_in_one_and_undo_is_won_by_one(app: Flask, post: Post, member: User) -> None:
    work, target = post.new(*(["S"] * 30)), post.new()
    wish = ActionRequest(kind=ActionKind.MOVE, what=post.chosen(work), destination=target)
    barrier = Barrier(3)

    def at_once(act: Callable[[Connection], ActionResult]) -> ActionResult | ResumeRefusal:
        with app.app_context():
            connection = db.session.get_one(Connection, post.connection.id)
            barrier.wait()
            try:
                return act(connection)
            except UndoError as error:
                return error.reason

    with ThreadPoolExecutor(3) as people:
        acts = [
            done
            for done in people.map(at_once, [partial(execute, wish=wish, user=member)] * 3)
            if isinstance(done, ActionResult)
        ]
        assert ids(post.state(target), target) == Counter(message_id(work, number) for number in range(30))
        assert (sum(done.done for done in acts), sum(done.gone for done in acts)) == (30, 60)

        (first, *_) = (done for done in acts if done.act_id)
        act_id = first.act_id or 0
        back = list(people.map(at_once, [partial(undo, act_id=act_id, user=member)] * 3))

    (won,) = (each for each in back if isinstance(each, ActionResult))
    assert sum(ids(post.state(work), work).values()) == won.done == first.done
    assert {each for each in back if not isinstance(each, ActionResult)} <= {
        ResumeRefusal.RUNNING,
        ResumeRefusal.UNDONE,
    }


def test_among_100_000_messages_only_the_chosen_are_touched(post: Post, member: User) -> None:
    work = post.new("S", "S")
    folder = post.server.mail(USER, work) / "cur"
    first, second = sorted(folder.iterdir())
    for number in range(99_998):
        os.link((first, second)[number % 2], folder / f"{1_800_000_000 + number}.M{number:06}.example:2,S")
    names = [path.name for path in sorted(folder.iterdir())]
    for name in ("Papierkorb", "Archiv", "Elsewhere"):
        post.fill(name)
    before = others(post)

    def changed_by(kind: ActionKind, *, where: str = "") -> tuple[set[str], int, ActionResult]:
        """Act on the three newest messages, and give what has gone of the others, and how many there are now."""
        what = post.chosen(work, -1, -2, -3)
        done = execute(post.connection, ActionRequest(kind=kind, what=what, destination=where), member)
        after = {path.name for path in folder.iterdir()}
        return set(names[:-3]) - after, len(after), done

    for kind, where in ((ActionKind.FLAG, ""), (ActionKind.UNSEEN, ""), (ActionKind.COPY, "Elsewhere")):
        assert changed_by(kind, where=where)[:2] == (set(), 100_000)
    for kind, where in ((ActionKind.MOVE, "Elsewhere"), (ActionKind.ARCHIVE, ""), (ActionKind.DELETE, "")):
        lost, left, done = changed_by(kind, where=where)
        assert (lost, left, done.done) == (set(), 99_997, 3)
        assert undo(post.connection, done.act_id or 0, member).done == 3
        assert len(list(folder.iterdir())) == 100_000
    assert changed_by(ActionKind.EXPUNGE)[:2] == (set(), 99_997)
    assert others(post) == {**before, "Elsewhere": before["Elsewhere"] + 3}


def others(post: Post) -> dict[str, int]:
    """Count the messages of the mailboxes into which acts put some."""
    state = post.state("Papierkorb", "Archiv", "Elsewhere")
    return {name: messages.total() for name, messages in state.items()}
