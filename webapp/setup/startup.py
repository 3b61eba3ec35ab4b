"""Makes the portal ready before it serves: folder, migrations, data key; or says what is wrong and starts nothing."""

import fcntl
import logging
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask_migrate import upgrade
from sqlalchemy import delete, inspect, text
from sqlalchemy.exc import DBAPIError

from webapp.config import app_state
from webapp.models import PortalSetting, RateLimit, db, read_transaction, write_transaction
from webapp.security.secret_box import SecretBoxError

# Any number, the same for every process of the portal (PostgreSQL advisory lock).
_LOCK = 7031999
_SEALED, _PLAIN = "data_key_check", "postroom"


class StartupError(Exception):
    """The portal cannot start; the text says why and what to do."""


def ensure_ready() -> None:
    """Bring folder, database and data key up; raise `StartupError`. Several processes may call it at once."""
    folder = app_state.current_settings().data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _one_at_a_time():
            _migrate()
            _check_data_key()
        with write_transaction() as connection:
            connection.execute(delete(RateLimit).where(RateLimit.expires < time.time()))
    except (app_state.SecretBoxError, app_state.KeyFileError) as error:
        raise StartupError(
            f"{error}. Stored passwords open with the key that sealed them (POSTROOM_DATA_KEYS or "
            f"{app_state.KEY_FILE})."
        ) from None
    except (DBAPIError, sqlite3.Error) as error:
        said = str(getattr(error, "orig", error)).strip().partition("\n")[0]
        raise StartupError(f"the database cannot be used ({said})") from None
    except OSError as error:
        raise StartupError(f"the data folder {folder} cannot be used ({error.strerror})") from None


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Hold a lock over all processes: migrations that race fail on SQLite and on PostgreSQL."""
    if db.engine.dialect.name == "sqlite":
        with open(app_state.current_settings().data_dir / "migrate.lock", "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    with db.engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})


def _migrate() -> None:
    scripts = ScriptDirectory(current_app.extensions["migrate"].directory)
    with db.engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    if present == scripts.get_current_head():
        return
    if present is not None:
        if present not in {script.revision for script in scripts.walk_revisions()}:
            raise StartupError("the database was made by a newer version of Postroom: start that one")
        _copy_database(present)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    upgrade()


def _copy_database(revision: str) -> None:
    """Keep a copy of the SQLite file: its schema changes cannot be rolled back."""
    name = db.engine.url.database
    if db.engine.dialect.name == "sqlite" and name and Path(name).exists():
        # SQLite refuses a checkpoint within a transaction that is going to write.
        with read_transaction() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        shutil.copy2(name, f"{name}.before-{revision}")


def _check_data_key() -> None:
    """Prove that the key at hand opens what this database holds; a new database gets a new key."""
    db.session.rollback()
    sealed = db.session.get(PortalSetting, _SEALED) if inspect(db.engine).has_table("portal_setting") else None
    if sealed is None:
        app_state.create_data_key()
        db.session.add(
            PortalSetting(name=_SEALED, value=app_state.secret_box().encrypt(_PLAIN, "portal_setting", _SEALED))
        )
        db.session.commit()
    elif app_state.secret_box().decrypt(sealed.value, "portal_setting", _SEALED) != _PLAIN:
        raise SecretBoxError("the data key opens the check value to something else")
    db.session.rollback()
