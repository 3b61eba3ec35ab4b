"""OAuth failures on their way into the database and back."""

import json

from webapp.core.diagnosis.failure import Stage
from webapp.core.oauth.errors import Kind, OAuthFailure


def failure_json(failure: OAuthFailure, note: str = "") -> str:
    """Write a failure as JSON; its text is masked already."""
    return json.dumps(
        {
            "text": failure.text + note,
            "kind": failure.kind.value,
            "stage": failure.stage.value,
            "sign": failure.sign,
        }
    )


def failure_from_json(text: str) -> OAuthFailure:
    """Read a failure from JSON."""
    body = json.loads(text)
    return OAuthFailure(body["text"], kind=Kind(body["kind"]), stage=Stage(body["stage"]), sign=body["sign"])
