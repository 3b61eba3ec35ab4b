"""The documentation does not lie: every setting, command and problem is in it, and what it names exists."""

import re
from html import unescape
from pathlib import Path

import click
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import sign_in_as
from tests.layers import ROOMS
from tests.web.pages.help.crawling import Crawl, crawl_help
from webapp.config.settings import PREFIX
from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.core.diagnosis.codes import CODES
from webapp.core.diagnosis.problem import UNKNOWN
from webapp.models import User
from webapp.services.providers.settings import settings_class
from webapp.web.pages.help.guides import GUIDES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SERVER = (ROOT / "webapp" / "gunicorn_conf.py").read_text(encoding="utf-8")


@pytest.fixture
def database() -> str:
    return "sqlite"


def our_commands(app: Flask) -> list[tuple[str, click.Command]]:
    """Return the portal's own commands with their names, those of groups included."""
    found = []
    for name, command in app.cli.commands.items():
        if isinstance(command, click.Group):
            found += [(f"{name} {each}", member) for each, member in command.commands.items()]
        else:
            found.append((name, command))
    return [(name, command) for name, command in found if (command.callback.__module__ or "").startswith("webapp.")]


def test_every_setting_is_in_the_readme_and_says_what_it_is_for() -> None:
    rows = set(re.findall(rf"^\| `{PREFIX}(\w+)` \| \S.* \| \S.* \|$", README, re.MULTILINE))

    assert rows == {name.upper() for name in settings_class().model_fields}
    assert all(field.description for field in settings_class().model_fields.values())


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


@pytest.fixture
def crawl(client: FlaskClient) -> Crawl:
    return crawl_help(client)


def code_in(crawl: Crawl) -> set[str]:
    """Return what help writes as it is typed or read by machines."""
    return {unescape(code) for page in crawl.pages.values() for code in re.findall(r"<code>([^<]*)</code>", page)}


def test_every_problem_guide_and_code_is_reached_from_the_front_page_of_help(crawl: Crawl) -> None:
    wanted = {f"/help/problems/{slug}" for slug in PROBLEMS} | {f"/help/guides/{slug}" for slug in GUIDES}

    assert wanted - crawl.pages.keys() == set()
    assert {code.anchor for code in CODES if f'id="{code.anchor}"' not in crawl.pages["/help/codes"]} == set()


def test_every_link_in_help_leads_somewhere(client: FlaskClient, crawl: Crawl, administrator: User) -> None:
    sign_in_as(client, administrator)

    assert crawl.dead == []
    gone = {path: client.get(path, follow_redirects=True).status_code for path in crawl.elsewhere}
    assert {path for path, status in gone.items() if status != 200} == set()


def test_every_problem_has_its_page_with_cause_remedies_and_who_acts(client: FlaskClient) -> None:
    for slug, problem in PROBLEMS.items():
        page = client.get(f"/help/problems/{slug}").get_data(as_text=True)
        cause, remedies = (page.partition(f'<section class="{part}">')[2] for part in ("why", "remedies"))

        assert problem.verdict in unescape(page), slug
        assert re.search(r"<p>[^<]{20,}", cause), slug
        assert re.search(rf'<li><span class="who[^"]*">{problem.who.label}</span>', remedies), slug


def test_the_index_of_help_has_every_problem_but_the_unknown_one(client: FlaskClient) -> None:
    index = client.get("/help/").get_data(as_text=True)

    assert set(re.findall(r'href="/help/problems/([\w-]+)"', index)) == PROBLEMS.keys() - {UNKNOWN}


def test_every_setting_that_help_names_exists(crawl: Crawl) -> None:
    named = {name for page in crawl.pages.values() for name in re.findall(rf"\b{PREFIX}(\w+)", page)}
    ours = {name.upper() for name in settings_class().model_fields}
    of_the_server = set(re.findall(rf'"{PREFIX}(\w+)"', SERVER))

    assert len(named) > 10
    # One that ends in an underscore stands for all that begin so.
    whole = {name for name in named if not name.endswith("_")}
    assert {name.removesuffix("_FILE") for name in whole if name not in ours} - ours - of_the_server == set()
    assert {name for name in named - whole if not any(each.startswith(name) for each in ours)} == set()


def test_every_command_that_help_names_exists(app: Flask, crawl: Crawl) -> None:
    names = {name for name, _ in our_commands(app)}
    groups = {name.partition(" ")[0] for name in names if " " in name}
    typed = [code.removeprefix("flask --app wsgi ").split() for code in code_in(crawl)]
    named = {" ".join(words[:2]) for words in typed if words and words[0] in groups and len(words) > 1}

    assert named
    assert named - names == set()


def test_every_page_that_help_names_exists(app: Flask, crawl: Crawl) -> None:
    paths = {code for code in code_in(crawl) if re.fullmatch(r"/[a-z-]+(/[a-z-]*)*", code)}
    adapter = app.url_map.bind("localhost")
    of_machines = {path for path in paths if path.startswith("/etc/")}

    assert {path for path in paths - of_machines if not adapter.test(path, method="GET")} == set()


def test_every_file_the_readme_links_to_exists() -> None:
    linked = re.findall(r"\]\((?!http)([^)#]+)", README)

    assert linked
    assert [path for path in linked if not (ROOT / path).exists()] == []


def test_the_picture_of_the_layers_shows_each_room_in_its_order() -> None:
    picture = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("```mermaid")[2].partition("```")[0]
    shown = [name.strip() for line in picture.splitlines() if "---" in line for name in line.split("---")]

    assert [name.rstrip("_") if name == "web_" else name for name in shown] == [room.name for room in ROOMS]


def test_every_decision_is_numbered_and_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(path.name for path in folder.glob("[0-9]*.md"))
    listed = re.findall(r"\]\((\S+\.md)\)", (folder / "README.md").read_text(encoding="utf-8"))

    assert [int(name[:3]) for name in records] == list(range(1, len(records) + 1))
    assert listed == records


def test_every_command_for_debugging_exists(app: Flask) -> None:
    text = (ROOT / "docs" / "debugging.md").read_text(encoding="utf-8")

    for name, options in re.findall(r"flask --app wsgi (\w+)([^\n`]*)", text):
        command = app.cli.commands[name]
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"--[\w-]+", options)) <= known
