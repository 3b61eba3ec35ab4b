"""Runs real servers for tests and benchmarks: as an ordinary user, in a folder of their own, ended for sure."""

import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_SERVER_BINARIES = ":/usr/sbin:/usr/local/sbin"
_PATIENCE = 20.0


class MissingError(Exception):
    """Something is not installed; the text gives the line that installs it."""

    def __init__(self, what: str, install: str) -> None:
        super().__init__(f"{what} is missing: {install}")


def find(program: str, package: str, *, path: str = "") -> Path:
    """Find a program, on the PATH and where Debian keeps servers; raise `MissingError`."""
    found = shutil.which(program, path=path or os.environ.get("PATH", os.defpath) + _SERVER_BINARIES)
    if found is None:
        raise MissingError(program, f"apt-get install -y --no-install-recommends {package}")
    return Path(found)


def service_user() -> pwd.struct_passwd:
    """Return the user that servers run as: neither Dovecot's mail processes nor PostgreSQL run as root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def hand_over(path: Path) -> None:
    """Give a file or folder, and all in it, to the user that servers run as."""
    user = service_user()
    for each in (path, *path.rglob("*")):
        os.chown(each, user.pw_uid, user.pw_gid)


@contextmanager
def service_folder(name: str) -> Iterator[Path]:
    """Return a folder for a server, and remove it; its path is short, as that of a socket must be (unix(7))."""
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    hand_over(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# Below the ports that the system hands out by itself, and each worker of a run has its own thousand: a port that was
# found free is still free when the server that it is for comes to it.
_FIRST_PORT = 20_000 + 1000 * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 10)
_PORTS = (_FIRST_PORT + number % 1000 for number in itertools.count(os.getpid()))


def free_port(address: str = "127.0.0.1") -> int:
    """Find a port on which no one listens."""
    for port in itertools.islice(_PORTS, 1000):
        with suppress(OSError), socket.create_server((address, port)):
            return port
    raise RuntimeError("every port is taken")


def as_service_user(command: Iterable[object]) -> list[str]:
    """Return the command line that runs a program as the service user and ends with its parent process."""
    user = service_user()
    drop = ["--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups"] if os.geteuid() == 0 else []
    return [str(find("setpriv", "util-linux")), *drop, "--pdeathsig", "TERM", "--", *map(str, command)]


class Process:
    """A server in the foreground; a context manager that ends it and all it started."""

    def __init__(
        self, command: Iterable[object], *, folder: Path, ready: Callable[[], bool], goodbye: int = signal.SIGTERM
    ) -> None:
        self._command = as_service_user(command)
        self._log = folder / "output.log"
        self._folder = folder
        self._ready = ready
        self._goodbye = goodbye

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self._wait()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def _wait(self) -> None:
        ends = time.monotonic() + _PATIENCE
        while not self._ready():
            if self._process.poll() is not None or time.monotonic() > ends:
                said = self._log.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{self._command[-1]} does not start:\n{said}")
            time.sleep(0.02)

    def _end(self) -> None:
        self._process.send_signal(self._goodbye)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def answers(address: str, port: int) -> bool:
    """Return whether a person accepts connections there."""
    with socket.socket() as sock:
        sock.settimeout(1)
        return sock.connect_ex((address, port)) == 0
