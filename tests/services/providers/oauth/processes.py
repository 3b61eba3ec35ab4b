"""Portals in processes of their own that renew grants: forked from one that has imported everything already."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection as Pipe
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Barrier
from typing import Any

from sqlalchemy import update

from webapp import create_app
from webapp.config.settings import Settings
from webapp.core.oauth.client import OAuthClient
from webapp.models import Grant, utcnow, write_transaction
from webapp.services.providers.oauth import access_tokens

PATIENCE = 60.0
PROCESSES = 6
SHORT_LEASE = timedelta(seconds=0.7)

_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload([__name__, "webapp.core.oauth.authlib_session"])


class Racers:
    """Some processes that all ask for a fresh access token at the same moment, round after round."""

    def __init__(self, settings: Settings, grant_id: int) -> None:
        self._start = _forking.Barrier(PROCESSES + 1)
        self._pipes: list[Pipe] = []
        self._processes: list[BaseProcess] = []
        for _ in range(PROCESSES):
            ours, theirs = _forking.Pipe()
            process = _forking.Process(target=_race, args=(settings, grant_id, self._start, theirs), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)

    def round(self) -> list[str]:
        """Let them go, and give what each of them has got: a token, or an error in words."""
        self._start.wait(PATIENCE)
        assert all(pipe.poll(PATIENCE) for pipe in self._pipes)
        return [pipe.recv() for pipe in self._pipes]

    def stop(self) -> None:
        """Send them home."""
        self._start.abort()
        for process, pipe in zip(self._processes, self._pipes, strict=True):
            process.join(PATIENCE)
            process.close()
            pipe.close()


@contextmanager
def racers(settings: Settings, grant_id: int) -> Iterator[Racers]:
    """Start them, and send them home in the end."""
    running = Racers(settings, grant_id)
    try:
        yield running
    finally:
        running.stop()


def _race(settings: Settings, grant_id: int, start: Barrier, results: Pipe) -> None:
    with create_app(settings).app_context():
        while True:
            try:
                start.wait()
            except Exception:  # sent home
                return
            results.send(_attempt(grant_id))


def _attempt(grant_id: int) -> str:
    try:
        return access_tokens.fresh_access_token(grant_id).value
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def make_due(grant_id: int) -> None:
    """Let the access token of a grant have expired."""
    with write_transaction() as connection:
        connection.execute(update(Grant).where(Grant.id == grant_id).values(access_expires_at=utcnow()))


@contextmanager
def renewing(settings: Settings, grant_id: int, until: str = "") -> Iterator[BaseProcess]:
    """Start a process that renews a grant again and again, or until it kills itself, and wait until it is at work."""
    ours, theirs = _forking.Pipe()
    process = _forking.Process(target=_renew, args=(settings, grant_id, until, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        assert ours.poll(PATIENCE)
        yield process
    finally:
        process.kill()
        process.join(PATIENCE)
        process.close()
        ours.close()


def _renew(settings: Settings, grant_id: int, until: str, ready: Pipe) -> None:
    access_tokens.LEASE_DURATION = SHORT_LEASE
    if until:
        _MOMENTS[until]()
    with create_app(settings).app_context():
        ready.send(None)
        while True:
            make_due(grant_id)
            access_tokens.fresh_access_token(grant_id)


def _die(*_: Any, **__: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def _before_asking() -> None:
    setattr(OAuthClient, "refresh", _die)  # noqa: B010  (mypy)


def _before_storing() -> None:
    setattr(access_tokens, "_store", _die)  # noqa: B010


_MOMENTS: dict[str, Callable[[], None]] = {"before asking": _before_asking, "before storing": _before_storing}
