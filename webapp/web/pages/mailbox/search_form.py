"""What the search form above the messages asks for; anything senseless in the address is left out."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from webapp.core.imap.mailbox.messages import SearchQuery
from webapp.security.input_validation import has_controls, strip_and_compose

_LONGEST = 200


@dataclass(frozen=True, kw_only=True)
class Search:
    """The fields of the form as they were filled in."""

    text: str = ""
    sender: str = ""
    recipient: str = ""
    subject: str = ""
    since: str = ""
    before: str = ""
    unread: bool = False
    attachments: bool = False

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Search":
        """Read them from a query string, or from a form that has carried them on."""
        since, before = given.get("since", ""), given.get("before", "")
        return cls(
            text=_words(given.get("text")),
            sender=_words(given.get("sender")),
            recipient=_words(given.get("recipient")),
            subject=_words(given.get("subject")),
            since=since if _day(since) else "",
            before=before if _day(before) else "",
            unread="unread" in given,
            attachments="attachments" in given,
        )

    @property
    def query(self) -> SearchQuery | None:
        """Return it as the server is asked; None where nothing is asked for."""
        if self == Search():
            return None
        return SearchQuery(
            text=self.text,
            sender=self.sender,
            recipient=self.recipient,
            subject=self.subject,
            since=_day(self.since),
            before=_day(self.before),
            unread=self.unread,
            attachments=self.attachments,
        )

    @property
    def refined(self) -> bool:
        """Return whether more than words is asked for."""
        return self not in (Search(), Search(text=self.text))

    @property
    def arguments(self) -> dict[str, Any]:
        """Return what an address has to hold so that it asks for the same."""
        filled = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: 1 if value is True else value for name, value in filled.items() if value}


@dataclass(frozen=True, kw_only=True)
class ListOrigin:
    """The page of a list that a person comes from, and goes back to: what was searched, and which page of it."""

    search: Search
    page: str

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "ListOrigin":
        """Read it from a query string, or from a form that has carried it on."""
        return cls(search=Search.of(given), page=given.get("page", "")[:_LONGEST])

    @property
    def arguments(self) -> dict[str, Any]:
        """Return what an address or a form has to hold so that it leads back there."""
        return self.search.arguments | ({"page": self.page} if self.page else {})


def _words(text: str | None) -> str:
    words = (strip_and_compose(text) or "")[:_LONGEST]
    return "" if has_controls(words) else words


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
