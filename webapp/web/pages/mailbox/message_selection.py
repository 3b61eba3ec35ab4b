"""What a person has chosen on a page of messages: some of them, or all; the forms carry it from step to step."""

import re
from dataclasses import dataclass
from typing import Any

from flask import abort, url_for
from werkzeug.datastructures import MultiDict

from webapp.core.imap.mailbox.message_commands import MessageSet
from webapp.core.phrases import plural
from webapp.services.mail_actions.service import ActionKind, ActionRequest, SearchSelection
from webapp.web.mailbox_slug import decode_mailbox_name, encode_mailbox_name
from webapp.web.pages.mailbox.search_form import ListOrigin

_MESSAGE = re.compile(r"([1-9][0-9]{0,9})\.([A-Za-z0-9_-]{0,12})")
_VALIDITY = re.compile(r"[0-9]{1,10}")
_LARGEST = 2**32 - 1


@dataclass(frozen=True, kw_only=True)
class MessageSelection:
    """What shall be done with which messages, and the page of the list, or the one message, they were chosen on."""

    kind: ActionKind
    what: MessageSet | SearchSelection
    destination: str
    origin: ListOrigin
    alone: bool

    @classmethod
    def of(cls, mailbox: str, form: MultiDict[str, str]) -> "MessageSelection":
        """Read a form; what no page of the portal can have sent is answered with 400."""
        validity = form.get("validity", "")
        if form.get("kind") not in list(ActionKind) or not _VALIDITY.fullmatch(validity) or int(validity) > _LARGEST:
            abort(400)
        origin = ListOrigin.of(form)
        what: MessageSet | SearchSelection
        if "all" in form:
            digest = form.get("digest", "")[:200]
            what = SearchSelection(
                mailbox=mailbox, uid_validity=int(validity), query=origin.search.query, digest=digest
            )
        else:
            what = MessageSet(mailbox=mailbox, uid_validity=int(validity), messages=_messages(form.getlist("m")))
        return cls(
            kind=ActionKind(form["kind"]),
            what=what,
            destination=_destination(form.get("destination", "")),
            origin=origin,
            alone="alone" in form,
        )

    @property
    def is_empty(self) -> bool:
        """Return whether nothing is chosen."""
        return isinstance(self.what, MessageSet) and not self.what.messages

    @property
    def count_phrase(self) -> str:
        """Return how many messages are chosen, as far as the form tells."""
        if isinstance(self.what, MessageSet):
            return plural(len(self.what.messages), "message")
        return "all messages found" if self.what.query else "all messages"

    @property
    def action_request(self) -> ActionRequest:
        """Return it as the service wants it."""
        return ActionRequest(kind=self.kind, what=self.what, destination=self.destination)

    @property
    def destination_ref(self) -> str:
        """Return the destination as forms carry it."""
        return encode_mailbox_name(self.destination) if self.destination else ""

    def hidden_fields(self, digest: str = "") -> list[tuple[str, Any]]:
        """Return the fields of a form that goes on with the same messages, but for what is done with them and where."""
        fields: list[tuple[str, Any]] = [("validity", self.what.uid_validity), *self.origin.arguments.items()]
        fields += [("alone", 1)] if self.alone else []
        if isinstance(self.what, SearchSelection):
            return [*fields, ("all", 1), ("digest", digest or self.what.digest)]
        return fields + [("m", f"{uid}.{fingerprint}") for uid, fingerprint in self.what.messages.items()]

    def back_url(self, connection_id: int, *, stays: bool = True) -> str:
        """Lead to where it was chosen; to the list of messages where the one message does not stay where it is."""
        place = {"connection_id": connection_id, "ref": encode_mailbox_name(self.what.mailbox), **self.origin.arguments}
        if self.alone and stays and isinstance(self.what, MessageSet) and len(self.what.messages) == 1:
            (uid,) = self.what.messages
            return url_for("mailboxes.message", uid_validity=self.what.uid_validity, uid=uid, **place)
        return url_for("mailboxes.mailbox", **place)


def _messages(values: list[str]) -> dict[int, str | None]:
    messages: dict[int, str | None] = {}
    for value in values:
        found = _MESSAGE.fullmatch(value)
        if not found or int(found[1]) > _LARGEST:
            abort(400)
        messages[int(found[1])] = found[2]
    return messages


def _destination(ref: str) -> str:
    if not ref:
        return ""
    return decode_mailbox_name(ref) or abort(400)
