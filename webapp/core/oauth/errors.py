"""The one failure that leaves this package: what was said, what it means for a grant, and how far the sign-in had come.

OAuthFailure
├── Kind.ENDED      the grant is gone: only a person can renew it
├── Kind.LATER      network, overload or nonsense: the same request may succeed later
└── Kind.REFUSED    everything else, such as a wrong client secret
"""

from collections.abc import Iterable
from enum import StrEnum

from webapp.core.diagnosis.failure import Failure, Stage
from webapp.core.diagnosis.secret_masking import redact
from webapp.core.diagnosis.symptom import Symptom

_LONGEST = 1500


class FailureKind(StrEnum):
    """What a failure means for the grant that was used."""

    INVALID_GRANT = "ended"
    TEMPORARY = "later"
    REFUSED = "refused"


class OAuthError(Exception):
    """Any failure between the portal and a provider's OAuth endpoints.

    `text` quotes the other side or the library, on one line, without secrets; `error` is the code of RFC 6749, if one
    was given; `symptom` is what was established.
    """

    def __init__(
        self,
        text: str,
        *,
        kind: FailureKind = FailureKind.REFUSED,
        stage: Stage = Stage.TOKEN,
        symptom: Symptom | None = None,
        error: str = "",
        secrets: Iterable[str] = (),
    ) -> None:
        self.text = _quotable(text, secrets)
        super().__init__(self.text)
        self.kind = kind
        self.stage = stage
        self.symptom = symptom
        self.error = error

    def failure(self, provider: str | None) -> Failure:
        """Turn the failure into the input of a diagnosis."""
        return Failure(text=self.text, stage=self.stage, provider=provider, symptom=self.symptom)


def _quotable(text: str, secrets: Iterable[str]) -> str:
    """Mask before anything is cut off, or half a secret might be left at the end."""
    masked = redact(text, *secrets)
    plain = "".join(char if char.isprintable() else " " for char in masked)
    return " ".join(plain.split())[:_LONGEST]
