"""A process that is killed while it renews a rotating grant leaves one that works, or one that says what to do."""

import os
import random
import select
import signal
import socket
import time
from threading import Event

import pytest
import requests

from tests.core.oauth.servers import Request, Server
from tests.services.providers.oauth.authorization_helper import Desk
from tests.services.providers.oauth.processes import PATIENCE, renewing
from webapp.config.settings import Settings
from webapp.core.oauth.errors import FailureKind, OAuthError
from webapp.practice.oauth_server.http_server import ProviderServer

KILLS = 20
SLOWNESS, PARTS = 0.1, 5


@pytest.fixture
def more_settings(more_settings: dict[str, object], scripted: Server, microsoft: ProviderServer) -> dict[str, object]:
    """Put a person slow before the provider: takes its time to pass a request on, and gives the answer in parts."""
    never = Event()

    def behave(sock: socket.socket, request: Request) -> None:
        if select.select([sock], [], [], SLOWNESS)[0]:  # has gone
            return
        form = request.form
        answer = requests.post(microsoft.endpoints.token, data=form, timeout=10)
        body = answer.content
        head = f"HTTP/1.1 {answer.status_code} Somehow\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        size = len(head + body) // PARTS + 1
        for start in range(0, len(head + body), size):
            sock.sendall((head + body)[start : start + size])
            never.wait(SLOWNESS / PARTS)

    scripted.behaviour = behave
    return {**more_settings, "outlook_token_endpoint": scripted.url("token")}


def recovered(desk: Desk, microsoft: ProviderServer, grant_id: int) -> str:
    """Use the grant as the next one would, and hold that it works or says clearly that it has ended."""
    desk.make_due(grant_id)
    failure = None
    try:
        token = desk.fresh(grant_id)
    except OAuthError as error:
        failure = error
    if failure is None:
        stored = microsoft.store.token(desk.refresh_token(grant_id))
        assert microsoft.store.active_access_token(token.value)
        assert stored is not None
        assert not stored.used
        return "usable"
    assert failure.kind is FailureKind.INVALID_GRANT
    assert "the renewal before this one was interrupted, which can use up a refresh token" in failure.text
    assert desk.row(grant_id).ended_at is not None
    assert desk.failure(grant_id).text == failure.text
    assert desk.sign_in(microsoft) == grant_id
    assert not desk.fresh(grant_id).renewed
    return "ended"


def test_kills_at_random_moments(settings: Settings, desk: Desk, microsoft: ProviderServer) -> None:
    moments = random.Random(20)
    grant_id = desk.sign_in(microsoft)
    outcomes: list[str] = []

    for _ in range(KILLS):
        with renewing(settings, grant_id) as process:
            assert process.pid is not None
            time.sleep(moments.uniform(0, 4 * SLOWNESS))
            os.kill(process.pid, signal.SIGKILL)
        outcomes.append(recovered(desk, microsoft, grant_id))

    print(f"of {KILLS} kills: {outcomes.count('usable')} usable, {outcomes.count('ended')} ended")
    assert set(outcomes) == {"usable", "ended"}


@pytest.mark.parametrize(("moment", "outcome"), [("before asking", "usable"), ("before storing", "ended")])
def test_a_kill_at_a_certain_moment(
    settings: Settings, desk: Desk, microsoft: ProviderServer, moment: str, outcome: str
) -> None:
    grant_id = desk.sign_in(microsoft)
    with renewing(settings, grant_id, until=moment) as process:
        process.join(PATIENCE)
        assert process.exitcode == -signal.SIGKILL

    assert recovered(desk, microsoft, grant_id) == outcome
