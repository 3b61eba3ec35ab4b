"""A throw-away PostgreSQL cluster for tests and benchmarks, reached by a socket in its own folder."""

import itertools
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from tests.servers.services import Process, as_service_user, find, service_folder

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Postgres:
    """A running cluster."""

    folder: Path

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """Make a database like another one, an empty one at first, give its SQLAlchemy URL, and drop it."""
        name = f"test_{next(_numbers)}"
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        try:
            yield f"postgresql+psycopg://postgres@/{name}?host={self.folder}"
        finally:
            self._run("DROP DATABASE {} WITH (FORCE)", name)

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


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
