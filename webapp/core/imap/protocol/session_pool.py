"""Sessions that are kept for a while: reused, bounded over all threads of a process, and never used by two at once.

Knows neither how a session is opened nor what it is used for.
"""

import os
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from threading import Condition, Thread
from time import monotonic

from webapp.core.imap.protocol.errors import ConnectError
from webapp.core.imap.protocol.session import Session

_IDLE_LIFETIME = 5.0
"""Seconds after which silence is no proof any more: a router may have forgotten the connection."""


class _Idle:
    """A session no one uses, since when, and when it was opened."""

    def __init__(self, key: Hashable, session: Session, opened: float) -> None:
        self.key = key
        self.session = session
        self.opened = opened
        self.since = monotonic()

    def is_usable(self, oldest: float) -> bool:
        session = self.session
        if monotonic() - self.opened > oldest:
            return False
        if session.has_no_pending_data and monotonic() - self.since < _IDLE_LIFETIME:
            return True
        session.renew_budget()
        return session.is_alive()


class SessionPool:
    """Keeps sessions by keys, which must tell apart the person who may not share one.

    None is lent again that is older than `oldest`, however much it is used: the person who was let in then, by a
    password or a
    token that has been revoked since, has to prove it again.
    """

    def __init__(
        self, *, keep: float = 60.0, oldest: float = 60.0, per_key: int = 3, in_all: int = 40, patience: float = 10.0
    ) -> None:
        self._keep = keep
        self._oldest = oldest
        self._per_key = per_key
        self._in_all = in_all
        self._patience = patience
        self.forget()

    def forget(self) -> None:
        """Begin empty, without a word to any server: after a fork the sessions are the parent's."""
        self._changed = Condition()
        self._idle: list[_Idle] = []
        self._open: Counter[Hashable] = Counter()
        self._sweeper: Thread | None = None

    @contextmanager
    def acquire(self, key: Hashable, open_: Callable[[], Session]) -> Iterator[Session]:
        """Lend a session for one use, an idle one or a new one; whatever left it out of step, it is closed after that.

        A session that has died while it was idle is replaced. Raises what `open_` raises, and `ConnectError` where all
        that are allowed stay in use.
        """
        reused = self._checkout_idle(key)
        session, opened = (reused.session, reused.opened) if reused else (self._open_new(key, open_), monotonic())
        try:
            session.renew_budget()
            yield session
        finally:
            self._checkin(key, session, opened)

    def close_idle(self, older_than: float = 0.0) -> None:
        """Close sessions that no one has used for so long."""
        with self._changed:
            since = monotonic() - older_than
            old = [each for each in self._idle if each.since <= since]
            self._idle = [each for each in self._idle if each.since > since]
        for each in old:
            self._close(each)

    def _checkout_idle(self, key: Hashable) -> _Idle | None:
        """Take an idle session that still works, or a place for a new one: then there is None."""
        while True:
            idle, spare = self._claim(key)
            if spare:
                self._close(spare, counted=False)
            if idle is None:
                return None
            if idle.is_usable(self._oldest):
                return idle
            self._close(idle)

    def _claim(self, key: Hashable) -> tuple[_Idle | None, _Idle | None]:
        ends = monotonic() + self._patience
        with self._changed:
            while True:
                if (idle := self._newest(key)) is not None:
                    return idle, None
                if self._open[key] < self._per_key:
                    full = self._open.total() >= self._in_all
                    if not full or self._idle:
                        spare = self._idle.pop(0) if full else None  # the one that was idle longest makes room
                        if spare:
                            self._uncount(spare.key)
                        self._open[key] += 1
                        return None, spare
                if not self._changed.wait(ends - monotonic()):
                    raise ConnectError(
                        "Too many simultaneous connections: all that the portal keeps to this mailbox are in use"
                    )

    def _newest(self, key: Hashable) -> _Idle | None:
        for at in reversed(range(len(self._idle))):
            if self._idle[at].key == key:
                return self._idle.pop(at)
        return None

    def _open_new(self, key: Hashable, open_: Callable[[], Session]) -> Session:
        try:
            return open_()
        except BaseException:
            self._release(key)
            raise

    def _checkin(self, key: Hashable, session: Session, opened: float) -> None:
        if not session.is_synchronized:
            session.close()
            self._release(key)
            return
        with self._changed:
            self._idle.append(_Idle(key, session, opened))
            if self._sweeper is None:
                self._sweeper = Thread(target=self._evict_idle, name="close idle IMAP sessions", daemon=True)
                self._sweeper.start()
            self._changed.notify_all()

    def _close(self, idle: _Idle, *, counted: bool = True) -> None:
        with suppress(Exception), idle.session as session:
            if session.is_synchronized and session.has_no_pending_data:
                session.renew_budget()
                session.log_out()
        if counted:
            self._release(idle.key)

    def _release(self, key: Hashable) -> None:
        with self._changed:
            self._uncount(key)
            self._changed.notify_all()

    def _uncount(self, key: Hashable) -> None:
        self._open[key] -= 1
        if not self._open[key]:
            del self._open[key]

    def _evict_idle(self) -> None:
        """Close what has been idle for too long, until nothing is idle."""
        while True:
            with self._changed:
                if not self._idle:
                    self._sweeper = None
                    return
                wait = self._idle[0].since + self._keep - monotonic()
                if wait > 0:
                    self._changed.wait(wait)
            self.close_idle(self._keep)


_POOL = SessionPool()
os.register_at_fork(after_in_child=_POOL.forget)

acquire = _POOL.acquire
close_idle = _POOL.close_idle
