"""Start and stop the practice servers from the portal. Knows the process only by its command line and ready line."""

import json
import selectors
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

_READY_WITHIN = 30.0
_ENDED_WITHIN = 3.0
_ROOT = Path(__file__).resolve().parents[2]


class PracticeError(RuntimeError):
    """The practice servers did not start."""


@dataclass(frozen=True)
class PracticeServers:
    """The running servers: where they listen, and the CA that vouches for them.

    The process ends with this one, however this one ends: it watches the pipe that is its standard input.
    """

    ports: Mapping[str, int]
    ca_file: Path
    _process: "subprocess.Popen[bytes]" = field(repr=False)

    @classmethod
    def start(cls, folder: Path, portal_url: str = "") -> Self:
        """Start the servers with their CA in a folder, and wait until they are ready.

        The practice providers call back only to `portal_url`, or to where a portal usually is.
        """
        command = [sys.executable, "-m", "webapp.practice", "--data", str(folder.resolve())]
        if portal_url:
            command += ["--portal-url", portal_url]
        process = subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        line = _first_line(process)
        if not line:
            _end(process)
            raise PracticeError("The practice servers did not start; their output says why.")
        ready = json.loads(line)
        return cls(ports=ready["ports"], ca_file=Path(ready["ca_file"]), _process=process)

    @property
    def pid(self) -> int:
        """Return the number of the process."""
        return self._process.pid

    def stop(self) -> None:
        """End the process and wait for it; a second call does nothing."""
        _end(self._process)


def _first_line(process: "subprocess.Popen[bytes]") -> bytes:
    """Read the ready line; nothing when the process ended or took too long."""
    assert process.stdout
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        return process.stdout.readline() if selector.select(_READY_WITHIN) else b""


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_ENDED_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()
