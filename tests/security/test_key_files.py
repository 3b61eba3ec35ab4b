"""A key file is made once, whole or not at all, and is its owner's alone."""

import stat
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.portals import ROOT
from webapp.security.key_files import KeyFileError, read_key, read_or_make_key
from webapp.security.secret_box import new_key

RACER = """
import sys
from pathlib import Path
from webapp.security.key_files import read_or_make_key
from webapp.security.secret_box import new_key

for line in sys.stdin:
    print(read_or_make_key(Path(line.strip()), new_key), flush=True)
"""
ROUNDS = 20


def test_processes_that_race_get_one_key(tmp_path: Path) -> None:
    command = [sys.executable, "-c", RACER]
    racers = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    for number in range(ROUNDS):
        for racer in racers:
            assert racer.stdin
            racer.stdin.write(f"{tmp_path / str(number) / 'data.key'}\n")
            racer.stdin.flush()

    keys = [racer.communicate()[0].split() for racer in racers]

    assert [len(found) for found in keys] == [ROUNDS] * 4
    assert keys[0] == keys[1] == keys[2] == keys[3]
    assert len(set(keys[0])) == ROUNDS
    assert Counter(path.name for path in tmp_path.glob("*/*")) == {"data.key": ROUNDS}


def test_a_key_and_its_folder_are_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "data.key"

    made = read_or_make_key(path, new_key)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert read_key(path) == read_or_make_key(path, new_key) == made


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o601])
def test_a_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "data.key"
    read_or_make_key(path, new_key)
    path.chmod(mode)

    with pytest.raises(KeyFileError, match=r"data\.key can be read by others: chmod 600 it"):
        read_or_make_key(path, new_key)


def test_a_missing_key_is_named_and_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match=r"data\.key is missing"):
        read_key(tmp_path / "data.key")

    assert list(tmp_path.iterdir()) == []


def test_what_is_no_text_is_said(tmp_path: Path) -> None:
    path = tmp_path / "data.key"
    path.write_bytes(b"\xff\xfe")

    with pytest.raises(KeyFileError, match=r"data\.key cannot be read \(UnicodeDecodeError\)"):
        read_key(path)


def test_a_key_that_could_not_be_made_leaves_nothing_behind(tmp_path: Path) -> None:
    def fails() -> str:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        read_or_make_key(tmp_path / "data.key", fails)

    assert list(tmp_path.iterdir()) == []
