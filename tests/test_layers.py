"""The ordered list of `tests/layers.py` holds: imports go down, and every module has a place."""

import ast
from pathlib import Path

import pytest

from tests.layers import ROOT, Tree
from webapp.web.api.routes import RESOURCES

# An import that the list must refuse, by the module it stands in.
WRONG_IMPORTS = {
    "core/imap/check/run.py": "from flask import current_app",
    "core/imap/protocol/session.py": "from webapp.config import app_state",
    "core/imap/protocol/errors.py": "from webapp.core.oauth.errors import OAuthFailure",
    "core/net/tls.py": "from webapp.core.imap import ServerSettings",
    "core/diagnosis/engine.py": "import ssl",
    "core/mime/charsets.py": "from webapp.core.diagnosis.failure import Failure",
    "core/oauth/client.py": "def later():\n    from webapp.models import User",
    "core/oauth/jwks.py": "from sqlalchemy import select",
    "security/secret_box.py": "from .. import models",
    "config/settings.py": "from webapp.services.providers import PROVIDERS",
    "models/user.py": "from webapp.services.accounts import users",
    "services/providers/gmail.py": "from webapp.services.connections.check_result import Verdict",
    "services/connections/checks.py": "from flask import request",
    "services/handoff/status.py": "from webapp.web.pages.handoff import views",
    "services/mail_actions/service.py": "from webapp.services.exports import messages",
    "services/exports/messages.py": "import imaplib",
    "services/accounts/users.py": "if True:\n    import webapp.practice.practice_mode",
    "practice/seed.py": "from webapp.web.login import login_required",
    "web/login.py": "from webapp.web.pages.accounts import account_views",
    "web/api/mail.py": "from webapp.web.pages.mailbox import mailbox_tree",
    "web/pages/help/index_views.py": "from webapp.web.pages.admin.user_views import admin",
    "web/pages/mailbox/message_views.py": "from imapclient import IMAPClient",
    "setup/startup.py": "from webapp.cli import prepare",
    "somewhere/new.py": "import webapp.cli",
}


def write(root: Path, place: str, text: str) -> None:
    path = root / "webapp" / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_every_import_goes_down_the_list() -> None:
    assert Tree(ROOT).violations == set()


def test_every_module_has_a_place() -> None:
    assert Tree(ROOT).without_place == set()


@pytest.mark.parametrize("place", WRONG_IMPORTS)
def test_a_wrong_import_is_found(tmp_path: Path, place: str) -> None:
    write(tmp_path, place, WRONG_IMPORTS[place])
    tree = Tree(tmp_path)

    assert tree.violations or tree.without_place


def test_allowed_imports_are_not_found(tmp_path: Path) -> None:
    write(tmp_path, "core/imap/check/run.py", "import socket\nfrom webapp.core.diagnosis.failure import Failure")
    write(
        tmp_path,
        "web/pages/help/index_views.py",
        "from flask import request\nfrom webapp.web.login import login_required",
    )

    assert Tree(tmp_path).violations == set()


def test_no_module_uses_cached_property_of_functools() -> None:
    # Up to Python 3.11 it holds one lock for all threads: one that waits for the database inside would keep out the
    # very thread that has it. Werkzeug's has no lock.
    tree = Tree(ROOT)

    assert not [module for module in tree.modules if "functools.cached_property" in tree.imports(module)]


def test_views_are_registered_explicitly() -> None:
    unused = [path for path in (ROOT / "webapp").rglob("*.py") if "F401" in path.read_text(encoding="utf-8")]

    assert unused == []


@pytest.mark.parametrize("screen", ["admin", "connections", "help", "mailbox"])
def test_every_view_has_a_line_in_the_routes_of_its_page(screen: str) -> None:
    folder = ROOT / "webapp" / "web" / "pages" / screen
    routes = "".join((folder / "routes.py").read_text(encoding="utf-8").split())
    views = {
        f"{path.stem}.{node.name}"
        for path in folder.glob("*_views.py")
        if path.stem != "sign_in_panel_views"  # it has a blueprint of its own
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and any("required" in ast.unparse(each) for each in node.decorator_list)
    }

    assert {view for view in views if f"({view})" not in routes} == set()


def test_every_module_with_operations_is_a_resource_of_the_api() -> None:
    declaring = {
        path.stem
        for path in (ROOT / "webapp" / "web" / "api").glob("*.py")
        if "\n@operation(" in path.read_text(encoding="utf-8")
    }

    assert declaring == {module.__name__.rpartition(".")[2] for module in RESOURCES}


def test_no_module_level_function_begins_with_test() -> None:
    functions = {
        f"{module}.{node.name}"
        for module, parsed in Tree(ROOT).modules.items()
        for node in parsed.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }

    assert functions == set()
