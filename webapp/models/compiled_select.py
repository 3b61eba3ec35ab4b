"""A SELECT for where every microsecond counts: compiled once, and run by the database's driver itself.

SQLAlchemy writes the statement, knows the types and lends the connection; its transaction and its result are left out.
"""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Dialect, PoolProxiedConnection, Select
from sqlalchemy.types import TypeEngine

from webapp.models.base import db

Convert = Callable[[Any], Any]


class CompiledSelect:
    """A statement that finds one row or none; it stands in no transaction, so it has to be right by itself."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def one_or_none(self, values: Mapping[str, object]) -> Any:
        """Return the row; None also where the database cannot be asked, which who asks again will be told."""
        dialect = db.engine.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _Compiled(self._statement, dialect)
        try:
            connection = db.engine.raw_connection()
            try:
                return compiled.run(connection, values)
            finally:
                connection.close()
        except dialect.loaded_dbapi.Error:
            return None


class _Compiled:
    """A statement as one database takes it, and how values go in and come out."""

    def __init__(self, statement: Select[*tuple[Any, ...]], dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self._text = str(compiled)
        self._order = compiled.positiontup
        self._in = [(name, _binding(bound.type, dialect)) for name, bound in compiled.binds.items()]
        self._out = [(name, _reading(column.type, dialect)) for name, column in statement.selected_columns.items()]
        # SQLite begins none unless it is told to (base.py); psycopg does, which takes two more trips to the server.
        self._begins = dialect.name != "sqlite"

    def run(self, connection: PoolProxiedConnection, values: Mapping[str, object]) -> Any:
        """Ask, and return the row by the names of its columns."""
        driver: Any = connection.driver_connection
        if self._begins:
            driver.autocommit = True
        try:
            row = driver.execute(self._text, self._parameters(values)).fetchone()
        finally:
            if self._begins:
                driver.autocommit = False
        if row is None:
            return None
        return SimpleNamespace(**{name: read(value) for (name, read), value in zip(self._out, row, strict=True)})

    def _parameters(self, values: Mapping[str, object]) -> Any:
        named = {name: bind(values[name]) for name, bind in self._in}
        return named if self._order is None else [named[name] for name in self._order]


def _binding(kind: TypeEngine[Any], dialect: Dialect) -> Convert:
    return kind.dialect_impl(dialect).bind_processor(dialect) or _as_it_is


def _reading(kind: TypeEngine[Any], dialect: Dialect) -> Convert:
    return kind.dialect_impl(dialect).result_processor(dialect, None) or _as_it_is


def _as_it_is(value: Any) -> Any:
    return value
