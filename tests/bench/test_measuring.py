"""The arithmetic behind the measurements."""

import json

import pytest

from bench.measuring import Result, as_json, as_table, percentile


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [([3.0, 1.0, 2.0], 50, 2.0), (list(map(float, range(1, 101))), 95, 95.0), ([7.0], 95, 7.0), ([1.0, 2.0], 100, 2.0)],
)
def test_percentile_is_a_measured_value_that_so_many_do_not_exceed(
    values: list[float], percent: float, expected: float
) -> None:
    assert percentile(values, percent) == expected


@pytest.mark.parametrize(("value", "verdict"), [(1.4, "met"), (1.5, "met"), (1.51, "missed")])
def test_a_target_is_met_up_to_and_including_its_limit(value: float, verdict: str) -> None:
    result = Result(what="ratio", value=value, unit="", at_most=1.5)

    assert result.verdict == verdict
    assert as_table("Title", [result]).splitlines()[1].endswith(f"at most 1.5: {verdict}")


@pytest.mark.parametrize(("value", "verdict"), [(0.69, "missed"), (0.7, "met"), (3.0, "met")])
def test_a_target_may_be_the_least_there_must_be(value: float, verdict: str) -> None:
    result = Result(what="ratio", value=value, unit="", at_least=0.7)

    assert result.verdict == verdict
    assert as_table("Title", [result]).splitlines()[1].endswith(f"at least 0.7: {verdict}")


def test_results_for_programs_are_one_line_of_json() -> None:
    line = as_json("memory", [Result(what="master", value=40.5, unit="MB")])

    assert json.loads(line) == {
        "name": "memory",
        "results": [{"what": "master", "value": 40.5, "unit": "MB", "at_most": None, "at_least": None, "verdict": ""}],
    }
