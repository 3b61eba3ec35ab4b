"""How much memory the whole portal takes when no one uses it: the master and two workers, shared pages counted once."""

import time

from bench.measuring import Result
from bench.portal import Portal, running_portal
from bench.processes import children, pss

TITLE = "Memory of the idle portal (PSS)"
_PAGES = 40


def measure() -> list[Result]:
    """Have pages served by every worker, let the portal rest, and add up its processes."""
    with running_portal() as portal:
        portal.fill(100)
        _use(portal)
        time.sleep(1)
        master, *workers = (pss(process) for process in (portal.process_id, *children(portal.process_id)))
    return [
        Result(what="master", value=master, unit="MB"),
        *(Result(what=f"worker {number}", value=size, unit="MB") for number, size in enumerate(workers, 1)),
        Result(what="together", value=master + sum(workers), unit="MB", at_most=200),
    ]


def _use(portal: Portal) -> None:
    for _ in range(_PAGES):
        browser = portal.browser()  # a new connection each time, so that both workers have their share
        browser.get("/connections/")
        browser.get("/connections/new")
        browser.close()
