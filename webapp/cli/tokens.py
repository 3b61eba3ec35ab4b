"""`tokens`: API tokens, for scripts."""

import json

import click
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from webapp.cli.decorators import with_portal
from webapp.models import ApiToken, Connection, Scope, User, db
from webapp.models.connection import name_key
from webapp.security.input_validation import has_controls, normal_address, strip_and_compose
from webapp.services.accounts.api_tokens import make_token, revoke_token


def _validated_name(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """Ask of a name what the page asks."""
    name = strip_and_compose(value) or ""
    if not name or len(name) > 100 or has_controls(name):
        raise click.BadParameter("1 to 100 characters, without line breaks.")
    return name


tokens = AppGroup("tokens", help="Make, list and revoke API tokens.")


@tokens.command()
@click.argument("address")
@click.option("--name", required=True, callback=_validated_name, help="What it is for.")
@click.option(
    "--scope", "scopes", multiple=True, default=["read"], show_default=True,
    type=click.Choice([scope.value for scope in Scope]), help="What it may do; can be given several times.",
)  # fmt: skip
@click.option("--days", type=click.IntRange(1, 3650), help="How long it works; without, until it is revoked.")
@click.option("--connection", "names", multiple=True, help="Limit it to this connection; can be given several times.")
@with_appcontext
@with_portal
def create(address: str, name: str, scopes: tuple[str, ...], days: int | None, names: tuple[str, ...]) -> None:
    """Make a token for a person, and print it: it is shown nowhere else."""
    person = db.session.scalar(select(User).where(User.address == normal_address(address), User.active))
    if person is None:
        raise click.ClickException(f"nobody with the address {address} is active here")
    named = [_connection(each) for each in names]
    _, text = make_token(person, name, [Scope(scope) for scope in scopes], days=days, connections=named or None)
    db.session.commit()
    click.echo(text)


@tokens.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@with_appcontext
@with_portal
def list_(as_json: bool) -> None:
    """List the tokens, by their numbers."""
    query = select(ApiToken).order_by(ApiToken.id).options(selectinload(ApiToken.connections))
    for token in db.session.scalars(query):
        row = {
            "id": token.id,
            "name": token.name,
            "person": token.user.address,
            "scopes": token.scopes.split(),
            "connections": [connection.name for connection in token.connections] if token.limited else None,
            "expires_at": token.expires_at.isoformat() if token.expires_at else None,
            "last_used_at": token.last_used_at.isoformat() if token.last_used_at else None,
        }
        if as_json:
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            click.echo(f"{row['id']}\t{row['name']}\t{row['person']}\t{token.scopes}")


@tokens.command()
@click.argument("number", type=click.IntRange(1, 2**31 - 1))
@with_appcontext
@with_portal
def revoke(number: int) -> None:
    """End a token at once."""
    if not revoke_token(number):
        raise click.ClickException(f"there is no token {number}")
    click.echo("Revoked.")


def _connection(name: str) -> Connection:
    found = db.session.scalar(select(Connection).where(Connection.name_key == name_key(name)))
    if found is None:
        raise click.ClickException(f"there is no connection called “{name}”")
    return found
