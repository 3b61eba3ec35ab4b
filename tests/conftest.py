"""What every test may use: a portal on a fresh database (SQLite and PostgreSQL), a plain browser, people."""

import gc
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.compiled_cache import keep_for, keep_routes
from tests.servers.postgres import Postgres, Refilled
from webapp import create_app
from webapp.config.settings import Settings
from webapp.core.imap import Limits, Network
from webapp.models import Role, User, UserSession, db, new_token, token_hash, writes
from webapp.practice.imap_server.scenarios import DOMAIN
from webapp.practice.ports import LOOPBACK
from webapp.practice.process import PracticeServers
from webapp.security import password_hashing
from webapp.security.password_hashing import hash_password
from webapp.services.providers.settings import settings_class
from webapp.setup.startup import ensure_ready

pytest_plugins = ["tests.servers.plugin"]

PASSWORD = "correct horse battery"


# Hashing costs the tests an eighth of what it costs in earnest; what is stored says what it cost.
password_hashing._MEMORY //= 8


keep_routes()


def pytest_collection_finish() -> None:
    """Leave what was loaded by now out of garbage collection, as the portal's workers do: it stays."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@cache
def password_hash() -> str:
    """Hash the password of all test people once."""
    return hash_password(PASSWORD)


@pytest.fixture(scope="session")
def ready_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a data folder with keys and a migrated SQLite database, to be copied."""
    folder = tmp_path_factory.mktemp("ready") / "data"
    make_ready(settings_class()(data_dir=folder))
    return folder


def make_ready(settings: Settings) -> None:
    """Migrate the database of a portal, and make its keys."""
    app = create_app(settings)
    with app.app_context():
        ensure_ready()
        db.engine.dispose()


@pytest.fixture(scope="session")
def ready_database(postgres: Postgres, ready_folder: Path) -> Iterator[Refilled]:
    """Make a migrated PostgreSQL database with the keys of the ready folder, which each test finds as it was made."""
    with postgres.database() as url:
        make_ready(Settings(data_dir=ready_folder, database_url=url))
        database = Refilled(url)
        yield database
        database.close()


@pytest.fixture
def ready_postgres_url(ready_database: Refilled) -> Iterator[str]:
    """Return the SQLAlchemy URL of a migrated PostgreSQL database that no other test uses meanwhile."""
    yield ready_database.url
    ready_database.go_back()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Return the name of the database a test runs on: each runs on both."""
    return str(request.param)


@pytest.fixture
def settings(database: str, ready_folder: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """Return the settings of a portal of this test alone; override the fixture `more_settings` to add some."""
    folder = tmp_path / "data"
    shutil.copytree(ready_folder, folder)
    more = request.getfixturevalue("more_settings")
    if database == "sqlite":
        return settings_class()(data_dir=folder, **more)
    return settings_class()(data_dir=folder, database_url=request.getfixturevalue("ready_postgres_url"), **more)


@pytest.fixture
def more_settings() -> dict[str, object]:
    """Add nothing to the settings."""
    return {}


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """Return a portal that is ready to serve."""
    writes.set(False)  # what the test before has left
    app = create_app(settings)
    engine = keep_for(app)
    yield app
    engine.dispose()


@contextmanager
def portal_in(folder: Path, ready_folder: Path, **more_settings: Any) -> Iterator[Flask]:
    """Return a portal on SQLite for tests that share it."""
    shutil.copytree(ready_folder, folder / "data")
    writes.set(False)
    app = create_app(settings_class()(data_dir=folder / "data", **more_settings))
    engine = keep_for(app)
    yield app
    engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a browser without JavaScript."""
    return app.test_client()


@pytest.fixture(scope="session")
def practice_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeServers]:
    """Start the practice servers once: mailboxes that work, and servers that fail as real ones do."""
    running = PracticeServers.start(tmp_path_factory.mktemp("practice"))
    yield running
    running.stop()


@pytest.fixture
def with_practice(app: Flask, practice_servers: PracticeServers) -> PracticeServers:
    """Let the portal of this test reach the practice servers by their names."""
    app.extensions["postroom.network"] = Network(
        allowed=(ip_network("127.0.0.0/8"),),
        ca_file=practice_servers.ca_file,
        hosts={f"*.{DOMAIN}": LOOPBACK},
    )
    # Long enough for every server that answers; those that never do are given up sooner than in earnest.
    app.extensions["postroom.limits"] = Limits(greeting=2, read=2, probe=1)
    return practice_servers


MakeUser = Callable[..., User]


@pytest.fixture
def make_user(app: Flask) -> MakeUser:
    """Return a function that makes people."""

    def make(
        address: str = "ann@example.com", *, name: str = "Ann", role: Role = Role.MEMBER, active: bool = True
    ) -> User:
        with app.app_context():
            user = User(name=name, address=address, role=role, active=active, password_hash=password_hash())
            db.session.add(user)
            db.session.commit()
            db.session.refresh(user)
            db.session.expunge(user)
            return user

    return make


@pytest.fixture
def administrator(make_user: MakeUser) -> User:
    """Return an administrator."""
    return make_user("ada@example.com", name="Ada", role=Role.ADMINISTRATOR)


@pytest.fixture
def member(make_user: MakeUser) -> User:
    """Return a member."""
    return make_user("ben@example.com", name="Ben")


def sign_in_as(client: FlaskClient, user: User) -> None:
    """Sign a person in without the form."""
    token = new_token()
    with client.application.app_context():
        db.session.add(UserSession(token_hash=token_hash(token), user_id=user.id))
        db.session.commit()
    with client.session_transaction() as session:
        session["_user_id"] = token
        session["_fresh"] = True


def csrf_token(client: FlaskClient, path: str) -> str:
    """Read the form token from a page."""
    page = client.get(path).get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, f"no form on {path}"
    return found.group(1)
