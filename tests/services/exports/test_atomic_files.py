"""Names of files fit on every disk, whatever a sender calls what he sends."""

import pytest

from webapp.core.mime import safe_filename
from webapp.services.exports.atomic_files import shorten_name

START = "2026-11-28_3fa9c1-4294967295-1.1.1.1.1.1.1.1.1.1_"


@pytest.mark.parametrize(
    "name", ["a." + "x" * 300, "a." + "😀" * 300, "😀" * 300, "a" * 300 + ".csv", "ä" * 200 + ".tar.gz"]
)
def test_a_name_is_no_longer_than_a_disk_holds(name: str) -> None:
    fitted = shorten_name(START, safe_filename(name, fallback="attachment"))

    assert len(fitted.encode()) <= 240
    assert fitted.startswith(START)
    assert fitted.endswith((".csv", ".gz")) == name.endswith((".csv", ".gz"))
