"""Tokens show themselves nowhere: not in a repr, not in a log, not in what is said of a failure."""

import logging

import pytest

from tests.core.oauth.servers import Server, answers
from tests.services.providers.oauth.authorization_helper import Desk, answer
from webapp.core.oauth.errors import OAuthError
from webapp.services.providers.oauth.client_registration import effective_client
from webapp.services.providers.oauth.provider import GrantCredentialSource
from webapp.services.providers.oauth.spec import PROVIDER_SPECS
from webapp.services.providers.outlook import OUTLOOK

ACCESS, REFRESH = "the-access-token-of-ann", "the-refresh-token-of-ann"
SECRETS = (ACCESS, REFRESH, "practice-microsoft-secret")


@pytest.fixture
def more_settings(more_settings: dict[str, object], scripted: Server) -> dict[str, object]:
    """Renew at the provider that does as the test says."""
    return {**more_settings, "outlook_token_endpoint": scripted.url("token")}


def shown(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


def test_nothing_is_logged_or_shown_of_a_renewal(
    desk: Desk, scripted: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    scripted.behaviour = answers({"access_token": ACCESS, "refresh_token": REFRESH, "token_type": "Bearer"})
    tokens = answer("old-access", refresh_token="old-refresh")
    grant_id = desk.consent(OUTLOOK, tokens)
    desk.make_due(grant_id)

    token = desk.fresh(grant_id)

    with desk.app.app_context():
        client = effective_client(OUTLOOK)
        obtained = GrantCredentialSource(grant_id, PROVIDER_SPECS[OUTLOOK])()
        registration = client.oauth().settings
    assert token.value == ACCESS
    assert scripted.requests[0].form["client_secret"] in SECRETS
    for each in (token, tokens, client, registration, obtained, desk.row(grant_id)):
        assert shown(repr(each)) == []
    assert shown(caplog.text) == []


@pytest.mark.parametrize("status", ["400 Bad Request", "500 Internal Server Error"])
@pytest.mark.parametrize("error", ["invalid_grant", "invalid_client"])
def test_a_provider_that_repeats_what_it_was_told_is_quoted_without(
    desk: Desk, scripted: Server, caplog: pytest.LogCaptureFixture, status: str, error: str
) -> None:
    caplog.set_level(logging.DEBUG)
    told = f"You sent {REFRESH} and practice-microsoft-secret"
    scripted.behaviour = answers({"error": error, "error_description": told}, status=status)
    grant_id = desk.consent(OUTLOOK, answer(ACCESS, refresh_token=REFRESH))
    desk.make_due(grant_id)

    with pytest.raises(OAuthError) as caught:
        desk.fresh(grant_id)

    assert "You sent" in caught.value.text
    assert shown(repr(caught.value) + str(caught.value) + caught.value.text + caplog.text) == []
    assert shown(desk.row(grant_id).ended_failure) == []
