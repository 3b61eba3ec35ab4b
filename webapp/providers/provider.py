"""What a credential type has to offer: its words, its form, and how it gets into a mailbox."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length

from webapp.fields import clean, no_control_characters
from webapp.imap import Credential, ServerSettings
from webapp.models import Connection, CredentialType

Kept = Callable[[ServerSettings], str]
"""Gives the secret that was typed on an earlier page for exactly this server, or nothing."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a check needs: where to go, how to get in, and whose words to expect."""

    server: ServerSettings
    credential: Credential
    provider: str | None


class ConnectionForm(FlaskForm):  # type: ignore[misc]
    """What every connection has; a credential type adds its own fields."""

    name = StringField(
        "Connection name",
        filters=[clean],
        validators=[
            DataRequired("Give the connection a name."),
            Length(max=100, message="At most 100 characters."),
            no_control_characters,
        ],
    )
    address = StringField(
        "Email address",
        filters=[clean],
        validators=[
            DataRequired("Enter the mailbox's address."),
            Length(max=254, message="At most 254 characters."),
            no_control_characters,
        ],
    )
    credential_type = HiddenField()
    version = HiddenField()
    # Sealed by us: the typed password and the last test, so that neither is lost between two pages.
    carried = HiddenField()


class Provider(ABC):
    """One credential type."""

    credential_type: CredentialType
    label: str
    tagline: str
    fields_template: str
    form: type[ConnectionForm] = ConnectionForm

    @abstractmethod
    def is_ready(self) -> bool:
        """Say whether connections of this type can be made on this portal now."""

    @abstractmethod
    def typed(self, form: Any, saved: Connection | None, *, kept: Kept) -> Target | None:
        """Give what a valid form describes; None when its secret must be typed (again)."""

    @abstractmethod
    def stored(self, connection: Connection) -> Target:
        """Give what a saved connection describes; raise `SecretBoxError` when its secret cannot be opened."""

    @abstractmethod
    def store(self, connection: Connection, form: Any, target: Target) -> None:
        """Write what was typed into a connection that has its id."""
