"""Saved connections at a real Dovecot: the token comes out of the grant, and Dovecot asks its issuer about it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import sign_in_as
from tests.http_client import post
from tests.servers.dovecot import Dovecot
from tests.servers.plugin import DovecotWith
from tests.servers.test_dovecot import detail as step
from tests.servers.test_dovecot_tokens import ENOUGH_TO_KNOW_SOMEBODY, XOAUTH2_CHALLENGE, asking
from webapp.config.app_state import secret_box
from webapp.core.imap import StepName
from webapp.core.oauth.client import Identity, TokenResponse
from webapp.models import CheckState, Connection, Grant, User, db, utcnow
from webapp.practice.oauth_server.http_server import ProviderServer
from webapp.practice.oauth_server.sample_users import OFFICE
from webapp.services.connections.check_result import CheckResult
from webapp.services.connections.checks import check_and_store
from webapp.services.providers.oauth.client_registration import effective_client
from webapp.services.providers.oauth.grants import store_consent
from webapp.services.providers.outlook import OUTLOOK

ANTON, TOM = f"anton@{OFFICE}", f"tom@{OFFICE}"


@pytest.fixture(scope="module")
def running_microsoft() -> Iterator[ProviderServer]:
    with ProviderServer.start("microsoft") as authority:
        yield authority


@pytest.fixture
def microsoft(running_microsoft: ProviderServer) -> ProviderServer:
    running_microsoft.reset()
    return running_microsoft


@pytest.fixture
def database() -> str:
    """Take one: what a grant asks of a database is shown elsewhere."""
    return "sqlite"


@pytest.fixture
def server(dovecot_with: DovecotWith, running_microsoft: ProviderServer) -> Dovecot:
    """Return the mail server of the portal's Outlook connections."""
    return dovecot_with(asking(running_microsoft))


@pytest.fixture
def more_settings(server: Dovecot, running_microsoft: ProviderServer) -> Mapping[str, object]:
    return in_microsofts_place(server, running_microsoft)


def in_microsofts_place(server: Dovecot, authority: ProviderServer) -> dict[str, object]:
    """Put the practice provider and Dovecot in Microsoft's place, by nothing but settings."""
    endpoints = authority.endpoints
    return {
        "outlook_client_id": authority.client_id,
        "outlook_client_secret": authority.client_secret,
        "outlook_authorization_endpoint": endpoints.authorization,
        "outlook_token_endpoint": endpoints.token,
        "outlook_jwks_uri": endpoints.jwks_uri,
        "outlook_issuer": endpoints.issuer,
        "outlook_imap_server": f"{server.address}:{server.tls_port}:tls",
        "allowed_networks": "127.0.0.0/8",
        "ca_file": server.ca_file,
    }


@dataclass(frozen=True)
class Saved:
    """A saved connection whose owner has signed in."""

    app: Flask
    connection_id: int

    def check(self) -> CheckResult:
        with self.app.app_context():
            verdict, kept = check_and_store(self.connection_id)
            assert kept
            assert self._connection.state is (CheckState.WORKS if verdict.passed else CheckState.FAILS)
            return verdict

    def let_renewal_be_due(self) -> None:
        with self.app.app_context():
            self._grant.access_expires_at = utcnow()
            db.session.commit()

    def grant(self) -> Grant:
        with self.app.app_context():
            grant = self._grant
            db.session.expunge(grant)
            return grant

    def refresh_token(self) -> str:
        with self.app.app_context():
            grant = self._grant
            return secret_box().decrypt(grant.sealed_refresh_token, "grant", grant.id, "sealed_refresh_token")

    @property
    def _connection(self) -> Connection:
        # A check writes past the session: what that has read before is old.
        return db.session.get_one(Connection, self.connection_id, populate_existing=True)

    @property
    def _grant(self) -> Grant:
        return db.session.get_one(Grant, self._connection.grant_id)


def save(app: Flask, issued: Mapping[str, Any], *, user: str = ANTON, lifetime: int = 3600) -> Saved:
    """Save a connection of Anton's with the tokens that the provider issued."""
    answer = TokenResponse(
        access_token=issued["access_token"],
        refresh_token=issued["refresh_token"],
        expires_at=datetime.now(UTC) + timedelta(seconds=lifetime),
        scopes=frozenset(issued["scope"].split()),
    )
    with app.app_context():
        client = effective_client(OUTLOOK)
        grant = store_consent(client, answer, Identity(subject="tenant:anton", address=ANTON))
        connection = Connection(name="Office", name_key="office", address=user, user=user, credential_type=OUTLOOK)
        connection.grant_id = grant.id
        db.session.add(connection)
        db.session.commit()
        return Saved(app, connection.id)


def test_a_saved_connection_logs_in_with_the_token_from_the_store(app: Flask, microsoft: ProviderServer) -> None:
    saved = save(app, microsoft.issue_token(ANTON))

    verdict = saved.check()

    assert verdict.passed, verdict.report.failure
    assert step(verdict.report, StepName.ACCESS_TOKEN).startswith("From the store, obtained ")
    assert step(verdict.report, StepName.AUTHENTICATE) == "AUTHENTICATE XOAUTH2"
    assert microsoft.token_calls == 0


def test_a_saved_connection_renews_its_token_and_logs_in_with_each_rotated_one(
    app: Flask, microsoft: ProviderServer
) -> None:
    saved = save(app, microsoft.issue_token(ANTON))
    seen = [saved.refresh_token()]

    for _ in range(3):
        saved.let_renewal_be_due()
        verdict = saved.check()
        assert verdict.passed, verdict.report.failure
        assert step(verdict.report, StepName.ACCESS_TOKEN).startswith("Renewed just now, good for 60 minutes")
        seen.append(saved.refresh_token())

    assert len(set(seen)) == 4
    assert microsoft.token_calls == 3


def test_a_token_that_dovecot_holds_for_expired_is_refused_with_all_that_is_known(
    app: Flask, microsoft: ProviderServer
) -> None:
    microsoft.store.set_lifetime(ANTON, 0)
    saved = save(app, microsoft.issue_token(ANTON))

    verdict = saved.check()

    assert verdict.slug == "oauth-token-rejected"
    assert verdict.report.failure
    assert verdict.report.failure.text.endswith(
        f" Authentication failed. {XOAUTH2_CHALLENGE} (mailbox: {ANTON}; signed in: {ANTON}; granted: "
        f"{saved.grant().scopes}; needed: {microsoft.profile.mail_scope})"
    )


def test_a_revoked_grant_is_refused_first_by_dovecot_and_then_by_the_provider(
    app: Flask, microsoft: ProviderServer
) -> None:
    saved = save(app, microsoft.issue_token(ANTON))
    microsoft.revoke(ANTON)

    assert saved.check().slug == "oauth-token-rejected"
    assert saved.grant().ended_at is None
    saved.let_renewal_be_due()
    assert saved.check().slug == "reconnect-required"
    assert saved.grant().ended_at is not None


def test_the_mailbox_of_another_account_is_refused_as_the_wrong_account(app: Flask, microsoft: ProviderServer) -> None:
    saved = save(app, microsoft.issue_token(ANTON), user=TOM)

    assert saved.check().slug == "wrong-account"


def test_a_grant_without_the_mail_scope_is_refused_as_such(app: Flask, microsoft: ProviderServer) -> None:
    saved = save(app, microsoft.issue_token(ANTON, scope=ENOUGH_TO_KNOW_SOMEBODY))

    assert saved.check().slug == "scope-missing"


def test_the_page_has_the_challenge_in_its_technical_details(
    app: Flask, client: FlaskClient, member: User, microsoft: ProviderServer
) -> None:
    issued = microsoft.issue_token(ANTON)
    saved = save(app, issued)
    microsoft.revoke(ANTON)
    sign_in_as(client, member)
    page = f"/connections/{saved.connection_id}"

    answer = post(client, f"{page}/test", page=page).get_data(as_text=True)

    details = answer.partition("Technical details")[2]
    assert XOAUTH2_CHALLENGE in details
    assert issued["access_token"] not in answer
