"""Which acts a page offers."""

from dataclasses import replace

import pytest

from tests.web.pages.mailbox.test_message_views import _SUMMARY
from webapp.core.imap.mailbox.mailbox_list import Mailbox
from webapp.web.pages.mailbox.available_actions import actions_for_list, actions_for_message


def mailbox(use: str) -> Mailbox:
    return Mailbox(name=use or "A", delimiter="/", special_use=use, selectable=True, messages=1, unseen=0)


ALL = tuple(mailbox(use) for use in ("inbox", "archive", "junk", "trash", ""))
WITHOUT_TRASH = tuple(each for each in ALL if each.special_use != "trash")
GMAIL = tuple(mailbox(use) for use in ("inbox", "all", "trash"))


@pytest.mark.parametrize(
    ("use", "known", "offered"),
    [
        ("inbox", ALL, {"archive", "move", "copy", "delete"}),
        ("", ALL, {"archive", "move", "copy", "delete"}),
        ("archive", ALL, {"move", "copy", "delete"}),
        ("junk", ALL, {"archive", "move", "copy", "expunge"}),
        ("trash", ALL, {"archive", "move", "copy", "expunge"}),
        ("inbox", WITHOUT_TRASH, {"archive", "move", "copy", "expunge"}),
        ("inbox", GMAIL, {"archive", "move", "copy", "delete"}),
        ("all", GMAIL, {"move", "copy", "delete"}),
        ("inbox", (mailbox("inbox"), mailbox("trash")), {"move", "copy", "delete"}),
    ],
)
def test_a_list_offers_what_has_sense_in_its_mailbox(use: str, known: tuple[Mailbox, ...], offered: set[str]) -> None:
    offer = actions_for_list(mailbox(use), known)

    assert {kind for kind, _ in offer.shown_before} == offered
    assert [kind for kind, _ in offer.at_once] == ["seen", "unseen", "flag", "unflag"]


def test_a_mailbox_that_is_not_listed_is_like_any_other() -> None:
    assert actions_for_list(None, ALL) == actions_for_list(mailbox(""), ALL)


def test_a_message_offers_the_marks_it_does_not_have() -> None:
    assert [kind for kind, _ in actions_for_message(replace(_SUMMARY, seen=True, flagged=False)).at_once] == [
        "unseen",
        "flag",
    ]
    assert [kind for kind, _ in actions_for_message(replace(_SUMMARY, seen=False, flagged=True)).at_once] == [
        "seen",
        "unflag",
    ]
