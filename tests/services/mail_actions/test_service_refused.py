"""An act that cannot be, or that is not what a person saw, changes nothing."""

from collections import Counter
from dataclasses import replace

import pytest

from tests.services.mail_actions.mailboxes_for_tests import USER, Post, at_each, ids, message_id
from webapp.core.imap.mailbox.messages import SearchQuery
from webapp.core.imap.protocol.errors import MailboxError, NotFoundError, UidValidityChangedError
from webapp.core.imap.protocol.session_pool import close_idle
from webapp.models import User
from webapp.services.mail_actions.history import recent_actions
from webapp.services.mail_actions.service import (
    ActionKind,
    ActionRequest,
    ActionWarning,
    SearchSelection,
    SelectionChangedError,
    execute,
    preview,
    undo,
)


def test_a_plan_changes_nothing_and_says_what_would(post: Post, member: User) -> None:
    work, target = post.new(*[""] * 12), post.new()
    before = post.state()
    what = post.chosen(work)
    what = replace(what, messages={**what.messages, 1: "another", 99: None})

    planned = preview(post.connection, ActionRequest(kind=ActionKind.MOVE, what=what, destination=target))

    assert (planned.total, planned.gone_uids, planned.destination, planned.undoable) == (11, (1, 99), target, True)
    assert [each.subject for each in planned.first] == [f"Letter {number}" for number in range(11, 1, -1)]
    assert planned.cautions == ()
    assert post.state() == before
    assert recent_actions(post.connection.id) == ()


def test_everything_is_what_the_plan_showed_or_nothing_happens(post: Post, member: User) -> None:
    work, target = post.new("", "S", ""), post.new()
    unread = SearchSelection(mailbox=work, uid_validity=post.listed(work).uid_validity, query=SearchQuery(unread=True))
    wish = ActionRequest(kind=ActionKind.MOVE, what=unread, destination=target)

    def planned() -> ActionRequest:
        return replace(wish, what=replace(unread, digest=preview(post.connection, wish).digest))

    old = planned()
    execute(post.connection, ActionRequest(kind=ActionKind.SEEN, what=post.chosen(work, 0)), member)
    for stale in (wish, old, replace(wish, what=replace(unread, digest="9.forged"))):
        with pytest.raises(SelectionChangedError):
            execute(post.connection, stale, member)
    assert post.state(target)[target].total() == 0

    now = planned()
    post.server.deliver(USER, mailbox=work)  # which no one has seen, and is left alone
    done = execute(post.connection, now, member)
    assert ids(post.state(target), target) == Counter([message_id(work, 2)])
    assert undo(post.connection, done.act_id or 0, member).done == 1
    assert execute(post.connection, ActionRequest(kind=ActionKind.SEEN, what=unread), member).done == 2
    assert preview(post.connection, wish).total == 0
    assert execute(post.connection, planned(), member).done == 0


@pytest.mark.parametrize("kind", [ActionKind.SEEN, ActionKind.COPY, ActionKind.MOVE, ActionKind.EXPUNGE])
def test_what_is_not_there_as_it_was_is_left_alone(post: Post, member: User, kind: ActionKind) -> None:
    work, target = post.new("", ""), post.new()
    what = post.chosen(work)
    wish = ActionRequest(kind=kind, what=what, destination=target)
    before = post.state(work, target)
    others = replace(wish, what=replace(what, messages=dict.fromkeys(what.messages, "another-one")))
    done = execute(post.connection, others, member)
    assert (done.done, done.gone, done.gone_uids, done.act_id) == (0, 2, tuple(what.messages), None)
    with pytest.raises(UidValidityChangedError):
        execute(post.connection, replace(wish, what=replace(what, uid_validity=what.uid_validity + 1)), member)
    with pytest.raises(NotFoundError):
        execute(post.connection, replace(wish, what=replace(what, mailbox="Nowhere")), member)
    assert post.state(work, target) == before


def test_where_messages_cannot_go_they_stay(post: Post, member: User) -> None:
    work = post.new("")
    post.fill("Above/Below")
    before = post.state()
    for kind in (ActionKind.MOVE, ActionKind.COPY):
        for name, error in (
            ("Nowhere", NotFoundError),
            ("Above", MailboxError),
            ("nul\0", NotFoundError),
            ("", MailboxError),
        ):
            wish = ActionRequest(kind=kind, what=post.chosen(work), destination=name)
            with pytest.raises(error):
                preview(post.connection, wish)
            with pytest.raises(error):
                execute(post.connection, wish, member)
        there = ActionRequest(kind=kind, what=post.chosen(work), destination=work)
        assert preview(post.connection, there).cautions == (ActionWarning.ALREADY_THERE,)
        assert execute(post.connection, there, member).done == 0
    assert post.state() == before
    assert recent_actions(post.connection.id) == ()


def test_to_delete_what_is_in_trash_removes_it_and_no_other(post: Post, member: User) -> None:
    post.fill("Papierkorb", "", "S", "T")
    wish = ActionRequest(kind=ActionKind.DELETE, what=post.chosen("Papierkorb", -3))
    before = post.state()

    planned = preview(post.connection, wish)
    done = execute(post.connection, wish, member)

    assert (planned.kind, planned.destination, planned.undoable) == (ActionKind.EXPUNGE, "", False)
    assert planned.cautions == (ActionWarning.PERMANENT,)
    assert (done.kind, done.done, done.act_id) == (ActionKind.EXPUNGE, 1, None)
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

    archive = ActionRequest(kind=ActionKind.ARCHIVE, what=post.chosen(label, 0))
    assert (preview(post.connection, archive).destination, preview(post.connection, archive).cautions) == (
        all_mail,
        (ActionWarning.GMAIL_LABEL,),
    )
    execute(post.connection, archive, member)
    expunge = ActionRequest(kind=ActionKind.EXPUNGE, what=post.chosen(label, 0))
    assert preview(post.connection, expunge).destination == ""
    assert execute(post.connection, expunge, member).done == 1

    after = post.state(label, trash, all_mail)
    assert ids(after, label) == Counter([message_id(label, 2)])
    assert after[trash] == before[trash]
    assert after[all_mail] - before[all_mail] == Counter([(message_id(label, 0), "")])


def test_undo_at_a_destination_that_was_numbered_anew_is_refused(post: Post, member: User) -> None:
    work, target = post.new(""), post.new()
    done = execute(
        post.connection, ActionRequest(kind=ActionKind.MOVE, what=post.chosen(work), destination=target), member
    )
    close_idle()
    for path in post.server.mail(USER, target).glob("dovecot*"):
        path.unlink()

    with pytest.raises(UidValidityChangedError):
        undo(post.connection, done.act_id or 0, member)

    assert ids(post.state(target), target) == Counter([message_id(work, 0)])
