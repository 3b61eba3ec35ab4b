"""What went wrong, in the words of whoever said it: the input of a diagnosis. Knows no network and no web page."""

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """How far a connection had come when it failed."""

    AUTHORIZE = "authorize"
    TOKEN = "token"  # noqa: S105  (a stage, no secret)
    NETWORK = "network"
    TLS = "tls"
    GREETING = "greeting"
    AUTH = "auth"
    MAILBOX = "mailbox"


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One failure: the quoted text and the circumstances in which it was seen.

    `text` holds the server's or the library's own words with secrets masked. `sign` is a fact that the check itself
    established (see `webapp.imap.errors.Sign`) and outweighs any wording; a text pasted by somebody has none.
    """

    text: str
    stage: Stage | None = None
    provider: str | None = None
    sign: str | None = None
