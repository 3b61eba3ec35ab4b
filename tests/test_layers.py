"""Imports go one way: pages, then providers, then the core. What this file says is the architecture."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FRAMEWORKS = ("flask", "flask_login", "flask_limiter", "flask_migrate", "flask_sqlalchemy", "flask_wtf", "werkzeug")
DATABASE = ("sqlalchemy", "alembic")
PAGES = ("accounts", "admin", "api", "connections", "handoff", "help", "mailboxes", "practice")


def of_portal(*names: str) -> tuple[str, ...]:
    return tuple(f"webapp.{name}" for name in names)


@dataclass(frozen=True)
class Arrow:
    """What modules inside some packages never import, but for the exceptions."""

    inside: tuple[str, ...]
    never: tuple[str, ...]
    but: tuple[str, ...] = ()


CORE = of_portal("imap", "diagnosis", "mail", "oauth")
ARROWS = (
    Arrow(CORE, (*FRAMEWORKS, *DATABASE, "wtforms", "jinja2", "markupsafe", "click", "webapp"), but=CORE),
    Arrow(
        ("webapp.core.diagnosis",), ("socket", "ssl", "imaplib", "imapclient", "webapp.core.imap", "webapp.core.oauth")
    ),
    Arrow(("webapp.core.mime",), ("socket", "ssl", "imaplib", "imapclient", *of_portal("imap", "diagnosis", "oauth"))),
    Arrow(("webapp.core.imap",), ("webapp.core.oauth",)),
    Arrow(("webapp.core.oauth",), ("webapp.core.imap", "authlib.jose", "authlib.integrations.flask_client")),
    Arrow(of_portal("models"), of_portal(*PAGES, "commands", "pulling", "providers", "security", "imap", "diagnosis")),
    Arrow(of_portal("security"), of_portal(*PAGES, "commands", "pulling", "providers")),
    Arrow(of_portal("providers"), of_portal(*PAGES, "commands", "pulling", "acts")),
    Arrow(of_portal("acts"), (*FRAMEWORKS, *of_portal(*PAGES, "commands", "pulling"))),
    Arrow(of_portal(*PAGES, "acts", "commands", "pulling"), ("imaplib", "imapclient")),
    Arrow(of_portal("pulling"), of_portal("commands", "api", "practice")),
    Arrow(of_portal(*PAGES), of_portal("pulling")),
    Arrow(of_portal("accounts", "admin", "connections", "help", "mailboxes", "commands"), of_portal("practice")),
    Arrow(of_portal("accounts", "admin", "connections", "help", "mailboxes", "practice"), of_portal("commands")),
    # Up to Python 3.11 it holds one lock for all threads: one that waits for the database inside would keep out the
    # very thread that has it. Werkzeug's has no lock.
    Arrow(("webapp",), ("functools.cached_property",)),
)


def within(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def modules(root: Path) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((root / "webapp").rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        yield ".".join(parts), ast.parse(path.read_text(encoding="utf-8"))


def imports(module: str, tree: ast.Module) -> Iterator[str]:
    """Give what a module imports, wherever in it; a name imported from a package may be a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            here = module.split(".")[: -node.level] if node.level else []
            source = ".".join((*here, *filter(None, [node.module])))
            yield source
            yield from (f"{source}.{alias.name}" for alias in node.names)


def is_view(node: ast.AST) -> bool:
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
    called = [each.func for each in decorators if isinstance(each, ast.Call)]
    return any(isinstance(each, ast.Attribute) and each.attr in ("get", "post", "route") for each in called)


def violations(root: Path) -> set[tuple[str, str]]:
    """Give every import against an arrow."""
    return {
        (module, imported)
        for module, tree in modules(root)
        for imported in imports(module, tree)
        for arrow in ARROWS
        if within(module, arrow.inside) and within(imported, arrow.never) and not within(imported, arrow.but)
    }


def views_of_others(root: Path) -> set[tuple[str, str]]:
    """Give every import of a page's views by another page."""
    trees = dict(modules(root))
    views = tuple(module for module, tree in trees.items() if any(map(is_view, ast.walk(tree))))
    return {
        (module, imported)
        for module, tree in trees.items()
        for imported in imports(module, tree)
        if within(imported, views) and module.count(".") > 1 and module.split(".")[1] != imported.split(".")[1]
    }


def test_every_import_follows_the_arrows() -> None:
    assert violations(ROOT) == set()


def test_no_page_imports_the_views_of_another() -> None:
    assert views_of_others(ROOT) == set()


@pytest.mark.parametrize(
    ("place", "line", "imported"),
    [
        ("imap/check.py", "from flask import current_app", "flask"),
        ("imap/check.py", "import sqlalchemy.orm", "sqlalchemy.orm"),
        ("imap/check.py", "from webapp import vault", "webapp.config.app_state"),
        ("imap/check.py", "from .. import settings", "webapp.config.settings"),
        ("imap/check.py", "def f():\n    from webapp.models import User", "webapp.models"),
        ("diagnosis/rules/login.py", "from webapp.core.imap import Sign", "webapp.core.imap"),
        ("oauth/client.py", "from flask import session", "flask"),
        ("oauth/keys.py", "from sqlalchemy import select", "sqlalchemy"),
        ("oauth/http.py", "from webapp.core.net.resolver import resolve", "webapp.core.net.resolver"),
        ("oauth/check.py", "from webapp.services.providers import PROVIDERS", "webapp.services.providers"),
        ("models/user.py", "from webapp.services.providers import PROVIDERS", "webapp.services.providers"),
        ("security/limits.py", "from webapp.services.accounts import people", "webapp.services.accounts"),
        (
            "providers/gmail.py",
            "from webapp.services.connections.check_result import Verdict",
            "webapp.services.connections.check_result",
        ),
        ("handoff/standing.py", "from functools import cached_property", "functools.cached_property"),
        ("help/views.py", "if True:\n    import webapp.practice.practice_mode", "webapp.practice.practice_mode"),
    ],
)
def test_an_import_against_the_arrows_is_found(tmp_path: Path, place: str, line: str, imported: str) -> None:
    path = tmp_path / "webapp" / place
    path.parent.mkdir(parents=True)
    path.write_text(line)

    found = violations(tmp_path)

    assert imported in {imported for _, imported in found}


def test_an_import_of_the_views_of_another_page_is_found(tmp_path: Path) -> None:
    for page, text in {
        "admin/people.py": "@admin.post('/')\ndef index(): ...",
        "help/index.py": "from webapp.web.pages.admin.people import index",
        "blueprints.py": "from webapp.web.pages.admin.people import index",
    }.items():
        (tmp_path / "webapp" / page).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "webapp" / page).write_text(text)

    found = views_of_others(tmp_path)

    assert {module for module, _ in found} == {"webapp.web.pages.help.index"}


def test_what_is_allowed_is_not_found(tmp_path: Path) -> None:
    path = tmp_path / "webapp" / "imap" / "check.py"
    path.parent.mkdir(parents=True)
    path.write_text(
        "import socket\nfrom webapp.core.diagnosis.failure import Failure\nfrom webapp.core.imap import Limits"
    )

    assert violations(tmp_path) == set()
