"""`prepare`: what a release runs before the web processes start."""

import click
from flask import current_app
from flask.cli import with_appcontext

from webapp.config.app_state import current_settings
from webapp.services.accounts.one_time_links import set_up_link
from webapp.setup.startup import StartupError, ensure_ready


@click.command()
@with_appcontext
def prepare() -> None:
    """Create or upgrade the database and print the set-up link of a new portal."""
    try:
        ensure_ready()
    except StartupError as error:
        raise click.ClickException(str(error)) from None
    announce()


def announce() -> None:
    """Print the way in for the person who started the portal: set-up on the first run, practice where it is on."""
    base = current_settings().base_url
    practice = current_app.extensions.get("postroom.practice")
    if practice is not None:
        click.echo(f"\n  Practice mode. Step in as a ready administrator:\n  {base}{practice.sign_in_link()}\n")
    elif (path := set_up_link()) is not None:
        click.echo(
            f"\n  This portal is new. Create its first administrator with this link (works once):\n  {base}{path}\n"
        )
