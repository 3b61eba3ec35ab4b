"""The commands of the portal as a guide lists them: read from their definition, so that none is missing or made up."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import click
from flask import current_app

_STATUS = re.compile(r"^ +(\d)  (.+)$", re.MULTILINE)


class CommandRow(NamedTuple):
    """One command: how it is typed, without its options, and what it does."""

    usage: str
    meaning: str


def command_rows() -> tuple[CommandRow, ...]:
    """Return our own commands by name, those of Flask and its extensions left out."""
    return tuple(
        CommandRow(" ".join((name, *_arguments(command))), (command.help or "").partition("\n")[0])
        for name, command in _display_name(current_app.cli)
        if (command.callback.__module__ or "").startswith("webapp.")
    )


class ExitRow(NamedTuple):
    """An exit status, and what it means."""

    status: str
    meaning: str


def exit_rows() -> tuple[ExitRow, ...]:
    """Return the exit statuses of the commands that a scheduler runs, as their own help lists them."""
    epilogs = {command.epilog for _, command in _display_name(current_app.cli) if command.epilog}
    return tuple(ExitRow(*found) for epilog in epilogs for found in _STATUS.findall(epilog))


def _display_name(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from _display_name(command, f"{before}{name} ")
        else:
            yield before + name, command


def _arguments(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            name = (parameter.name or "").upper()
            yield name if parameter.required else f"[{name}]"
