"""The commands of the portal as a guide lists them: read from their definition, so that none is missing or made up."""

from collections.abc import Iterator
from typing import NamedTuple

import click
from flask import current_app


class CommandRow(NamedTuple):
    """One command: how it is typed, without its options, and what it does."""

    usage: str
    meaning: str


def command_rows() -> tuple[CommandRow, ...]:
    """Give our own commands by name, those of Flask and its extensions left out."""
    return tuple(
        CommandRow(" ".join((name, *_arguments(command))), (command.help or "").partition("\n")[0])
        for name, command in _named(current_app.cli)
        if (command.callback.__module__ or "").startswith("webapp.")
    )


def _named(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from _named(command, f"{before}{name} ")
        else:
            yield before + name, command


def _arguments(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            name = (parameter.name or "").upper()
            yield name if parameter.required else f"[{name}]"
