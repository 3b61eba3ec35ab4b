"""Credentials: any IMAP server with a user name and a password."""

from typing import Any

from wtforms import HiddenField, IntegerField, PasswordField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, NumberRange

from webapp.config.app_state import secret_box
from webapp.core.imap import Password, Security, ServerSettings
from webapp.models import Connection, CredentialType
from webapp.security.input_validation import no_control_characters, strip_and_compose
from webapp.services.providers.hostname import HostnameError, parse_hostname
from webapp.services.providers.known_servers import find_by_address, find_by_host
from webapp.services.providers.provider import ConnectionForm, ConnectionTarget, Provider, RememberedSecret

CREDENTIALS = CredentialType("credentials")
_WHOLE_NUMBER = "Enter a number from 1 to 65535, usually 993."


class CredentialsForm(ConnectionForm):
    """Password and server; an empty server is found from the address where it is a well-known one."""

    password = PasswordField("Password", validators=[Length(max=1000, message="At most 1000 characters.")])
    host = StringField("IMAP server", filters=[strip_and_compose], validators=[no_control_characters])
    port = IntegerField(
        "Port", default=993, validators=[InputRequired(_WHOLE_NUMBER), NumberRange(1, 65535, _WHOLE_NUMBER)]
    )
    security = SelectField("Security", choices=[SelectChoice(s.value, s.label) for s in Security], default="tls")
    # The server that was filled in for the address: it goes where the address goes.
    found_host = HiddenField()
    user = StringField(
        "User name",
        filters=[strip_and_compose],
        validators=[Length(max=254, message="At most 254 characters."), no_control_characters],
    )

    def validate_host(self, field: Any) -> None:
        """Accept a host name or an IP address, nothing around it."""
        if not field.data:
            raise ValidationError("Enter the name of the IMAP server, as in imap.example.com.")
        try:
            field.data = parse_hostname(field.data)
        except HostnameError as error:
            raise ValidationError(str(error)) from None

    def validate_password(self, field: Any) -> None:
        """Refuse what IMAP cannot carry."""
        if any(character in field.data for character in "\0\r\n"):
            raise ValidationError(
                "A password cannot contain line breaks or NUL. Type it by hand instead of pasting it."
            )

    def find_server(self) -> None:
        """Fill in a well-known provider's server where none was typed; take it out again with the address."""
        known = find_by_address(self.address.data or "")
        if self.host.data and self.host.data != self.found_host.data:
            return
        host, port, security = (
            (known.host, known.port, known.security) if known else ("", self.port.data, self.security.data)
        )
        if known or self.host.data:
            self.host.data, self.port.data, self.security.data = host, port, str(security)
            # WTForms shows a number as the browser sent it.
            self.port.raw_data, self.port.process_errors = [str(port)], []


class CredentialsProvider(Provider):
    """Any IMAP server, with a password."""

    credential_type = CREDENTIALS
    label = "Credentials"
    tagline = "Any IMAP server"
    guide = "credentials"
    fields_template = "connections/_fields_credentials.html"
    settings_template = "connections/_settings_credentials.html"
    form = CredentialsForm

    def is_ready(self) -> bool:
        """Say yes: nothing has to be set up."""
        return True

    def target_from_form(
        self, form: Any, saved: Connection | None, *, kept: RememberedSecret
    ) -> ConnectionTarget | None:
        """Return what the form describes; None when the password must be typed.

        A stored password goes only to the server it was typed for: anything else asks for it again.
        """
        server = ServerSettings(
            host=form.host.data or "",
            port=form.port.data or 0,
            security=Security(form.security.data),
            user=form.user.data or default_user(form.host.data or "", form.address.data or ""),
        )
        password = form.password.data or kept(server)
        if not password and saved is not None and saved.sealed_password and self.server(saved) == server:
            password = self._open(saved)
        return self._target(server, password) if password else None

    def missing_field(self, form: Any, saved: Connection | None) -> tuple[str, str]:
        """Ask for the password."""
        if saved is None:
            return "password", "Enter the password."
        return (
            "password",
            "Enter the password again: it goes only to the server it was typed for, and that has changed.",
        )

    def server(self, connection: Connection) -> ServerSettings:
        """Return the IMAP server of a saved connection."""
        return ServerSettings(
            host=connection.host, port=connection.port, security=Security(connection.security), user=connection.user
        )

    def target_from_record(self, connection: Connection) -> ConnectionTarget:
        """Return what a saved connection describes."""
        return self._target(self.server(connection), self._open(connection))

    def save_to(self, connection: Connection, form: Any, target: ConnectionTarget) -> None:
        """Write server and sealed password into a connection that has its id."""
        server = target.server
        connection.host, connection.port, connection.security = server.host, server.port, server.security.value
        connection.user, connection.grant_id = server.user, None
        connection.sealed_password = secret_box().encrypt(target.secret_fingerprint, *_place(connection))

    @staticmethod
    def _target(server: ServerSettings, password: str) -> ConnectionTarget:
        known = find_by_host(server.host)
        return ConnectionTarget(
            server=server,
            credential=Password(password),
            provider=known.key if known else None,
            secret_fingerprint=password,
        )

    @staticmethod
    def _open(connection: Connection) -> str:
        return secret_box().decrypt(connection.sealed_password, *_place(connection))


def default_user(host: str, address: str) -> str:
    """Return the user name a server wants where none was typed: the address, or the part before the @."""
    known = find_by_host(host)
    return known.user_for(address) if known else address


def _place(connection: Connection) -> tuple[object, ...]:
    return ("connection", connection.id, "sealed_password")
