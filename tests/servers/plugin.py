"""Fixtures of real servers, each started once when first asked for; where one is missing, a skip says how to get it."""

import os
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest

from tests.servers.dovecot import LOGS, Dovecot, running_dovecot
from tests.servers.openid_provider import OpenIdProvider, running_openid_provider
from tests.servers.postgres import Postgres, running_postgres
from tests.servers.services import MissingError, find
from tests.servers.token_check import TokenCheck

DovecotWith = Callable[..., Dovecot]

REDIRECT_URIS = tuple(f"http://127.0.0.1:8000/oauth/{kind}/callback" for kind in ("gmail", "outlook"))


@contextmanager
def needed() -> Iterator[None]:
    """Skip where a program is missing, or fail if `REQUIRE_SERVICES` is set."""
    missing = ""
    try:
        yield
    except MissingError as error:
        missing = str(error)
    if missing and os.environ.get("REQUIRE_SERVICES"):
        pytest.fail(missing, pytrace=False)
    if missing:
        pytest.skip(missing)


@pytest.fixture(scope="session")
def dovecot_with() -> Iterator[DovecotWith]:
    """Return a function that starts a Dovecot with other settings, once for each choice of them."""
    running: dict[object, Dovecot] = {}
    with ExitStack() as stack:

        def start(tokens: TokenCheck | None = None, **settings: str) -> Dovecot:
            choice = (tokens, *sorted(settings.items()))
            if choice not in running:
                with needed():
                    running[choice] = stack.enter_context(running_dovecot(tokens, **settings))
            return running[choice]

        yield start


@pytest.fixture(scope="session")
def dovecot(dovecot_with: DovecotWith) -> Dovecot:
    """Return a Dovecot that offers PLAIN and LOGIN, with TLS, STARTTLS and without."""
    return dovecot_with()


@pytest.fixture(scope="session")
def openid_provider() -> Iterator[OpenIdProvider]:
    """Return an OpenID provider that is not ours."""
    with ExitStack() as stack:
        with needed():
            provider = stack.enter_context(running_openid_provider(REDIRECT_URIS))
        yield provider


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Return a PostgreSQL cluster."""
    with ExitStack() as stack:
        with needed():
            cluster = stack.enter_context(running_postgres())
        yield cluster


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """Return the SQLAlchemy URL of an empty database of this test alone."""
    with postgres.database() as url:
        yield url


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Return the path of Chromium: the headless build where it is installed, which is a third quicker."""
    with needed():
        with suppress(MissingError):
            return str(find("chromium-headless-shell", "chromium-headless-shell"))
        return str(find("chromium", "chromium"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show beside a failure what each Dovecot has written in the last minute: a rare one cannot be asked again."""
    report = yield
    if report.failed:
        for log in LOGS:
            if log.exists() and time.time() - log.stat().st_mtime < 60:
                last = log.read_text(encoding="utf-8", errors="replace").splitlines()[-30:]
                report.sections.append((f"{log.parent.name} says", "\n".join(last)))
    return report
