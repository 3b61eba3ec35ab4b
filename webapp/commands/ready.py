"""What every command that uses the database does first."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click

from webapp.models import writes
from webapp.startup import StartupError, ensure_ready

P = ParamSpec("P")
R = TypeVar("R")


def with_portal(command: Callable[P, R]) -> Callable[P, R]:
    """Bring the portal up before the command, and end with a plain sentence where that fails."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            ensure_ready()
        except StartupError as error:
            raise click.ClickException(str(error)) from None
        writes.set(True)
        return command(*args, **kwargs)

    return run
