"""What pages say of acts, whatever mailboxes are called."""

import pytest

from webapp.services.mail_actions.service import ActionKind, ActionResult, ActionWarning, Preview
from webapp.web.pages.mailbox import action_texts


def plan(kind: ActionKind, *, total: int = 3, to: str = "Archive", cautions: tuple[ActionWarning, ...] = ()) -> Preview:
    return Preview(
        kind=kind,
        mailbox="INBOX",
        uid_validity=1,
        destination=to,
        total=total,
        gone_uids=(),
        first=(),
        digest="",
        undoable=True,
        cautions=cautions,
    )


def done(kind: ActionKind, **facts: int | bool) -> ActionResult:
    told = {"done": 1200, "gone": 0, "left_marked": False, **facts}
    return ActionResult(kind=kind, mailbox="INBOX", destination="Archive", act_id=None, **told)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ActionKind)
def test_every_kind_of_act_has_its_words(kind: ActionKind) -> None:
    assert action_texts.preview_sentence(plan(kind)).startswith("3 messages will ")
    assert "3 messages" in action_texts.button_label(plan(kind))
    assert action_texts.result_sentence(done(kind)).startswith("1,200 messages ")


def test_every_caution_is_explained() -> None:
    told = action_texts.cautions(plan(ActionKind.MOVE, cautions=tuple(ActionWarning)))

    assert len(set(told)) == len(ActionWarning)
    assert not any("{" in each for each in told)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("{mailbox}", "{mailbox}"),
        ("{0.__class__}", "{0.__class__}"),
        ("x" * 500, f"\u2068{'x' * 80}…\u2069"),
        ("ארכיון", "\u2068ארכיון\u2069"),
    ],
)
def test_a_name_stands_in_a_sentence_as_it_is(name: str, shown: str) -> None:
    assert (
        action_texts.preview_sentence(plan(ActionKind.MOVE, to=name)) == f"3 messages will move from INBOX to {shown}."
    )


def test_what_could_not_be_done_is_said_too() -> None:
    assert action_texts.result_sentence(done(ActionKind.MOVE, gone=2)) == (
        "1,200 messages moved to Archive. 2 messages were not there any more."
    )
    assert action_texts.result_sentence(done(ActionKind.MOVE, done=0, gone=1)) == (
        "Nothing was changed. 1 message was not there any more."
    )
    assert "they stay in INBOX, marked as deleted" in action_texts.result_sentence(
        done(ActionKind.MOVE, left_marked=True)
    )
