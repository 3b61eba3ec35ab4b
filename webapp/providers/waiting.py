"""A credential type that waits for an administrator to set it up; it says so and makes no connection."""

from dataclasses import dataclass
from typing import Any

from webapp.models import Connection, CredentialType
from webapp.providers.provider import Kept, Provider, Target


@dataclass(frozen=True, kw_only=True)
class WaitingProvider(Provider):
    """A credential type without its OAuth client."""

    credential_type: CredentialType
    label: str
    tagline: str
    fields_template: str

    def is_ready(self) -> bool:
        """Say no: an administrator has to set it up first."""
        return False

    def typed(self, form: Any, saved: Connection | None, *, kept: Kept) -> Target | None:
        """Describe nothing."""
        return None

    def stored(self, connection: Connection) -> Target:
        """Refuse: there is no such connection."""
        raise LookupError(f"{self.label} is not set up")

    def store(self, connection: Connection, form: Any, target: Target) -> None:
        """Refuse: there is nothing to write."""
        raise LookupError(f"{self.label} is not set up")
