"""How often in a row a connection may fail before it is given up for this time."""

from collections.abc import Sequence
from time import sleep

from webapp.core.imap.protocol.errors import ImapError, is_transient

WAITS: Sequence[float] = (1, 4, 15)
"""Seconds to wait before the second try, the third, and so on."""


class RetryPolicy:
    """Counts failures since something last went well."""

    def __init__(self) -> None:
        self._failed = 0

    def reset(self) -> None:
        """Begin counting again."""
        self._failed = 0

    def wait_after(self, error: ImapError) -> None:
        """Wait before the next try; raise the error where there is to be none."""
        if not is_transient(error) or self._failed == len(WAITS):
            raise error
        sleep(WAITS[self._failed])
        self._failed += 1
