"""What went wrong, in the words of who said it: the input of a diagnosis. Knows no network and no web page."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from webapp.core.diagnosis.symptom import Symptom


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

    `text` holds the server's or the library's own words with secrets masked. `symptom` is what the portal itself
    established; what it weighs against any wording is decided in `observation_rules`. A text pasted by a person has
    none. Where a failure is stored as JSON, its symptom has the key "sign".
    """

    text: str
    stage: Stage | None = None
    provider: str | None = None
    symptom: Annotated[Symptom | None, Field(alias="sign"), BeforeValidator(Symptom.from_stored)] = None
