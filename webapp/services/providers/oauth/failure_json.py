"""OAuth failures on their way into the database and back."""

import json

from webapp.core.diagnosis.failure import Stage
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.oauth.errors import FailureKind, OAuthError


def failure_json(failure: OAuthError, note: str = "") -> str:
    """Write a failure as JSON; its text is masked already."""
    return json.dumps(
        {
            "text": failure.text + note,
            "kind": failure.kind.value,
            "stage": failure.stage.value,
            "sign": failure.symptom,
        }
    )


def failure_from_json(text: str) -> OAuthError:
    """Read a failure from JSON."""
    body = json.loads(text)
    return OAuthError(
        body["text"],
        kind=FailureKind(body["kind"]),
        stage=Stage(body["stage"]),
        symptom=Symptom.from_stored(body["sign"]),
    )
