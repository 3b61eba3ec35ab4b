"""What the tests of acts share: mail at a real Dovecot, over a wire that can be cut."""

from collections.abc import Iterator

import pytest

from tests.services.mail_actions.mailboxes_for_tests import capabilities, post, server, wire
from webapp.core.imap.protocol.session_pool import close_idle

__all__ = ["capabilities", "post", "server", "wire"]


@pytest.fixture(autouse=True)
def _no_sessions_left() -> Iterator[None]:
    yield
    close_idle()


@pytest.fixture
def database() -> str:
    """Run once, but where a test says otherwise: what acts ask of the database is asked by others on both."""
    return "sqlite"
