"""What all measurements share: a result with its target, percentiles, and how results are shown. Knows no portal."""

import json
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True)
class Result:
    """One measured value; where there is a target, it must not be above it, or not below."""

    what: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def verdict(self) -> str:
        """Return whether the target was met; nothing where there is none."""
        if self.at_most is None and self.at_least is None:
            return ""
        met = (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )
        return "met" if met else "missed"


def seconds_of(act: Callable[[], object]) -> float:
    """Measure how long something takes."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def percentile(values: Iterable[float], percent: float) -> float:
    """Return the value that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[max(math.ceil(len(ordered) * percent / 100) - 1, 0)]


def as_table(title: str, results: Sequence[Result]) -> str:
    """Lay results out for people."""
    lines = [f"{line.what:<52} {line.value:>8.2f} {line.unit:<3}{_target(line)}" for line in results]
    return "\n".join((title, *(f"  {line}".rstrip() for line in lines), ""))


def as_json(name: str, results: Sequence[Result]) -> str:
    """Return results as one line for programs."""
    return json.dumps({"name": name, "results": [{**asdict(line), "verdict": line.verdict} for line in results]})


def _target(line: Result) -> str:
    bounds = [f"{words} {bound:g} {line.unit}".rstrip() for words, bound in _bounds(line) if bound is not None]
    return f"  {', '.join(bounds)}: {line.verdict}" if bounds else ""


def _bounds(line: Result) -> tuple[tuple[str, float | None], ...]:
    return ("at most", line.at_most), ("at least", line.at_least)
