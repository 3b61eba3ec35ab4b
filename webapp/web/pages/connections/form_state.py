"""What is carried from one page of a form to the next, sealed for one person: the typed password and the last test.

A password is never sent back in clear; without this, a page that returns with an error would have lost it.
"""

import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field

from webapp.config.app_state import SecretBoxError, secret_box
from webapp.core.imap import Report, Security, ServerSettings
from webapp.services.connections.checks import report_from_json, report_json

_LIFETIME = 3600


@dataclass(frozen=True, kw_only=True)
class FormState:
    """A typed secret, the server it was typed for, and the report of its test."""

    server: ServerSettings | None = None
    secret: str = field(default="", repr=False)
    report: Report | None = None

    def secret_for(self, server: ServerSettings) -> str:
        """Return the secret, but only for the server it was typed for."""
        return self.secret if self.server == server else ""

    def report_for(self, server: ServerSettings, secret: str) -> Report | None:
        """Return the report, but only if exactly this was tested."""
        same = self.server == server and hmac.compare_digest(_digest(self.secret), _digest(secret))
        return self.report if same else None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def sign_state(carried: FormState, user_id: int) -> str:
    """Seal it for one person and one hour."""
    server = carried.server
    body = {
        "until": time.time() + _LIFETIME,
        "server": [server.host, server.port, server.security.value, server.user] if server else None,
        "secret": carried.secret,
        "report": report_json(carried.report) if carried.report else None,
    }
    return secret_box().encrypt(json.dumps(body), "carried", user_id)


def load_state(sealed: str, user_id: int) -> FormState:
    """Open it; what is forged, another person's or too old carries nothing."""
    if not sealed:
        return FormState()
    try:
        body = json.loads(secret_box().decrypt(sealed, "carried", user_id))
    except SecretBoxError:
        return FormState()
    if body["until"] < time.time() or body["server"] is None:
        return FormState()
    host, port, security, user = body["server"]
    return FormState(
        server=ServerSettings(host=host, port=port, security=Security(security), user=user),
        secret=body["secret"],
        report=report_from_json(body["report"]) if body["report"] else None,
    )
