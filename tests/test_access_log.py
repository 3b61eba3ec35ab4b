"""The access log, where it is switched on, lets no one in who reads it."""

import pytest

from tests.portals import environment, serving_portal, within

SECRET = "s3cr3t-" + "x" * 36


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("access")
    with serving_portal(environment(folder / "data", access_log=1), folder / "log") as portal:
        for path in (
            f"/hand-off/{SECRET}",
            f"/hand-off/{SECRET}/state",
            f"/join/{SECRET}",
            f"/new-password/{SECRET}",
            f"/connections/consent/{SECRET}",
            f"/sign-in?next={SECRET}",
        ):
            portal.get(path)
        # A line is written when its answer has gone out.
        assert within(10, lambda: "/sign-in" in portal.output)
        return portal.output


def test_no_link_that_opens_by_itself_is_in_it(log: str) -> None:
    assert SECRET not in log


@pytest.mark.parametrize("path", ["/hand-off/…", "/hand-off/…/state", "/connections/consent/…", "/sign-in", "/health"])
def test_what_was_asked_is(log: str, path: str) -> None:
    assert f'"GET {path}" ' in log
