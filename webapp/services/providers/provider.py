"""What a credential type has to offer: its words, its form, and how it gets into a mailbox."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, ValidationError
from wtforms.validators import DataRequired, Length

from webapp.core.imap import Credential, CredentialSource, ServerSettings
from webapp.models import Connection, CredentialType
from webapp.security.input_validation import has_controls, no_control_characters, strip_and_compose

RememberedSecret = Callable[[ServerSettings], str]
"""Gives the secret that was typed on an earlier page for exactly this server, or nothing."""


@dataclass(frozen=True, kw_only=True)
class ConnectionTarget:
    """What a check needs: where to go, how to get in, and whose words to expect.

    `proof` tells two ways in apart: the password, or the number of the grant. `facts` are what a problem page may fill
    in about the provider, collected only where there is a problem.
    """

    server: ServerSettings
    credential: Credential | CredentialSource
    provider: str | None
    secret_fingerprint: str = field(repr=False)
    facts: Callable[[], Mapping[str, str]] = field(default=dict, repr=False, compare=False)


class ConnectionForm(FlaskForm):  # type: ignore[misc]
    """What every connection has; a credential type adds its own fields."""

    name = StringField(
        "Connection name",
        filters=[strip_and_compose],
        validators=[
            DataRequired("Give the connection a name."),
            Length(max=100, message="At most 100 characters."),
            no_control_characters,
        ],
    )
    address = StringField(
        "Email address",
        filters=[strip_and_compose],
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

    def validate_address(self, field: Any) -> None:
        """Accept what can be an address; internal domains included."""
        try:
            validate_email(field.data, check_deliverability=False, test_environment=True, allow_smtputf8=True)
        except EmailNotValidError:
            if not is_internal_address(field.data):
                raise ValidationError("This is not an email address, as in ann@example.com.") from None


def is_internal_address(address: str) -> bool:
    """Return whether an address has the shape of one inside a company: something@name, without blanks."""
    local, _, domain = address.rpartition("@")
    return bool(local and domain) and not any(c.isspace() or c in '<>"(),;' for c in address) and "@" not in local


def normalized_address_or_empty(text: str | None) -> str:
    """Return an address as it was typed, where it can be one."""
    address = strip_and_compose(text) or ""
    fits = len(address) <= 254 and is_internal_address(address) and not has_controls(address)
    return address if fits else ""


class Provider(ABC):
    """One credential type; `guide` is the slug of the help page that walks through it."""

    credential_type: CredentialType
    label: str
    tagline: str
    guide: str
    fields_template: str
    settings_template: str
    form: type[ConnectionForm] = ConnectionForm

    @property
    def provider_key(self) -> str | None:
        """Return the name of the provider whose words its failures are in, where it is always the same one."""
        return None

    @abstractmethod
    def is_ready(self) -> bool:
        """Return whether connections of this type can be made on this portal now."""

    @abstractmethod
    def target_from_form(
        self, form: Any, saved: Connection | None, *, kept: RememberedSecret
    ) -> ConnectionTarget | None:
        """Return what a valid form describes; None when its secret must be typed (again)."""

    @abstractmethod
    def missing_field(self, form: Any, saved: Connection | None) -> tuple[str, str]:
        """Return the name of the field to fix where `typed` gave nothing, and the words beside it."""

    @abstractmethod
    def server(self, connection: Connection) -> ServerSettings:
        """Return the IMAP server of a saved connection."""

    def facts(self, connection: Connection) -> Mapping[str, str]:
        """Collect what a problem page may fill in about a saved connection beyond its server."""
        return {}

    @abstractmethod
    def target_from_record(self, connection: Connection) -> ConnectionTarget:
        """Return what a saved connection describes; raise `SecretBoxError` when its secret cannot be opened."""

    @abstractmethod
    def save_to(self, connection: Connection, form: Any, target: ConnectionTarget) -> None:
        """Write what was typed into a connection that has its id."""
