"""The migrations make what the models say, go back and forth, and lose no row on the way."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, inspect, select

from tests.conftest import make_ready
from webapp.config.settings import Settings
from webapp.models import CheckReport, Connection, User, db, utcnow, writes
from webapp.services.providers.credentials import CREDENTIALS
from webapp.setup.startup import StartupError, ensure_ready
from webapp.web.extensions import migrate

OURS = Path(__file__).parents[1] / "webapp" / "migrations"
HEAD = """
import sqlalchemy as sa
from alembic import op

revision = "test"
down_revision = "{before}"
branch_labels = depends_on = None


def upgrade():
"""
REBUILDS_PARENTS = """
    for table in ("user", "connection"):
        with op.batch_alter_table(table) as batch:
            batch.alter_column("name", type_=sa.String(120), existing_type=sa.String(100), existing_nullable=False)
"""
LOSES_PARENTS = """
    op.execute("DELETE FROM connection")
"""
Migration = Callable[[str], None]


@pytest.fixture
def ready_postgres_url(postgres_url: str, ready_folder: Path) -> str:
    """Return a database of this test alone: what is changed here is not its rows."""
    make_ready(Settings(data_dir=ready_folder, database_url=postgres_url))
    return postgres_url


@pytest.fixture
def use_folder(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Return a function that takes the migrations from another folder."""

    def use(folder: Path) -> None:
        # Flask-Migrate keeps the folder in two places.
        monkeypatch.setattr(migrate, "directory", str(folder))
        monkeypatch.setattr(app.extensions["migrate"], "directory", str(folder))

    return use


@pytest.fixture
def next_migration(app: Flask, tmp_path: Path, use_folder: Callable[[Path], None]) -> Migration:
    """Return a function that adds a migration of this test's own after the newest."""

    def add(body: str) -> None:
        folder = tmp_path / "migrations"
        shutil.copytree(OURS, folder, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "versions" / "test.py").write_text(HEAD.format(before=revision() or "") + body)
        use_folder(folder)

    return add


def revision() -> str | None:
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def differences() -> list[object]:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, db.metadata))


def a_connection_with_a_report() -> None:
    owner = User(name="Ann", address="ann@example.com", password_hash="", role="member")
    db.session.add(owner)
    db.session.flush()
    connection = Connection(
        name="Inbox", name_key="inbox", address="a@b.c", credential_type=CREDENTIALS, owner_id=owner.id
    )
    db.session.add(connection)
    db.session.flush()
    report = CheckReport(
        connection_id=connection.id, started_at=utcnow(), seconds=1, passed=True, verdict="It works", body="{}"
    )
    db.session.add(report)
    db.session.commit()


def rows() -> list[int | None]:
    with db.engine.connect() as connection:
        return [connection.scalar(select(func.count()).select_from(model)) for model in (User, Connection, CheckReport)]


def test_from_nothing_the_migrations_make_what_the_models_say(app: Flask) -> None:
    with app.app_context():
        assert differences() == []


def test_a_difference_would_be_found(app: Flask, next_migration: Migration) -> None:
    with app.app_context():
        next_migration("    op.drop_index('ix_connection_address', 'connection')\n")
        upgrade()

        found = differences()

    assert len(found) == 1


def test_the_way_back_leaves_nothing_and_the_way_forth_makes_all_again(app: Flask) -> None:
    with app.app_context():
        downgrade(revision="base")
        left = set(inspect(db.engine).get_table_names())
        upgrade()

        assert left == {"alembic_version"}
        assert differences() == []


def test_rebuilding_parents_keeps_their_children_and_what_binds_them(app: Flask, next_migration: Migration) -> None:
    with app.app_context():
        a_connection_with_a_report()
        next_migration(REBUILDS_PARENTS)

        upgrade()

        assert revision() == "test"
        assert rows() == [1, 1, 1]
        db.session.delete(db.session.scalar(select(Connection)))
        db.session.commit()
        assert rows() == [1, 0, 0]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_migration_that_leaves_children_without_parents_fails(app: Flask, next_migration: Migration) -> None:
    with app.app_context():
        a_connection_with_a_report()
        next_migration(LOSES_PARENTS)

        with pytest.raises(SystemExit):
            upgrade()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_upgrade_at_the_start_keeps_a_copy_of_the_database(
    app: Flask, settings: Settings, next_migration: Migration
) -> None:
    with app.app_context():
        a_connection_with_a_report()
        before = revision()
        next_migration(REBUILDS_PARENTS)
        writes.set(True)  # as a command leaves it

        ensure_ready()

        assert revision() == "test"
        assert (settings.data_dir / f"postroom.db.before-{before}").stat().st_size > 0


def test_a_database_of_a_newer_version_is_refused_and_left_alone(
    app: Flask, next_migration: Migration, use_folder: Callable[[Path], None]
) -> None:
    with app.app_context():
        next_migration(REBUILDS_PARENTS)
        upgrade()
        use_folder(OURS)

        with pytest.raises(StartupError, match="newer version"):
            ensure_ready()

        assert revision() == "test"
