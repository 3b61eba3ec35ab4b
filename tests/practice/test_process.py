"""The process of the practice servers: quick to start, sure to end."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from webapp.practice.ports import LOOPBACK, PORT_NAMES, PREFERRED
from webapp.practice.process import PracticeError, PracticeServers

PARENT = """
import sys, time
from pathlib import Path
from webapp.practice.process import PracticeServers
print(PracticeServers.start(Path(sys.argv[1])).pid, flush=True)
time.sleep(60)
"""


def within(seconds: float, happened: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def is_gone(pid: int) -> bool:
    """Gone, or dead and waiting only for init to notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_servers_end_with_their_parent(tmp_path: Path, how: signal.Signals) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    with parent.stdout:
        child = int(parent.stdout.readline())
    alive_before = not is_gone(child)

    parent.send_signal(how)
    parent.wait()

    assert alive_before
    assert within(20, lambda: is_gone(child))


def test_a_taken_port_is_replaced_by_a_free_one(tmp_path: Path) -> None:
    first = PracticeServers.start(tmp_path)
    second = PracticeServers.start(tmp_path)

    try:
        assert set(first.ports) == set(second.ports) == set(PORT_NAMES)
        assert not set(first.ports.values()) & set(second.ports.values())
        for servers in (first, second):
            socket.create_connection((LOOPBACK, servers.ports["moods"]), timeout=2).close()
    finally:
        first.stop()
        second.stop()


def test_stopping_ends_the_process_even_with_clients_connected(tmp_path: Path) -> None:
    servers = PracticeServers.start(tmp_path)
    trust = ssl.create_default_context(cafile=servers.ca_file)
    silent = socket.create_connection((LOOPBACK, servers.ports["silent"]))
    mail = trust.wrap_socket(
        socket.create_connection((LOOPBACK, servers.ports["mail_tls"])), server_hostname="imap.practice.test"
    )

    with silent, mail:
        servers.stop()
        servers.stop()

    # It ended by itself, and had not to be killed.
    assert servers._process.returncode == 0


def test_the_preferred_ports_are_free_again_after_a_stop(tmp_path: Path) -> None:
    # Another test may take them meanwhile, in another process; not every time.
    assert any(uses_the_same_ports_again(tmp_path) for _ in range(3))


def uses_the_same_ports_again(tmp_path: Path) -> bool:
    first = PracticeServers.start(tmp_path)
    with socket.create_connection((LOOPBACK, first.ports["smtp"])) as client:
        client.recv(100)
        first.stop()

    second = PracticeServers.start(tmp_path)
    second.stop()

    ours = [name for name in PORT_NAMES if first.ports[name] == PREFERRED[name]]
    return [second.ports[name] for name in ours] == [PREFERRED[name] for name in ours]


def test_an_interrupt_from_the_terminal_is_left_to_the_parent(tmp_path: Path) -> None:
    servers = PracticeServers.start(tmp_path)

    try:
        os.kill(servers.pid, signal.SIGINT)

        assert not within(0.2, lambda: is_gone(servers.pid))
    finally:
        servers.stop()


def test_a_folder_that_cannot_be_made_is_said_and_leaves_nothing_running(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(PracticeError):
        PracticeServers.start(tmp_path / "file" / "data")

    assert "NotADirectoryError" in capfd.readouterr().err
