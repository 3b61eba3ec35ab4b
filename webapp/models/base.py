"""What every model stands on: the declarative base, time in UTC, and SQLite made fit for several processes."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection as DatabaseConnection
from sqlalchemy import DateTime, Dialect, MetaData, TypeDecorator, event
from sqlalchemy.orm import DeclarativeBase, registry

# Set where a transaction is going to write. SQLite must know at its begin: one that reads first and writes later fails
# at once with "database is locked" when another one wrote in between, whatever the busy timeout.
writes: ContextVar[bool] = ContextVar("writes", default=False)

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """A moment in UTC: refuses naive values on the way in, returns aware ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware moment; SQLite returns naive ones."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The declarative base of all models."""

    registry = registry(type_annotation_map={datetime: UTCDateTime}, metadata=MetaData(naming_convention=_NAMES))


# What was read stays readable after a commit, which is how a view lets the database go before it waits for the network.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

if TYPE_CHECKING:

    class Model(Base):
        """What models inherit from."""

        __abstract__ = True
else:
    Model = db.Model


def utcnow() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


def configure_sqlite(app: Flask) -> None:
    """Make SQLite wait for locks, keep foreign keys, and begin transactions as what they are."""
    with app.app_context():
        engine = db.engine
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)


@contextmanager
def write_transaction() -> Iterator[DatabaseConnection]:
    """Open a transaction of its own that is going to write, apart from the request's session."""
    token = writes.set(True)
    try:
        with db.engine.begin() as connection:
            yield connection
    finally:
        writes.reset(token)


@contextmanager
def read_transaction() -> Iterator[DatabaseConnection]:
    """Open a short transaction of its own that only reads, apart from the request's session."""
    token = writes.set(False)
    try:
        with db.engine.connect() as connection:
            yield connection
    finally:
        writes.reset(token)


def _on_connect(connection: Any, record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "busy_timeout=10000", "foreign_keys=ON", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: DatabaseConnection) -> None:
    driver: Any = connection.connection.dbapi_connection
    driver.execute("BEGIN IMMEDIATE" if writes.get() else "BEGIN")
