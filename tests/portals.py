"""Real processes of the portal: gunicorn as it is served, and commands as scripts run them."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import requests

from tests.servers.services import free_port

ROOT = Path(__file__).parents[1]
_SERVES = "Postroom serves at"
_PATIENCE = 30.0

Environment = dict[str, str]


def environment(folder: Path, **settings: object) -> Environment:
    """Return the environment of a portal with its own data folder and port; settings are named as in `Settings`."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("POSTROOM_")}
    origin = f"127.0.0.1:{free_port()}"
    named = {"data_dir": folder, "bind": origin, "base_url": f"http://{origin}", **settings}
    ours = {f"POSTROOM_{name.upper()}": str(value) for name, value in named.items()}
    # One worker: a second one that is only just starting would not hear that it has to stop.
    return {**inherited, **ours, "WEB_CONCURRENCY": "1", "PYTHONWARNINGS": "ignore"}


def flask(*arguments: str, env: Environment, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command of the portal to its end."""
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
        cwd=ROOT,
        env=env,
        input=given,
        capture_output=True,
        text=True,
        timeout=2 * _PATIENCE,
        check=False,
    )


class Portal:
    """A portal that is served; `output` is what it has printed so far."""

    def __init__(self, env: Environment, log: Path) -> None:
        self.base = f"http://{env['POSTROOM_BIND']}"
        self._log = log
        command = [sys.executable, "-m", "gunicorn", "-c", "python:webapp.gunicorn_conf", "wsgi:app"]
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )

    @property
    def output(self) -> str:
        """Return what the portal has printed so far."""
        return self._log.read_text(encoding="utf-8")

    @property
    def link(self) -> str:
        """Return the path of the link it printed; nothing where it printed none."""
        found = re.search(r"/(?:join|practice/step-in)/[\w-]+", self.output)
        return found.group() if found else ""

    def wait(self) -> bool:
        """Wait until it serves or has ended, and say which."""
        assert within(_PATIENCE, lambda: _SERVES in self.output or self.process.poll() is not None), self.output
        return self.process.poll() is None

    def family(self) -> list[int]:
        """Return the numbers of its processes, the master first."""
        return [self.process.pid, *descendants(self.process.pid)]

    def get(self, path: str) -> requests.Response:
        """Look at a page as a stranger."""
        return requests.get(self.base + path, timeout=30, allow_redirects=False)

    def browser(self) -> "Browser":
        """Open a browser."""
        return Browser(self.base)

    def answers(self) -> bool:
        """Return whether a worker answers."""
        try:
            return self.get("/health").status_code == 200
        except requests.RequestException:
            return False

    def stop(self) -> None:
        """End it and wait for it."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(_PATIENCE)
        self.process.kill()
        self.process.wait()


class Browser:
    """A browser without JavaScript, for a portal that is served."""

    def __init__(self, base: str) -> None:
        self._base = base
        self.session = requests.Session()

    def see(self, path: str) -> requests.Response:
        """Look at a page."""
        return self.session.get(self._base + path, timeout=30, allow_redirects=False)

    def send(self, path: str, *, page: str = "", **fields: str) -> requests.Response:
        """Post a form with the token of the page it stands on."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.see(page or path).text)
        assert found, f"no form on {page or path}"
        data = {**fields, "csrf_token": found.group(1)}
        return self.session.post(self._base + path, data=data, timeout=40, allow_redirects=False)


@contextmanager
def serving_portal(env: Environment, log: Path) -> Iterator[Portal]:
    """Serve a portal, and end it and all it started."""
    portal = Portal(env, log)
    try:
        assert portal.wait(), portal.output
        assert within(_PATIENCE, portal.answers), portal.output
        yield portal
    finally:
        portal.stop()


def descendants(pid: int) -> list[int]:
    """Return the processes that a process has started, and those that they started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [found for child in map(int, children) for found in (child, *descendants(child))]


def is_gone(pid: int) -> bool:
    """Gone, or dead and waiting only to be noticed."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def within(seconds: float, happened: Callable[[], bool]) -> bool:
    """Wait until something has happened, and say whether it did."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
