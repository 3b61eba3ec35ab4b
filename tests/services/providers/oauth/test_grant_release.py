"""What happens to a grant when its last connection goes: deleted, and revoked where no one else lives on it."""

import socket
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from tests.core.oauth.servers import PATIENCE, Behaviour, Request, Server, answers, http, silent
from tests.services.providers.oauth.authorization_helper import Desk, answer
from tests.web.pages.accounts.test_races import in_a_thread, just_before, wait_until_it_ends_or_waits_for_a_lock
from webapp.core.net.http import HttpLimits
from webapp.core.oauth.client import OAuthClient
from webapp.models import db
from webapp.practice.oauth_server.http_server import ProviderServer
from webapp.security.secret_box import SecretBox
from webapp.services.providers.gmail import GMAIL
from webapp.services.providers.outlook import OUTLOOK

QUICK = HttpLimits(total=0.5, connect=0.5)


def is_revoked(authority: ProviderServer, refresh_token: str) -> bool:
    token = authority.store.token(refresh_token)
    assert token is not None
    return token.is_revoked()


def test_a_grant_in_use_stays(desk: Desk, google: ProviderServer) -> None:
    grant_id = desk.sign_in(google)
    desk.disconnect(desk.connect(grant_id, "One"))
    desk.connect(grant_id, "Two")

    assert desk.drop(grant_id) == ""

    assert not is_revoked(google, desk.refresh_token(grant_id))


def test_the_last_connection_takes_the_grant_along(desk: Desk, google: ProviderServer) -> None:
    grant_id = desk.sign_in(google)
    refresh_token = desk.refresh_token(grant_id)
    desk.disconnect(desk.connect(grant_id))

    assert desk.drop(grant_id) == ""

    assert desk.row(grant_id) is None
    assert is_revoked(google, refresh_token)


def test_where_the_provider_revokes_nothing_the_grant_is_only_deleted(desk: Desk, microsoft: ProviderServer) -> None:
    grant_id = desk.sign_in(microsoft)
    refresh_token = desk.refresh_token(grant_id)

    assert desk.drop(grant_id) == ""

    assert desk.row(grant_id) is None
    assert not is_revoked(microsoft, refresh_token)


@pytest.mark.parametrize("used", [True, False])
def test_what_another_connection_of_the_account_lives_on_is_not_revoked(
    desk: Desk, google: ProviderServer, used: bool
) -> None:
    """The portal had another client before: the account has two grants here, and Google would end both."""
    old = desk.sign_in(google)
    if used:
        desk.connect(old)
    desk.change(old, client_id="the client before")
    new = desk.sign_in(google)
    refresh_token = desk.refresh_token(new)

    assert desk.drop(new) == ""

    assert desk.row(new) is None
    assert is_revoked(google, refresh_token) is not used


def test_the_grant_of_another_account_does_not_matter(desk: Desk, google: ProviderServer) -> None:
    desk.connect(desk.consent(GMAIL, answer(refresh_token="refresh-of-another"), subject="another"))
    grant_id = desk.sign_in(google)
    refresh_token = desk.refresh_token(grant_id)

    desk.drop(grant_id)

    assert is_revoked(google, refresh_token)


def test_what_has_ended_is_not_revoked(desk: Desk, google: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OAuthClient, "revoke", lambda *_: pytest.fail("asked to revoke what has ended"))
    grant_id = desk.sign_in(google)
    desk.change(grant_id, ended_at=desk.row(grant_id).obtained_at)

    assert desk.drop(grant_id) == ""
    assert desk.row(grant_id) is None


def test_what_is_revoked_already_needs_no_word(desk: Desk, google: ProviderServer) -> None:
    grant_id = desk.sign_in(google)
    google.revoke(desk.row(grant_id).account)

    assert desk.drop(grant_id) == ""


def test_a_grant_that_is_not_there_needs_no_word(desk: Desk) -> None:
    assert desk.drop(4711) == ""


def test_two_that_let_go_at_once_revoke_once(
    desk: Desk, google: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant_id = desk.sign_in(google)
    revoked: list[str] = []
    monkeypatch.setattr(OAuthClient, "revoke", lambda _, token: revoked.append(token))
    refresh_token, together = desk.refresh_token(grant_id), Barrier(4)

    def drop() -> str:
        together.wait(PATIENCE)
        return desk.drop(grant_id)

    with ThreadPoolExecutor(4) as pool:
        assert [each.result(PATIENCE) for each in [pool.submit(drop) for _ in range(4)]] == [""] * 4

    assert revoked == [refresh_token]


def test_a_key_that_is_missing_does_not_hold_the_grant_and_is_said(
    app: Flask, desk: Desk, google: ProviderServer
) -> None:
    grant_id = desk.sign_in(google)
    app.extensions["postroom.secret_box"] = SecretBox({"k2": bytes(32)})

    assert "the data key 'k1' is missing" in desk.drop(grant_id)

    assert desk.row(grant_id) is None


@pytest.mark.parametrize("database", ["postgresql"])  # SQLite has one writer at a time
def test_nobody_loses_a_grant_that_they_begin_to_use_at_that_moment(
    app: Flask, desk: Desk, microsoft: ProviderServer
) -> None:
    grant_id = desk.sign_in(microsoft)
    connected: Future[int] = Future()

    def use() -> None:
        try:
            connected.set_result(desk.connect(grant_id))
        except IntegrityError as error:
            connected.set_exception(error)

    def meanwhile() -> None:
        wait_until_it_ends_or_waits_for_a_lock(app, in_a_thread(use))

    with just_before(app, "DELETE FROM", meanwhile):
        desk.drop(grant_id)

    with pytest.raises(IntegrityError):
        connected.result(PATIENCE)


class TestWhereRevokingFails:
    @pytest.fixture
    def more_settings(self, more_settings: dict[str, object], scripted: Server) -> dict[str, object]:
        return {**more_settings, "gmail_revocation_endpoint": scripted.url("revoke")}

    @pytest.mark.parametrize(
        ("behaviour", "words"),
        [
            (answers(b"<title>Out of order</title>", status="503 Service Unavailable"), "HTTP 503"),
            (answers({"error": "server_error"}, status="500 Internal Server Error"), "server_error"),
            (answers({"error": "invalid_client"}, status="401 Unauthorized"), "invalid_client"),
            (answers(status="302 Found", headers="Location: https://elsewhere.example/\r\n"), "elsewhere.example"),
            (silent, "timed out"),
        ],
    )
    def test_it_is_said_and_the_grant_is_deleted(
        self,
        desk: Desk,
        google: ProviderServer,
        scripted: Server,
        behaviour: Behaviour,
        words: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(OAuthClient.__init__, "__kwdefaults__", {"ca_file": None, "limits": QUICK})
        scripted.behaviour = behaviour
        grant_id = desk.sign_in(google)
        refresh_token = desk.refresh_token(grant_id)

        said = desk.drop(grant_id)

        assert words in said
        assert refresh_token not in said
        assert desk.row(grant_id) is None

    def test_nothing_is_open_in_the_database_while_the_provider_is_told(
        self, app: Flask, desk: Desk, google: ProviderServer, scripted: Server
    ) -> None:
        with app.app_context():
            pool = db.engine.pool
        in_use: list[int] = []

        def meanwhile(sock: socket.socket, _: Request) -> None:
            in_use.append(pool.checkedout())  # type: ignore[attr-defined]
            # On SQLite a second writer would wait for the first, which waits for this answer, and fail.
            desk.consent(OUTLOOK, answer(refresh_token="refresh-of-another"))
            sock.sendall(http(b""))

        scripted.behaviour = meanwhile

        assert desk.drop(desk.sign_in(google)) == ""
        assert in_use == [0]
