"""Keeps the counters of Flask-Limiter in the portal's database, so that a limit holds over all workers and machines."""

import time
from collections.abc import Callable
from typing import Any

from limits.storage import Storage
from sqlalchemy import case, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from webapp.models.base import db, write_transaction
from webapp.models.rate_limit import RateLimit

_INSERT: dict[str, Callable[..., Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class DatabaseStorage(Storage):
    """Counts in one table by a single upsert, which is atomic on SQLite and on PostgreSQL; fixed windows only."""

    STORAGE_SCHEME = ["database"]  # noqa: RUF012

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return what a failing storage raises."""
        return Exception

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count and return the count of the running window."""
        now = time.time()
        insert = _INSERT[db.engine.dialect.name](RateLimit).values(key=key, count=amount, expires=now + expiry)
        over = RateLimit.expires <= now
        statement = insert.on_conflict_do_update(
            index_elements=[RateLimit.key],
            set_={
                "count": case((over, amount), else_=RateLimit.count + amount),
                "expires": case((over, now + expiry), else_=RateLimit.expires),
            },
        ).returning(RateLimit.count)
        with write_transaction() as connection:
            return int(connection.execute(statement).scalar_one())

    def get(self, key: str) -> int:
        """Return the count of the running window."""
        row = self._row(key)
        return int(row[0]) if row else 0

    def get_expiry(self, key: str) -> float:
        """Return when the running window ends, as Unix time."""
        row = self._row(key)
        return float(row[1]) if row else time.time()

    def check(self) -> bool:
        """Return that the storage works: it does whenever the database does."""
        return True

    def reset(self) -> int | None:
        """Forget every counter."""
        with write_transaction() as connection:
            return connection.execute(delete(RateLimit)).rowcount

    def clear(self, key: str) -> None:
        """Forget one counter."""
        with write_transaction() as connection:
            connection.execute(delete(RateLimit).where(RateLimit.key == key))

    @staticmethod
    def _row(key: str) -> Any:
        query = select(RateLimit.count, RateLimit.expires).where(RateLimit.key == key, RateLimit.expires > time.time())
        with db.engine.connect() as connection:
            return connection.execute(query).first()
