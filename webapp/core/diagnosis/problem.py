"""The shape of a known problem and of the diagnosis that names it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from webapp.core.diagnosis.codes import Code

UNKNOWN = "unknown"


class Actor(StrEnum):
    """Who has to act first."""

    USER = "user"
    ADMIN = "admin"
    OPERATOR = "operator"
    WAIT = "wait"

    @property
    def label(self) -> str:
        """Return the name of the actor as the pages do."""
        return {"user": "You", "admin": "Mailbox administrator", "operator": "Portal operator", "wait": "Wait"}[self]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A problem a connection can have: one slug, one action by one party.

    `verdict` is the sentence a person would say first. `fields` are the names of the form fields it concerns, the one
    to mark first, and `hint` the words beside that one. Cause and remedies: `templates/help/problems/<slug>.html`.
    """

    slug: str
    verdict: str
    who: Actor
    fields: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """The problem a failure comes down to, the others its text would fit, and what decided.

    `problem` is the catalogue's, but for the actor and the sentence where the case itself knows better. `evidence` are
    the words of the text, `code` the row of the tables that they name, `observed` what the portal itself saw.
    """

    problem: Problem
    alternatives: tuple[str, ...] = ()
    evidence: str = ""
    code: "Code | None" = None
    observed: str = ""
