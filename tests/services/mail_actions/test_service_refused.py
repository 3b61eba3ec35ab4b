"""An act that cannot be, or that is not what somebody saw, changes nothing."""

from collections import Counter
from dataclasses import replace

import pytest

from tests.services.mail_actions.mailboxes_for_tests import USER, Post, at_each, ids, message_id
from webapp.core.imap.mailbox.messages import Query
from webapp.core.imap.protocol.errors import ChangedError, GoneError, MailboxError
from webapp.core.imap.protocol.session_pool import close_idle
from webapp.models import User
from webapp.services.mail_actions.history import recent_acts
from webapp.services.mail_actions.service import Caution, Everything, Kind, StaleError, Wish, perform, plan, undo


def test_a_plan_changes_nothing_and_says_what_would(post: Post, member: User) -> None:
    work, target = post.new(*[""] * 12), post.new()
    before = post.state()
    what = post.chosen(work)
    what = replace(what, messages={**what.messages, 1: "another", 99: None})

    planned = plan(post.connection, Wish(kind=Kind.MOVE, what=what, destination=target))

    assert (planned.total, planned.gone_uids, planned.destination, planned.undoable) == (11, (1, 99), target, True)
    assert [each.subject for each in planned.first] == [f"Letter {number}" for number in range(11, 1, -1)]
    assert planned.cautions == ()
    assert post.state() == before
    assert recent_acts(post.connection.id) == ()


def test_everything_is_what_the_plan_showed_or_nothing_happens(post: Post, member: User) -> None:
    work, target = post.new("", "S", ""), post.new()
    unread = Everything(mailbox=work, uid_validity=post.listed(work).uid_validity, query=Query(unread=True))
    wish = Wish(kind=Kind.MOVE, what=unread, destination=target)

    def planned() -> Wish:
        return replace(wish, what=replace(unread, digest=plan(post.connection, wish).digest))

    old = planned()
    perform(post.connection, Wish(kind=Kind.SEEN, what=post.chosen(work, 0)), member)
    for stale in (wish, old, replace(wish, what=replace(unread, digest="9.forged"))):
        with pytest.raises(StaleError):
            perform(post.connection, stale, member)
    assert post.state(target)[target].total() == 0

    now = planned()
    post.server.deliver(USER, mailbox=work)  # which nobody has seen, and is left alone
    done = perform(post.connection, now, member)
    assert ids(post.state(target), target) == Counter([message_id(work, 2)])
    assert undo(post.connection, done.act_id or 0, member).done == 1
    assert perform(post.connection, Wish(kind=Kind.SEEN, what=unread), member).done == 2
    assert plan(post.connection, wish).total == 0
    assert perform(post.connection, planned(), member).done == 0


@pytest.mark.parametrize("kind", [Kind.SEEN, Kind.COPY, Kind.MOVE, Kind.EXPUNGE])
def test_what_is_not_there_as_it_was_is_left_alone(post: Post, member: User, kind: Kind) -> None:
    work, target = post.new("", ""), post.new()
    what = post.chosen(work)
    wish = Wish(kind=kind, what=what, destination=target)
    before = post.state(work, target)
    others = replace(wish, what=replace(what, messages=dict.fromkeys(what.messages, "another-one")))
    done = perform(post.connection, others, member)
    assert (done.done, done.gone, done.gone_uids, done.act_id) == (0, 2, tuple(what.messages), None)
    with pytest.raises(ChangedError):
        perform(post.connection, replace(wish, what=replace(what, uid_validity=what.uid_validity + 1)), member)
    with pytest.raises(GoneError):
        perform(post.connection, replace(wish, what=replace(what, mailbox="Nowhere")), member)
    assert post.state(work, target) == before


def test_where_messages_cannot_go_they_stay(post: Post, member: User) -> None:
    work = post.new("")
    post.fill("Above/Below")
    before = post.state()
    for kind in (Kind.MOVE, Kind.COPY):
        for name, error in (("Nowhere", GoneError), ("Above", MailboxError), ("nul\0", GoneError), ("", MailboxError)):
            wish = Wish(kind=kind, what=post.chosen(work), destination=name)
            with pytest.raises(error):
                plan(post.connection, wish)
            with pytest.raises(error):
                perform(post.connection, wish, member)
        there = Wish(kind=kind, what=post.chosen(work), destination=work)
        assert plan(post.connection, there).cautions == (Caution.ALREADY_THERE,)
        assert perform(post.connection, there, member).done == 0
    assert post.state() == before
    assert recent_acts(post.connection.id) == ()


def test_to_delete_what_is_in_trash_removes_it_and_no_other(post: Post, member: User) -> None:
    post.fill("Papierkorb", "", "S", "T")
    wish = Wish(kind=Kind.DELETE, what=post.chosen("Papierkorb", -3))
    before = post.state()

    planned = plan(post.connection, wish)
    done = perform(post.connection, wish, member)

    assert (planned.kind, planned.destination, planned.undoable) == (Kind.EXPUNGE, "", False)
    assert planned.cautions == (Caution.PERMANENT,)
    assert (done.kind, done.done, done.act_id) == (Kind.EXPUNGE, 1, None)
    after = post.state()
    assert before["Papierkorb"] - after["Papierkorb"] == Counter([(message_id("Papierkorb", 0), "")])
    assert after | {"Papierkorb": before["Papierkorb"]} == before


@at_each("Gmail")
def test_gmail_archives_to_all_mail_and_removes_through_trash(post: Post, member: User) -> None:
    trash, all_mail = "[Gmail]/Papierkorb", "[Gmail]/Alle Nachrichten"
    for name in (trash, all_mail):
        post.fill(name, "T")
    label = post.new("", "", "")
    before = post.state(trash, all_mail)

    archive = Wish(kind=Kind.ARCHIVE, what=post.chosen(label, 0))
    assert (plan(post.connection, archive).destination, plan(post.connection, archive).cautions) == (
        all_mail,
        (Caution.GMAIL_LABEL,),
    )
    perform(post.connection, archive, member)
    expunge = Wish(kind=Kind.EXPUNGE, what=post.chosen(label, 0))
    assert plan(post.connection, expunge).destination == ""
    assert perform(post.connection, expunge, member).done == 1

    after = post.state(label, trash, all_mail)
    assert ids(after, label) == Counter([message_id(label, 2)])
    assert after[trash] == before[trash]
    assert after[all_mail] - before[all_mail] == Counter([(message_id(label, 0), "")])


def test_undo_at_a_destination_that_was_numbered_anew_is_refused(post: Post, member: User) -> None:
    work, target = post.new(""), post.new()
    done = perform(post.connection, Wish(kind=Kind.MOVE, what=post.chosen(work), destination=target), member)
    close_idle()
    for path in post.server.mail(USER, target).glob("dovecot*"):
        path.unlink()

    with pytest.raises(ChangedError):
        undo(post.connection, done.act_id or 0, member)

    assert ids(post.state(target), target) == Counter([message_id(work, 0)])
