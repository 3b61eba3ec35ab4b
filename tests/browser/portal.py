"""A real portal for browser tests: gunicorn as `bin/serve` starts it, on a free port, with a data folder of its own."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.services import free_port

_ROOT = Path(__file__).parents[2]
_READY_WITHIN = 60.0
_ENDED_WITHIN = 10.0


@dataclass(frozen=True, kw_only=True)
class Portal:
    """A running portal: where it is, the link it printed, and where its practice servers listen, if it has some."""

    url: str
    way_in: str
    ports: Mapping[str, int]
    environment: Mapping[str, str] = field(repr=False)

    def command(self, *words: str) -> str:
        """Run a command of the portal, as a script on its machine does, and give what it prints."""
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
        done = subprocess.run(
            command, cwd=_ROOT, env=dict(self.environment), capture_output=True, text=True, check=True, timeout=60
        )
        return done.stdout


@contextmanager
def running_portal(folder: Path, **settings: str) -> Iterator[Portal]:
    """Start a portal, wait until it serves, and stop it in the end; a setting `practice` is POSTROOM_PRACTICE."""
    port, output = free_port(), folder / "output.log"
    own = {"bind": f"127.0.0.1:{port}", "base_url": f"http://127.0.0.1:{port}", "data_dir": str(folder / "data")}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("POSTROOM_")}
    environment |= {f"POSTROOM_{name.upper()}": value for name, value in {**own, **settings}.items()}
    command = [sys.executable, "-m", "gunicorn", "-c", "python:webapp.gunicorn_conf", "wsgi:app"]
    with output.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=_ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        said = _wait(process, output)
        link = re.search(r"http://\S+/(?:join|step-in)/\S+", said)
        ready = folder / "data" / "practice.json"
        ports = json.loads(ready.read_text(encoding="utf-8"))["ports"] if ready.exists() else {}
        way_in = link.group() if link else ""
        yield Portal(url=own["base_url"], way_in=way_in, ports=ports, environment=environment)
    finally:
        _end(process)


def _wait(process: "subprocess.Popen[bytes]", output: Path) -> str:
    ends = time.monotonic() + _READY_WITHIN
    while "Postroom serves at" not in (said := output.read_text(errors="replace")):
        if process.poll() is not None or time.monotonic() > ends:
            raise RuntimeError(f"the portal does not start:\n{said[-2000:]}")
        time.sleep(0.02)
    return said


def _end(process: "subprocess.Popen[bytes]") -> None:
    # As Ctrl+C does: whatever a worker still waits for is released.
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_ENDED_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
