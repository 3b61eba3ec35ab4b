"""Signing in at an OpenID provider that is not ours, put in Google's or Microsoft's place by settings alone."""

from collections.abc import Iterator, Mapping

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import sign_in_as
from tests.http_client import post, words
from tests.servers.dovecot import Dovecot
from tests.servers.openid_provider import OpenIdProvider
from tests.servers.plugin import DovecotWith
from tests.servers.sign_in_steps import ANN, TYPES, Portal
from webapp.core.diagnosis import diagnose
from webapp.core.oauth.client_check import check_client
from webapp.core.oauth.errors import FailureKind, OAuthError
from webapp.models import User
from webapp.practice.oauth_server.http_server import ProviderServer
from webapp.services.connections.checks import check_and_store
from webapp.services.providers.oauth.client_registration import effective_client
from webapp.services.providers.oauth.spec import PROVIDER_SPECS

BEN = "ben@example.com"


@pytest.fixture
def database() -> str:
    """Take one: what a grant asks of a database is shown elsewhere; from end to end it is shown here on both."""
    return "sqlite"


@pytest.fixture(params=list(TYPES))
def kind(request: pytest.FixtureRequest) -> str:
    """Return the name of the provider whose place is taken: each in turn."""
    return str(request.param)


@pytest.fixture
def changed() -> Mapping[str, str]:
    """Change none of the settings that put the provider in."""
    return {}


@pytest.fixture
def mail_server(dovecot_with: DovecotWith, openid_provider: OpenIdProvider, kind: str) -> Dovecot:
    """Return a Dovecot that asks the provider about tokens."""
    return dovecot_with(openid_provider.token_check(PROVIDER_SPECS[TYPES[kind]].mail_scope))


@pytest.fixture
def more_settings(
    openid_provider: OpenIdProvider, mail_server: Dovecot, kind: str, changed: Mapping[str, str]
) -> Mapping[str, object]:
    return {
        **openid_provider.settings(kind),
        f"{kind}_imap_server": f"{mail_server.address}:{mail_server.tls_port}:tls",
        "allowed_networks": "127.0.0.0/8",
        "ca_file": mail_server.ca_file,
        **{f"{kind}_{name}": value for name, value in changed.items()},
    }


@pytest.fixture
def portal(client: FlaskClient, member: User, openid_provider: OpenIdProvider, kind: str) -> Portal:
    sign_in_as(client, member)
    return Portal(client, openid_provider, kind)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_from_an_empty_form_to_a_mailbox_at_dovecot(portal: Portal, database: str) -> None:
    page = portal.sign_in()

    assert f"Signed in as {ANN}" in words(portal.client.get(page))
    connection_id = portal.save(page)
    with portal.app.app_context():
        verdict, _ = check_and_store(connection_id)
    assert verdict.passed, verdict.report.failure
    assert "AUTHENTICATE XOAUTH2" in {step.detail for step in verdict.report.steps}


def test_the_grant_is_that_of_the_account_and_of_the_scopes_that_were_consented_to(portal: Portal, kind: str) -> None:
    portal.sign_in()

    (grant,) = portal.grants()
    assert (grant.account, grant.subject, grant.ended_at) == (ANN, ANN, None)
    assert set(grant.scopes.split()) == set(PROVIDER_SPECS[TYPES[kind]].scopes)


def test_a_second_consent_renews_the_grant_of_the_account(portal: Portal) -> None:
    portal.sign_in()
    first = portal.refresh_token()

    portal.sign_in()

    assert len(portal.grants()) == 1
    assert portal.refresh_token() != first


def test_another_account_than_the_one_typed_is_never_taken_in_silence(portal: Portal) -> None:
    page = portal.sign_in(BEN)

    assert f"{BEN} signed in, not {ANN}." in words(portal.client.get(page))


def test_each_renewal_stores_the_rotated_refresh_token(portal: Portal, openid_provider: OpenIdProvider) -> None:
    portal.sign_in()
    seen = [portal.refresh_token()]

    for _ in range(3):
        token = portal.renew()
        assert token.renewed
        assert openid_provider.introspect(token.value)["sub"] == ANN
        seen.append(portal.refresh_token())

    assert len(set(seen)) == 4


def test_a_refresh_token_that_was_used_twice_ends_the_grant(portal: Portal, kind: str) -> None:
    portal.sign_in()
    first = portal.refresh_token()
    portal.renew()
    with portal.app.app_context(), pytest.raises(OAuthError):
        effective_client(TYPES[kind]).oauth().refresh(first)

    with pytest.raises(OAuthError) as refused:
        portal.renew()

    assert refused.value.kind is FailureKind.INVALID_GRANT
    assert diagnose(refused.value.failure(kind)).problem.slug == "reconnect-required"
    assert portal.grants()[0].ended_at is not None


def test_signing_in_again_heals_a_grant_that_has_ended(portal: Portal, kind: str) -> None:
    connection_id = portal.save(portal.sign_in())
    first = portal.refresh_token()
    portal.renew()
    with portal.app.app_context(), pytest.raises(OAuthError):
        effective_client(TYPES[kind]).oauth().refresh(first)
    with pytest.raises(OAuthError):
        portal.renew()

    portal.sign_in()

    with portal.app.app_context():
        verdict, _ = check_and_store(connection_id)
    assert verdict.passed, verdict.report.failure


def test_who_cancels_at_the_provider_reads_that_consent_is_missing(portal: Portal) -> None:
    page = portal.client.get(portal.sign_in(consents=False))

    assert "Diagnosis consent-not-given" in words(page)
    assert "End-User aborted interaction" in words(page)
    assert portal.grants() == []


@pytest.mark.parametrize("kind", ["gmail"], indirect=True)
def test_deleting_the_last_connection_of_an_account_revokes_its_grant(
    portal: Portal, openid_provider: OpenIdProvider
) -> None:
    connection_id = portal.save(portal.sign_in())
    token = portal.renew().value
    assert openid_provider.introspect(token)["active"]

    answer = post(portal.client, f"/connections/{connection_id}/delete")

    assert answer.status_code == 303
    assert not openid_provider.introspect(token)["active"]


def test_a_registration_proves_itself_before_anybody_signs_in(app: Flask, kind: str) -> None:
    with app.app_context():
        assert check_client(effective_client(TYPES[kind]).oauth()) is None


WRONG = {
    "secret": ({"client_secret": "another"}, "client-secret-wrong"),
    "ID": ({"client_id": "another"}, "client-secret-wrong"),
}


@pytest.mark.parametrize(("changed", "slug"), WRONG.values(), ids=WRONG)
def test_a_registration_that_does_not_fit_is_found_out(
    app: Flask, kind: str, changed: Mapping[str, str], slug: str
) -> None:
    with app.app_context():
        failure = check_client(effective_client(TYPES[kind]).oauth())

    assert failure
    assert diagnose(failure.failure(kind)).problem.slug == slug


MISFITS = {
    "secret": ({"client_secret": "another"}, "client-secret-wrong", "error=invalid_client"),
    "issuer": ({"issuer": "http://127.0.0.1:1"}, "oauth-client-misconfigured", "names another issuer"),
}


@pytest.mark.parametrize(("changed", "slug", "said"), MISFITS.values(), ids=MISFITS)
def test_what_does_not_fit_the_settings_stores_no_grant(
    portal: Portal, changed: Mapping[str, str], slug: str, said: str
) -> None:
    page = words(portal.client.get(portal.sign_in()))

    assert f"Diagnosis {slug}" in page
    assert said in page
    assert portal.grants() == []


class TestWithTheKeysOfAnotherProvider:
    @pytest.fixture
    def changed(self) -> Iterator[Mapping[str, str]]:
        with ProviderServer.start("google") as another:
            yield {"jwks_uri": another.endpoints.jwks_uri}

    def test_the_id_token_is_refused_and_no_grant_stored(self, portal: Portal) -> None:
        page = words(portal.client.get(portal.sign_in()))

        assert "Invalid JWT signature: no key" in page
        assert "Diagnosis oauth-client-misconfigured" in page
        assert portal.grants() == []


class TestWhereOfflineAccessIsPassedOver:
    @pytest.fixture
    def kind(self) -> str:
        return "outlook"

    @pytest.fixture
    def changed(self, openid_provider: OpenIdProvider) -> Mapping[str, str]:
        return {"authorization_endpoint": f"{openid_provider.url}/auth"}

    def test_a_sign_in_that_would_not_last_stores_no_grant(self, portal: Portal) -> None:
        page = words(portal.client.get(portal.sign_in()))

        assert "The provider gave no refresh token" in page
        assert portal.grants() == []
