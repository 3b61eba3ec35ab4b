"""What a hundred tests at once do to each other and to everybody else: the mail server takes a second for each."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from threading import Barrier
from typing import Self

from bench.measuring import Result, percentile, seconds_of
from bench.portal import PASSED, Browser, Portal, running_portal
from bench.slow_server import running_slow_server

TITLE = "A hundred tests at once, each of a server that takes 1 s"
_TESTS, _IDLE_PAGES = 100, 200
_LIST = "/connections/"


def measure() -> list[Result]:
    """Measure the list page alone, then while the tests run."""
    with running_slow_server(1.0) as server, running_portal(server.network) as portal:
        ids = [_add(portal, number, server.port) for number in range(_TESTS)]
        reader = portal.browser()
        idle = [seconds_of(lambda: reader.get(_LIST)) for _ in range(_IDLE_PAGES)]
        presses = [_Press.prepare(portal.browser(), connection_id) for connection_id in ids]
        together = Barrier(_TESTS)
        with ThreadPoolExecutor(_TESTS) as pool:
            tests = [pool.submit(press.at_once, together) for press in presses]
            busy = []
            while not all(test.done() for test in tests):
                busy.append(seconds_of(lambda: reader.get(_LIST)))
        reader.close()
        outcomes = [test.result() for test in tests]
    p95_idle, p95_busy = (percentile(times, 95) * 1000 for times in (idle, busy))
    return [
        Result(what="tests that failed", value=sum(not passed for passed, _ in outcomes), unit="", at_most=0),
        Result(what="slowest test", value=max(seconds for _, seconds in outcomes), unit="s", at_most=20),
        Result(what="list page when idle, p95", value=p95_idle, unit="ms"),
        Result(what=f"list page meanwhile, p95 of {len(busy)}", value=p95_busy, unit="ms"),
        Result(what="ratio", value=p95_busy / p95_idle, unit="", at_most=5),
    ]


def _add(portal: Portal, number: int, port: int) -> int:
    user = f"user{number}@example.com"
    return portal.add_connection(f"Mailbox {number}", server=f"127.0.0.1:{port}:tls", user=user, password="secret")


@dataclass(frozen=True, kw_only=True)
class _Press:
    """One person before the button Test connection."""

    browser: Browser
    path: str
    form: Mapping[str, str]

    @classmethod
    def prepare(cls, browser: Browser, connection_id: int) -> Self:
        """Look at the page of a connection."""
        path = f"/connections/{connection_id}"
        form = {"csrf_token": browser.token(path)}
        browser.close()
        return cls(browser=browser, path=f"{path}/test", form=form)

    def at_once(self, together: Barrier) -> tuple[bool, float]:
        """Press at the same moment as all others; say whether the test passed, and how long it took."""
        answer = ""

        def press() -> None:
            nonlocal answer
            # No answer at all is a failed test, to be counted as such.
            with suppress(OSError, HTTPException, RuntimeError):
                answer = self.browser.press(self.path, self.form)

        together.wait()
        seconds = seconds_of(press)
        self.browser.close()
        return PASSED in answer, seconds
