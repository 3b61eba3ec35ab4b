"""Takes permissions to ask from the database by the block, so that not every request waits for a write."""

import time
from threading import Lock

from limits import RateLimitItem

from webapp.web.extensions import limiter

_MOST_KEPT = 1000


class ReservedQuota:
    """What one process has taken and not used: of each key, how many requests, and until when.

    A block is a twentieth of the limit, so that is how far each process may be off the mark.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._left: dict[str, tuple[int, float]] = {}

    def hit(self, limit: RateLimitItem, key: str) -> bool:
        """Use one; say whether there was one to be had."""
        if self._use(key):
            return True
        taken = self._take(limit, key)
        with self._lock:
            if taken > 1:
                self._forget_old()
                self._left[key] = (taken - 1, time.monotonic() + limit.get_expiry())
        return taken > 0

    def _use(self, key: str) -> bool:
        with self._lock:
            left, until = self._left.pop(key, (0, 0.0))
            if until <= time.monotonic():
                return False
            if left > 1:
                self._left[key] = (left - 1, until)
            return True

    def _forget_old(self) -> None:
        if len(self._left) >= _MOST_KEPT:
            now = time.monotonic()
            self._left = {key: kept for key, kept in self._left.items() if kept[1] > now}

    @staticmethod
    def _take(limit: RateLimitItem, key: str) -> int:
        size = max(1, limit.amount // 20)
        counted = limiter.storage.incr(limit.key_for(key), limit.get_expiry(), amount=size)
        return min(size, limit.amount + size - counted)
