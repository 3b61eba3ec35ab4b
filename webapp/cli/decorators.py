"""What every command that uses the database does first."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click

from webapp.models import writes
from webapp.setup.startup import StartupError, ensure_ready

P = ParamSpec("P")
R = TypeVar("R")


def with_portal(command: Callable[P, R]) -> Callable[P, R]:
    """Check that what was typed is text and bring the portal up, and end with a plain sentence where that fails."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        _require_text(click.get_current_context())
        try:
            ensure_ready()
        except StartupError as error:
            raise click.ClickException(str(error)) from None
        writes.set(True)
        return command(*args, **kwargs)

    return run


def _require_text(context: click.Context) -> None:
    """Refuse what is not UTF-8, which neither the database nor a line of JSON could hold."""
    for parameter in context.command.params:
        given = context.params.get(parameter.name or "")
        try:
            "".join(map(str, given if isinstance(given, tuple) else (given,))).encode()
        except UnicodeEncodeError:
            raise click.BadParameter("it is not UTF-8.", context, parameter) from None
