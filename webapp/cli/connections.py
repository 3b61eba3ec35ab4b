"""`connections add|list`: what scripts do with connections."""

import json
import re
import sys
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import MultiDict

from webapp.cli.decorators import with_portal
from webapp.config.app_state import current_settings
from webapp.models import Connection, CredentialType, Purpose, db
from webapp.models.connection import name_key
from webapp.services.accounts.one_time_links import link_path
from webapp.services.connections.consent_links import make_consent_link
from webapp.services.providers import PROVIDERS, ConnectionTarget
from webapp.services.providers.credentials import CredentialsForm
from webapp.services.providers.oauth.provider import OAuthProvider, mailbox_of

_SERVER = re.compile(r"(\[[^\]]*\]|[^:\[\]]*):([^:]*)(?::(tls|starttls|none))?", re.IGNORECASE)
_USUAL = {"143": "starttls"}

connections = AppGroup("connections", help="Make and list connections.")


@connections.command()
@click.option("--name", required=True)
@click.option("--address", required=True)
@click.option("--type", "kind", required=True, type=click.Choice(list(PROVIDERS)))
@click.option(
    "--server",
    default="",
    help="HOST:PORT[:tls|starttls|none]; without it the address must be of a well-known provider.",
)
@click.option("--user", default="", help="The user name where it is not the address; Outlook: the shared mailbox.")
@with_appcontext
@with_portal
def add(name: str, address: str, kind: str, server: str, user: str) -> None:
    """Add a connection: the password is read from standard input; OAuth2 prints a link for whoever signs in."""
    provider = PROVIDERS[CredentialType(kind)]
    if not provider.is_ready():
        raise click.ClickException(f"{provider.label} has to be set up by an administrator first")
    typed = {"name": name, "address": address, "user": user, "credential_type": kind, **_parse_server(server)}
    typed["shared_mailbox"] = user
    typed["password"] = "" if isinstance(provider, OAuthProvider) else _read_password()
    with current_app.test_request_context():
        form: Any = provider.form(formdata=MultiDict(typed), meta={"csrf": False})
        if isinstance(form, CredentialsForm):
            form.find_server()
        if not form.validate():
            raise click.ClickException("; ".join(f"{field}: {' '.join(words)}" for field, words in form.errors.items()))
        if isinstance(provider, OAuthProvider):
            target: ConnectionTarget | None = provider.target(None, mailbox_of(form))
        else:
            target = provider.target_from_form(form, None, kept=lambda server: "")
    if target is None:
        raise click.ClickException("the password is missing: give it on standard input")
    connection = Connection(
        name=form.name.data,
        name_key=name_key(form.name.data),
        address=form.address.data,
        credential_type=provider.credential_type,
    )
    db.session.add(connection)
    try:
        db.session.flush()
    except IntegrityError:
        raise click.ClickException(f"there is a connection called “{form.name.data}” already") from None
    provider.save_to(connection, form, target)
    link = _consent_link(connection) if isinstance(provider, OAuthProvider) else ""
    db.session.commit()
    click.echo(f"Added “{connection.name}”.")
    if link:
        click.echo(f"Anybody who is signed in here signs in for it with this link (works for 15 minutes):\n{link}")


@connections.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@with_appcontext
@with_portal
def list_(as_json: bool) -> None:
    """List the connections with what their last test said."""
    for connection in db.session.scalars(select(Connection).order_by(Connection.name_key)):
        row = {
            "name": connection.name,
            "address": connection.address,
            "type": connection.credential_type.value,
            "server": "{0.host}:{0.port}:{0.security.value}".format(
                PROVIDERS[connection.credential_type].server(connection)
            ),
            "state": connection.state.value,
            "last_test": connection.last_checked_at.isoformat() if connection.last_checked_at else None,
            "verdict": connection.last_verdict or None,
            "diagnosis": connection.last_problem or None,
        }
        if as_json:
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            click.echo(f"{row['name']}  {row['address']}  {connection.state.label}  {row['verdict'] or ''}".rstrip())


def _consent_link(connection: Connection) -> str:
    path = link_path(Purpose.CONSENT, make_consent_link(connection))
    return f"{current_settings().base_url}{path}"


def _parse_server(text: str) -> dict[str, str]:
    """Split HOST:PORT[:SECURITY]; an IPv6 address stands in brackets."""
    if not text:
        return {"port": "993", "security": "tls"}
    found = _SERVER.fullmatch(text)
    if found is None:
        raise click.BadParameter(
            "it is HOST:PORT or HOST:PORT:SECURITY with tls, starttls or none; an IPv6 address stands in brackets",
            param_hint="--server",
        )
    host, port, security = found.groups()
    return {"host": host, "port": port, "security": (security or _USUAL.get(port, "tls")).lower()}


def _read_password() -> str:
    """Read the password from standard input, its first line; ask for it where a person sits there."""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, err=True))
    try:
        return sys.stdin.buffer.readline().decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise click.ClickException("the password on standard input is not UTF-8") from None
