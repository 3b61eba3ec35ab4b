"""`bin/mutate` finds what no test notices, and says which test notices the rest."""

from pathlib import Path

import pytest

from tests import mutate


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    for place, text in {
        "webapp/sums.py": "def is_large(n):\n    return n > 5\n\ndef untested(n):\n    return n == 7\n",
        "tests/test_sums.py": "from webapp.sums import is_large\n\ndef test_it():\n"
        "    assert is_large(6) and not is_large(5)\n",
        "conftest.py": "",
    }.items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(text)
    return tmp_path


def test_a_mutant_is_killed_by_its_test_and_another_survives(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = mutate.main(["webapp/sums.py"], root=toy)

    said = capsys.readouterr().out
    assert status == 1
    assert "killed   webapp/sums.py:2  n > 5  ->  n <= 5  FAILED tests/test_sums.py::test_it" in said
    assert "SURVIVED webapp/sums.py:5  n == 7  ->  n != 7" in said
    assert (toy / "webapp" / "sums.py").read_text().startswith("def is_large(n):\n    return n > 5")
