"""What goes over the API of acts on messages."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field

from webapp.core.imap.mailbox.message_commands import MessageSet
from webapp.services.mail_actions.history import PastAction
from webapp.services.mail_actions.service import ActionKind, ActionResult, ActionWarning, Preview
from webapp.web.api.message_refs import PATTERN, MailboxName, MessageRef
from webapp.web.api.problems import unprocessable
from webapp.web.api.schemas.common import MAX_ID, Schema
from webapp.web.api.schemas.mail import SummaryShape

Ref = Annotated[str, Field(pattern=PATTERN)]
FlagName = Literal["seen", "flagged", "answered"]

_EXAMPLE = ["SU5CT1g.1764338075.112"]


class ChosenShape(Schema):
    """Messages of one mailbox, by the `ref` that lists give; one that has become another message is left alone."""

    messages: list[Ref] = Field(
        min_length=1, max_length=500, description="References, all of one mailbox.", examples=[_EXAMPLE]
    )
    dry_run: bool = Field(False, description="Only say what would happen.")

    @property
    def chosen(self) -> MessageSet:
        """Return the messages; raise `ApiError` where they are of several mailboxes."""
        places = [MessageRef.of(ref) for ref in self.messages]
        wrong = next((number for number, place in enumerate(places) if place is None), None)
        if wrong is not None:
            raise unprocessable(f"messages.{wrong}: is no reference that a list has given.")
        known = {place for place in places if place is not None}
        where = {(place.mailbox, place.uid_validity) for place in known}
        if len(where) > 1:
            raise unprocessable("messages: are of several mailboxes, or of one before and after it was made anew.")
        if len({place.uid for place in known}) < len(known):
            raise unprocessable("messages: one is named twice, as two different ones.")
        ((mailbox, uid_validity),) = where
        return MessageSet(
            mailbox=mailbox, uid_validity=uid_validity, messages={place.uid: place.fingerprint for place in known}
        )


class FlagsShape(ChosenShape):
    """Which flags to set and which to take away."""

    add: list[FlagName] = Field(default_factory=list, max_length=3, examples=[["seen"]])
    remove: list[FlagName] = Field(default_factory=list, max_length=3, examples=[[]])


class ToShape(ChosenShape):
    """Where the messages are to go."""

    to: MailboxName = Field(description="A mailbox, as the list of mailboxes has it.", examples=["Archive"])


class DeleteShape(ChosenShape):
    """Whether the messages are to be gone for good."""

    permanently: bool = Field(False, description="Not to Trash, but for good, which cannot be undone.")


class ActResult(Schema):
    """What has been done, or what would be: of a dry run `done` is how many messages it would be done to.

    `to` is the mailbox in which the messages are now, empty where they went nowhere. `gone` are those that are not
    there any more, are other messages by now, or are in the hands of another act, which may take two minutes to give up
    those of a program that was killed. `act_id` is what undo takes, null where nothing can be undone. Where
    `remaining` is not 0, the time was over: ask once more.
    """

    dry_run: bool
    act: ActionKind | Literal["flags"]
    mailbox: str
    to: str
    done: int
    gone: list[str]
    remaining: int
    undoable: bool
    act_id: int | None
    cautions: list[ActionWarning]
    first: list[SummaryShape] = Field(description="Of a dry run: the newest ten messages that it is about.")

    @classmethod
    def planned(cls, plan: Preview, chosen: MessageSet, act: ActionKind | Literal["flags"]) -> Self:
        """Describe what would be done."""
        return cls(
            dry_run=True,
            act=act,
            mailbox=plan.mailbox,
            to=plan.destination,
            done=plan.total,
            gone=refs(chosen, plan.gone_uids),
            remaining=0,
            undoable=plan.undoable,
            act_id=None,
            cautions=list(plan.cautions),
            first=[SummaryShape.of(each, plan.mailbox, plan.uid_validity) for each in plan.first],
        )

    @classmethod
    def performed(cls, done: ActionResult, chosen: MessageSet | None = None) -> Self:
        """Describe what has been done; of what was undone no one chose the messages."""
        return cls(
            dry_run=False,
            act=done.kind,
            mailbox=done.mailbox,
            to=done.destination,
            done=done.done,
            gone=refs(chosen, done.gone_uids) if chosen else [],
            remaining=done.remaining,
            undoable=done.act_id is not None,
            act_id=done.act_id,
            cautions=[ActionWarning.LEFT_MARKED] if done.left_marked else [],
            first=[],
        )


def refs(chosen: MessageSet, uids: Iterable[int]) -> list[str]:
    """Return the references of some of the chosen messages."""
    known = chosen.messages
    return [MessageRef(chosen.mailbox, chosen.uid_validity, uid, known[uid]).ref for uid in uids]


class PastActShape(Schema):
    """An act of the last days; `done` of `total` messages, `finished` is false where it was interrupted."""

    id: int = Field(ge=1, le=MAX_ID)
    act: ActionKind
    mailbox: str
    to: str
    who: str
    at: datetime
    total: int
    done: int
    gone: int
    running: bool
    finished: bool
    undone: bool
    undoable: bool

    @classmethod
    def of(cls, act: PastAction) -> Self:
        """Describe an act."""
        same = cls.model_fields.keys() - {"act", "to"}
        return cls(act=act.kind, to=act.destination, **{name: getattr(act, name) for name in same})


class PastActs(Schema):
    """What took messages somewhere or removed them in the last seven days, the newest first.

    `next` is the cursor of the page after it, null on the last.
    """

    acts: list[PastActShape]
    next: str | None
