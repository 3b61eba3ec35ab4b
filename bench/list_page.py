"""Whether the list of connections stays as quick when there are many: 10,000 against 100."""

from statistics import median

from bench.measuring import Result, seconds_of
from bench.portal import running_portal

TITLE = "List page, median of 100"
_ROUNDS, _WARM_UP = 100, 10
_FEW, _MANY = 100, 10_000


def measure() -> list[Result]:
    """Alternate between two portals."""
    with running_portal() as small, running_portal() as large:
        small.fill(_FEW)
        large.fill(_MANY)
        browsers = small.browser(), large.browser()
        times = [
            [seconds_of(lambda browser=browser: browser.get("/connections/")) for browser in browsers]  # type: ignore[misc]
            for _ in range(_WARM_UP + _ROUNDS)
        ][_WARM_UP:]
        for browser in browsers:
            browser.close()
    few, many = (median(each) * 1000 for each in zip(*times, strict=True))
    return [
        Result(what=f"with {_FEW:,} connections", value=few, unit="ms"),
        Result(what=f"with {_MANY:,} connections", value=many, unit="ms"),
        Result(what="ratio", value=many / few, unit="", at_most=1.3),
    ]
