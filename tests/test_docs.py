"""The documentation does not lie: every setting, command and problem is in it."""

import re
from pathlib import Path

import click
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import sign_in_as
from webapp.diagnosis.catalogue import PROBLEMS
from webapp.diagnosis.problem import UNKNOWN
from webapp.models import User
from webapp.settings import PREFIX, Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def database() -> str:
    return "sqlite"


def our_commands(app: Flask) -> list[tuple[str, click.Command]]:
    """Give the portal's own commands with their names, those of groups included."""
    found = []
    for name, command in app.cli.commands.items():
        if isinstance(command, click.Group):
            found += [(f"{name} {each}", member) for each, member in command.commands.items()]
        else:
            found.append((name, command))
    return [(name, command) for name, command in found if (command.callback.__module__ or "").startswith("webapp.")]


def test_every_setting_is_in_the_readme_and_says_what_it_is_for() -> None:
    rows = set(re.findall(rf"^\| `{PREFIX}(\w+)` \| \S.* \| \S.* \|$", README, re.MULTILINE))

    assert rows == {name.upper() for name in Settings.model_fields}
    assert all(field.description for field in Settings.model_fields.values())


def test_every_command_is_in_the_readme_and_explains_itself(app: Flask) -> None:
    commands = our_commands(app)

    assert len(commands) > 5
    assert [name for name, _ in commands if f"`{name}" not in README] == []
    assert [name for name, command in commands if not command.help] == []


def test_every_option_of_a_command_explains_itself_or_is_in_the_readme(app: Flask) -> None:
    options = [
        (name, option.opts[0])
        for name, command in our_commands(app)
        for option in command.params
        if isinstance(option, click.Option) and not option.help
    ]

    assert [found for found in options if found[1] not in README] == []


def test_every_problem_has_its_page_and_is_in_the_index_of_help(client: FlaskClient, member: User) -> None:
    sign_in_as(client, member)

    index = client.get("/help/").get_data(as_text=True)

    assert set(re.findall(r'href="/help/problems/([\w-]+)"', index)) == PROBLEMS.keys() - {UNKNOWN}
    for slug, problem in PROBLEMS.items():
        page = client.get(f"/help/problems/{slug}")
        assert page.status_code == 200
        assert problem.verdict in page.get_data(as_text=True).replace("&#39;", "'")


def test_every_file_the_readme_links_to_exists() -> None:
    linked = re.findall(r"\]\((?!http)([^)#]+)", README)

    assert linked
    assert [path for path in linked if not (ROOT / path).exists()] == []
