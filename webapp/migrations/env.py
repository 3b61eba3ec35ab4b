"""Alembic's environment: the portal's own engine, and SQLite's foreign keys off while tables are rebuilt."""

from alembic import context
from flask import current_app

from webapp.models import db


def run() -> None:
    """Run the migrations on the portal's database."""
    sqlite = db.engine.dialect.name == "sqlite"
    with db.engine.connect() as connection:
        if sqlite:
            # A rebuilt parent table would take its children with it (ON DELETE CASCADE).
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        if sqlite:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            if broken:
                raise RuntimeError(f"the migration left a dangling reference in {broken[0]}")


run()
