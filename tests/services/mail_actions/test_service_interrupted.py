"""An act that is interrupted loses nothing: done again, gone on with or undone, it ends as one that was not."""

import itertools
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.servers.cutting import Cut, Wire
from tests.services.mail_actions.mailboxes_for_tests import USER, Post, at_each, connect, ids, message_id
from webapp.core.imap import ImapError
from webapp.core.imap.mailbox import message_commands as core
from webapp.core.imap.mailbox.message_commands import BatchResult, MessageSet, undelete
from webapp.core.imap.protocol.imaplib_protocol import Untagged
from webapp.core.imap.protocol.session import Session
from webapp.core.imap.protocol.session_pool import close_idle
from webapp.models import MailAction, User, db, read_transaction, utcnow, write_transaction
from webapp.services.mail_actions import journal, leases
from webapp.services.mail_actions.history import recent_actions
from webapp.services.mail_actions.service import (
    ActionError,
    ActionKind,
    ActionRequest,
    ResumeRefusal,
    UndoError,
    execute,
    resume,
    undo,
)


def every_cut(wire: Wire) -> Iterator[tuple[Cut, int]]:
    """Go through all commands of an act that can be lost, and both ways to lose them."""
    for how in Cut:
        for at in itertools.count():
            yield how, at
            if not wire.lost:  # there were no more commands
                assert at > 3
                break


@at_each("MOVE", "UIDPLUS", "neither")
def test_wherever_the_wire_is_cut_the_same_move_again_completes_it(post: Post, wire: Wire, member: User) -> None:
    for how, at in every_cut(wire):
        work, target = post.new("", "S", "F", "T"), post.new("S")
        wish = ActionRequest(kind=ActionKind.MOVE, what=post.chosen(work, 0, 2), destination=target)
        with wire.losing(at, how):
            execute(post.connection, wish, member)

        execute(post.connection, wish, member)

        state = post.state(work, target)
        assert ids(state, work) == Counter([message_id(work, 1)])
        assert (message_id(work, 3), "T") in state[work]
        assert ids(state, target) == Counter([message_id(work, 0), message_id(work, 2), message_id(target, 0)])


@at_each("MOVE", "UIDPLUS")
def test_wherever_the_wire_is_cut_undo_brings_all_back(post: Post, wire: Wire, member: User) -> None:
    for how, at in every_cut(wire):
        work, target = post.new("", "S", "F", "T"), post.new("S")
        before = post.state(work, target)
        wish = ActionRequest(kind=ActionKind.MOVE, what=post.chosen(work, 0, 2), destination=target)
        with wire.losing(at, how):
            execute(post.connection, wish, member)

        for act in recent_actions(post.connection.id, limit=1):
            if act.mailbox == work:
                undo(post.connection, act.id, member)

        state = post.state(work, target)
        assert state[work] == before[work]
        assert before[target] <= state[target]


@at_each("MOVE", "UIDPLUS", "neither")
def test_wherever_the_wire_is_cut_undo_again_completes_it(post: Post, wire: Wire, member: User) -> None:
    for how, at in every_cut(wire):
        work, target = post.new("", "S", "F", "T"), post.new("S")
        before = post.state(work, target)
        wish = ActionRequest(kind=ActionKind.MOVE, what=post.chosen(work, 0, 2), destination=target)
        done = execute(post.connection, wish, member)
        with wire.losing(at, how):
            undo(post.connection, done.act_id or 0, member)

        if wire.lost:
            undo(post.connection, done.act_id or 0, member)

        state = post.state(work, target)
        assert state[work] == before[work]
        assert ids(state, target) == ids(before, target)


def test_a_long_act_is_left_off_and_gone_on_with(post: Post, member: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "BATCH_SIZE", 2)
    work, target = post.new(*[""] * 5), post.new()
    wish = ActionRequest(kind=ActionKind.MOVE, what=post.chosen(work), destination=target)

    done = execute(post.connection, wish, member, seconds=0)
    assert (done.done, done.remaining, done.unfinished_id) == (2, 3, done.act_id)
    done = resume(post.connection, done.unfinished_id or 0, seconds=0)
    assert (done.done, done.remaining) == (4, 1)
    back = undo(post.connection, done.act_id or 0, member, seconds=0)
    assert (back.done, back.remaining, back.destination) == (2, 2, work)
    with pytest.raises(ActionError) as refused:
        resume(post.connection, done.act_id or 0)
    assert refused.value.reason is ResumeRefusal.FINISHED
    back = resume(post.connection, back.unfinished_id or 0)

    assert (back.done, back.remaining, back.act_id) == (4, 0, None)
    assert recent_actions(post.connection.id)[0].undone
    assert ids(post.state(work, target), work) == Counter(message_id(work, number) for number in range(5))


@at_each("MOVE")
def test_copies_of_one_message_id_are_told_apart_batch_by_batch(
    post: Post, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "BATCH_SIZE", 1)
    work, target = post.new("", "S"), post.new()
    for path in post.server.mail(USER, work).glob("cur/*"):
        path.write_bytes(b"Message-ID: <same@example.com>\r\nSubject: Twice\r\n\r\nHello\r\n")
    before = post.state(work, target)
    done = execute(
        post.connection, ActionRequest(kind=ActionKind.MOVE, what=post.chosen(work), destination=target), member
    )

    assert undo(post.connection, done.act_id or 0, member).done == 2
    assert post.state(work, target) == before


def test_what_a_killed_process_left_is_nobodys_after_a_while(
    post: Post, wire: Wire, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, target = post.new("", ""), post.new()
    wish = ActionRequest(kind=ActionKind.MOVE, what=post.chosen(work), destination=target)
    with monkeypatch.context() as killed, wire.losing(3, Cut.AFTER):
        killed.setattr(leases, "_release", lambda transaction, act: None)
        execute(post.connection, wish, member)
    (left,) = recent_actions(post.connection.id)
    assert (left.running, left.finished, left.undoable, left.done) == (True, False, False, 0)
    for act in (resume, lambda connection, act_id: undo(connection, act_id, member)):
        with pytest.raises(ActionError) as refused:
            act(post.connection, left.id)
        assert refused.value.reason is ResumeRefusal.RUNNING

    with write_transaction() as transaction:
        transaction.execute(update(MailAction).values(claimed_until=utcnow() - timedelta(seconds=1)))
    assert resume(post.connection, left.id).done == 2
    assert undo(post.connection, left.id, member).done == 2

    assert ids(post.state(work), work) == Counter([message_id(work, 0), message_id(work, 1)])


@at_each("neither")
def test_what_was_only_marked_is_brought_back_where_the_destination_is_no_more(
    post: Post, wire: Wire, member: User
) -> None:
    for how, at in every_cut(wire):
        work, target = post.new("", "S", "F"), post.new()
        before = post.state(work)
        wish = ActionRequest(kind=ActionKind.MOVE, what=post.chosen(work), destination=target)
        with wire.losing(at, how):
            execute(post.connection, wish, member)
        close_idle()
        shutil.rmtree(post.server.mail(USER, target))

        for act in recent_actions(post.connection.id, limit=1):
            if act.mailbox == work:
                undo(post.connection, act.id, member)
                assert recent_actions(post.connection.id, limit=1)[0].undone

        assert post.state(work) == before


@at_each("neither", "UIDPLUS")
def test_an_act_stays_in_hand_however_slow_the_server_is(
    post: Post, wire: Wire, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "BATCH_SIZE", 1)
    monkeypatch.setattr(core, "BATCH_SIZE", 1)
    work, target = post.new(*[""] * 9), post.new()
    wish = ActionRequest(kind=ActionKind.MOVE, what=post.chosen(work), destination=target)
    with wire.losing(6, Cut.AFTER):
        execute(post.connection, wish, member)
    (left,) = recent_actions(post.connection.id)
    clock, ask = utcnow(), Session.command

    def slowly(session: Session, name: str, *words: bytes) -> Mapping[str, Sequence[Untagged]]:
        nonlocal clock
        clock += timedelta(seconds=17)
        with read_transaction() as transaction:
            held = transaction.scalars(
                select(MailAction.claimed_until).where(MailAction.claimed_until.is_not(None))
            ).all()
        assert max(each for each in held if each) > clock
        return ask(session, name, *words)

    for module in (leases, journal):
        monkeypatch.setattr(module, "utcnow", lambda: clock)
    monkeypatch.setattr(Session, "command", slowly)

    assert resume(post.connection, left.id).done == 9
    assert undo(post.connection, left.id, member).done == 9


def test_an_undo_is_refused_for_a_reason(post: Post, wire: Wire, member: User) -> None:
    work, target = post.new("", "", ""), post.new()

    def act(kind: ActionKind, number: int) -> int:
        execute(post.connection, ActionRequest(kind=kind, what=post.chosen(work, number), destination=target), member)
        return recent_actions(post.connection.id)[0].id

    copied, old, moved = act(ActionKind.COPY, 0), act(ActionKind.MOVE, 0), act(ActionKind.MOVE, 0)
    undo(post.connection, moved, member)
    with write_transaction() as transaction:
        transaction.execute(
            update(MailAction).where(MailAction.id == old).values(created_at=utcnow() - timedelta(days=7, seconds=1))
        )
    other = connect(member.id, port=wire.port, name="Other")
    refusals = {
        (post.connection, copied): ResumeRefusal.NOT_UNDOABLE,
        (post.connection, old): ResumeRefusal.TOO_OLD,
        (post.connection, moved): ResumeRefusal.UNDONE,
        (post.connection, moved + 1): ResumeRefusal.NOT_UNDOABLE,
        (post.connection, 10_000): ResumeRefusal.UNKNOWN,
        (post.connection, 10**30): ResumeRefusal.UNKNOWN,
        (other, old): ResumeRefusal.UNKNOWN,
    }
    for (connection, act_id), reason in refusals.items():
        with pytest.raises(UndoError) as refused:
            undo(connection, act_id, member)
        assert refused.value.reason is reason

    act(ActionKind.MOVE, 0)  # which forgets what is too old
    assert old not in {each.id for each in recent_actions(post.connection.id)}
    with pytest.raises(UndoError) as refused:
        undo(post.connection, old, member)
    assert refused.value.reason is ResumeRefusal.UNKNOWN


def test_what_has_left_the_destination_does_not_come_back(post: Post, member: User) -> None:
    work, target, further = post.new("", ""), post.new(), post.new()
    done = execute(
        post.connection, ActionRequest(kind=ActionKind.MOVE, what=post.chosen(work), destination=target), member
    )
    execute(
        post.connection, ActionRequest(kind=ActionKind.MOVE, what=post.chosen(target, 0), destination=further), member
    )

    back = undo(post.connection, done.act_id or 0, member)

    assert (back.done, back.gone) == (1, 1)
    assert ids(post.state(further), further) == Counter([message_id(work, 0)])


def test_a_connection_that_is_deleted_takes_its_acts_with_it(
    post: Post, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "BATCH_SIZE", 1)
    work, target = post.new("", ""), post.new()
    wish = ActionRequest(kind=ActionKind.MOVE, what=post.chosen(work), destination=target)
    done = execute(post.connection, wish, member, seconds=0)
    db.session.delete(post.connection)
    db.session.commit()

    with pytest.raises(ActionError):
        resume(post.connection, done.unfinished_id or 0)
    with pytest.raises(ImapError, match="not there any more"):
        execute(post.connection, wish, None)
    assert recent_actions(post.connection.id) == ()


def test_what_was_gone_before_the_interruption_is_not_waited_for(post: Post, wire: Wire, member: User) -> None:
    for how, at in every_cut(wire):
        work, target = post.new("", ""), post.new()
        seen = post.chosen(work)
        unseen = replace(seen, messages=dict.fromkeys([*seen.messages, 999]))
        with wire.losing(at, how):
            execute(post.connection, ActionRequest(kind=ActionKind.MOVE, what=unseen, destination=target), member)

        for act in recent_actions(post.connection.id, limit=1):
            if act.mailbox == work and not act.finished:
                done = resume(post.connection, act.id)
                assert (done.done, done.gone, done.remaining, done.unfinished_id) == (2, 1, 0, None)


@at_each("UIDPLUS")
def test_an_undo_that_does_not_come_through_is_still_offered(post: Post, wire: Wire, member: User) -> None:
    work, target = post.new(""), post.new()
    wish = ActionRequest(kind=ActionKind.MOVE, what=post.chosen(work), destination=target)
    with wire.losing(6, Cut.AFTER):
        execute(post.connection, wish, member)
    (left,) = recent_actions(post.connection.id)
    assert (left.finished, left.done, left.undoable) == (False, 0, True)

    with wire.losing(0, Cut.BEFORE):
        undo(post.connection, left.id, member)

    (left,) = recent_actions(post.connection.id)
    assert (left.finished, left.undone, left.undoable) == (True, False, True)
    assert undo(post.connection, left.id, member).done == 1
    assert not recent_actions(post.connection.id)[0].undoable


@at_each("MOVE", "UIDPLUS")
def test_a_copy_that_is_about_to_be_deleted_is_not_taken_for_the_message(post: Post, wire: Wire, member: User) -> None:
    for how, at in every_cut(wire):
        work, target = post.new(""), post.new()
        wish = ActionRequest(kind=ActionKind.MOVE, what=post.chosen(work), destination=target)
        with wire.losing(at, how):
            execute(post.connection, wish, member)
        close_idle()
        folder = post.server.mail(USER, target)
        for path in [*folder.glob("cur/*"), *folder.glob("new/*")]:
            path.rename(folder / "cur" / f"{path.name.partition(':')[0]}:2,T")
        left = ids(post.state(work), work)

        execute(post.connection, wish, member)

        assert ids(post.state(target), target) == left


@at_each("neither")
def test_a_message_that_is_removed_while_it_is_restored_comes_back_from_its_copy(
    post: Post, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, target = post.new("", ""), post.new()
    done = execute(
        post.connection, ActionRequest(kind=ActionKind.MOVE, what=post.chosen(work), destination=target), member
    )
    assert done.left_marked

    def others_expunge(session: Session, chosen: MessageSet) -> Iterator[BatchResult]:
        next(post.server.mail(USER, work).glob("cur/*M000000*")).unlink()
        return undelete(session, chosen)

    monkeypatch.setattr("webapp.core.imap.mailbox.message_commands.undelete", others_expunge)
    back = undo(post.connection, done.act_id or 0, member)

    assert (back.done, back.gone, back.remaining) == (2, 0, 0)
    assert ids(post.state(work, target), work) == Counter([message_id(work, 0), message_id(work, 1)])
