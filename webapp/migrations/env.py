"""Alembic's environment: the portal's own engine, and SQLite's foreign keys off while tables are rebuilt."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from webapp.models import db


@contextmanager
def foreign_keys_off(connection: Connection) -> Iterator[None]:
    """Let parents be rebuilt without their children (ON DELETE CASCADE would take these along); SQLite only."""
    if connection.dialect.name != "sqlite":
        yield
        return
    # Past SQLAlchemy, which would begin a transaction first: within one this does nothing (sqlite.org/pragma.html).
    driver = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def run() -> None:
    """Run the migrations on the portal's database."""
    with db.engine.connect() as connection, foreign_keys_off(connection):
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
            if connection.dialect.name == "sqlite":
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
                if broken:
                    raise RuntimeError(f"the migration left a dangling reference in {broken[0]}")
        connection.commit()


run()
