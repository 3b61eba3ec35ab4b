"""`users`: people, for scripts and for the person who is locked out."""

import json
import sys

import click
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict
from wtforms import Form

from webapp.cli.decorators import with_portal
from webapp.config.app_state import current_settings
from webapp.models import Purpose, Role, User, UserSession, db, new_token
from webapp.security.input_validation import normal_address, strip_and_compose
from webapp.security.password_hashing import hash_password
from webapp.services.accounts import one_time_links
from webapp.services.accounts import users as people
from webapp.services.accounts.password_rules import normal_password, password_fault
from webapp.web.forms import address_field, name_field


class _PersonForm(Form):
    """The rules of the pages, for what is typed here."""

    name = name_field()
    address = address_field()


users = AppGroup("users", help="Create, list and deactivate people.")


@users.command()
@click.argument("address")
@click.option("--name", required=True, help="The name to show.")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.MEMBER.value, show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; without, print a link.")
@with_appcontext
@with_portal
def create(address: str, name: str, role: str, password_stdin: bool) -> None:
    """Create a person; print the link by which they choose a password, unless one is given."""
    name, address = _validated(name, address)
    # Without a password, one that no one knows.
    hashed = hash_password(_read_password(name, address) if password_stdin else new_token())
    try:
        person = people.add_user(name=name, address=address, password_hash=hashed, role=Role(role))
    except people.AddressTakenError:
        raise click.ClickException(f"somebody with the address {address} is here already") from None
    link = None if password_stdin else _password_link(person)
    db.session.commit()
    click.echo(f"Created {name} <{address}>, {role}.")
    if link:
        click.echo(link)


@users.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@with_appcontext
@with_portal
def list_people(as_json: bool) -> None:
    """List everybody, by address."""
    seen = select(func.max(UserSession.last_seen_at)).where(UserSession.user_id == User.id).scalar_subquery()
    rows = [
        {
            "address": person.address,
            "name": person.name,
            "role": person.role.value,
            "state": "active" if person.active else "deactivated",
            "last_seen": moment.isoformat(timespec="seconds") if moment else None,
        }
        for person, moment in db.session.execute(select(User, seen).order_by(User.address))
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        click.echo("\t".join([row["address"] or "", row["name"] or "", row["role"] or "", row["state"] or ""]))


@users.command("new-password")
@click.argument("address")
@with_appcontext
@with_portal
def new_password(address: str) -> None:
    """Print a link by which a person chooses a new password."""
    person = _find(address)
    if not person.active:
        raise click.ClickException(f"{person.address} is deactivated")
    link = _password_link(person)
    db.session.commit()
    click.echo(link)


@users.command()
@click.argument("address")
@with_appcontext
@with_portal
def deactivate(address: str) -> None:
    """Keep a person out and sign them out everywhere."""
    person = _find(address)
    try:
        people.deactivate(person)
    except people.LastAdministratorError:
        raise click.ClickException(
            f"{person.address} is the last active administrator: first make another one"
        ) from None
    db.session.commit()
    click.echo(f"{person.address} is deactivated.")


def _validated(name: str, address: str) -> tuple[str, str]:
    form = _PersonForm(MultiDict({"name": name, "address": address}))
    if not form.validate():
        raise click.UsageError(
            "\n".join(f"{field.label.text}: {' '.join(field.errors)}" for field in form if field.errors)
        )
    return str(form.name.data), str(form.address.data)


def _read_password(name: str, address: str) -> str:
    try:
        typed = sys.stdin.buffer.read(64 * 1024).decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise click.ClickException("the password on standard input is not UTF-8") from None
    password = normal_password(typed) or ""
    if fault := password_fault(password, [name, address]):
        raise click.ClickException(f"this password will not do: {fault}")
    return password


def _find(address: str) -> User:
    person = people.find_user(normal_address(strip_and_compose(address) or ""))
    if person is None:
        raise click.ClickException(f"nobody here has the address {address!r}")
    return person


def _password_link(person: User) -> str:
    _, token = one_time_links.make_link(Purpose.PASSWORD, user=person)
    kind = one_time_links.LINK_KINDS[Purpose.PASSWORD]
    path = one_time_links.link_path(Purpose.PASSWORD, token)
    return f"A password is chosen here (works once, within {kind.valid_words}):\n{current_settings().base_url}{path}"
