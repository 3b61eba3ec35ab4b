"""A throw-away PostgreSQL cluster for tests and benchmarks, reached by a socket in its own folder."""

import itertools
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from tests.servers.services import Process, as_service_user, find, service_folder

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Postgres:
    """A running cluster."""

    folder: Path

    @contextmanager
    def database(self) -> Iterator[str]:
        """Make an empty database, give its SQLAlchemy URL, and drop it."""
        name = f"test_{next(_numbers)}"
        self._run("CREATE DATABASE {}", name)
        try:
            yield f"postgresql+psycopg://postgres@/{name}?host={self.folder}"
        finally:
            self._run("DROP DATABASE {} WITH (FORCE)", name)

    def _run(self, statement: LiteralString, *names: str) -> None:
        with psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


class Refilled:
    """A database that goes back to the rows it has now, a hundred times faster than a new one is made."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._at = psycopg.connect(without_driver(url), autocommit=True)
        tables = self._names("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        sequences = self._at.execute(
            "SELECT sequencename, coalesce(last_value, 1), last_value IS NOT NULL FROM pg_sequences "
            "WHERE schemaname = 'public'"
        ).fetchall()
        self._at.execute("CREATE SCHEMA kept")
        for table in tables:
            self._at.execute(sql.SQL("CREATE TABLE kept.{0} AS TABLE {0}").format(sql.Identifier(table)))
        back = [
            sql.SQL("DELETE FROM {0}; INSERT INTO {0} SELECT * FROM kept.{0};").format(sql.Identifier(table))
            for table in tables
        ]
        begin = [sql.SQL("SELECT setval({}, {}, {});").format(*sequence) for sequence in sequences]
        # As a replica it asks for no order among the tables: foreign keys are not looked at.
        quietly = sql.SQL("SET session_replication_role = replica;")
        self._back = sql.Composed([quietly, *back, *begin])

    def go_back(self) -> None:
        """Send away the person who is still connected, put all rows back, and let everybody in again."""
        self._at.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        self._at.execute(self._back)
        self._at.execute("UPDATE pg_database SET datallowconn = true WHERE datname = current_database()")

    def close(self) -> None:
        """Let the database go."""
        self._at.close()

    def _names(self, statement: LiteralString) -> list[str]:
        return [name for (name,) in self._at.execute(statement)]


def without_driver(url: str) -> str:
    """Write an address of SQLAlchemy as PostgreSQL's own clients read it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Make a cluster, start it without caring for what a power cut would lose, and stop it in the end."""
    program, initdb = (_find(name) for name in ("postgres", "initdb"))
    with service_folder("postgres") as folder:
        data = folder / "data"
        making = (initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        subprocess.run(as_service_user(making), cwd=folder, check=True, stdout=subprocess.PIPE)
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(folder),
            "max_connections": "200",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
        }
        command = [program, "-D", data, *(f"--{name}={value}" for name, value in options.items())]
        # A fast shutdown, which does not wait for clients.
        with Process(command, folder=folder, ready=lambda: _accepts(folder), goodbye=signal.SIGINT):
            yield Postgres(folder)


def _find(program: str) -> Path:
    # Debian keeps each version in a folder of its own, off the PATH.
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    return find(program, "postgresql", path=":".join(map(str, reversed(folders))))


def _accepts(folder: Path) -> bool:
    try:
        psycopg.connect(host=str(folder), user="postgres", dbname="postgres").close()
    except psycopg.OperationalError:
        return False
    return True
