"""The client or the keys are other ones than when a grant was made: it waits, and what is wrong is said."""

import pytest
from flask import Flask

from tests.services.providers.oauth.authorization_helper import HOUR, Desk
from webapp.config.app_state import secret_box
from webapp.core.imap import TokenError
from webapp.core.oauth.errors import FailureKind
from webapp.models import OAuthClientSetting, db
from webapp.practice.oauth_server.http_server import ProviderServer
from webapp.security.secret_box import SecretBox, SecretBoxError
from webapp.services.providers.oauth.provider import GrantCredentialSource
from webapp.services.providers.oauth.spec import PROVIDER_SPECS
from webapp.services.providers.outlook import OUTLOOK

OTHER_KEY = SecretBox({"k2": bytes(32)})
MISSING = r"the data key 'k1' is missing \(keys at hand: k2\)"


@pytest.fixture
def more_settings(more_settings: dict[str, object]) -> dict[str, object]:
    """Let the client come from the page."""
    return {name: value for name, value in more_settings.items() if not name.startswith("outlook_client")}


def set_up(desk: Desk, client_id: str, secret: str) -> None:
    with desk.writing():
        setting = OAuthClientSetting(credential_type=OUTLOOK, client_id=client_id)
        setting.sealed_secret = secret_box().encrypt(secret, *setting.place) if secret else ""
        db.session.merge(setting)
        db.session.commit()


@pytest.fixture
def due(desk: Desk, microsoft: ProviderServer) -> int:
    set_up(desk, microsoft.client_id, microsoft.client_secret)
    grant_id = desk.sign_in(microsoft)
    desk.make_due(grant_id)
    return grant_id


@pytest.mark.parametrize(
    ("client_id", "secret", "symptom", "calls"),
    [
        ("practice-microsoft-client", "", "client-not-set-up", 0),
        ("another-client", "another-secret", "client-changed", 0),
        ("practice-microsoft-client", "wrong-secret", None, 1),
    ],
)
def test_the_grant_waits_until_its_client_is_back(
    desk: Desk,
    microsoft: ProviderServer,
    due: int,
    client_id: str,
    secret: str,
    symptom: str | None,
    calls: int,
) -> None:
    set_up(desk, client_id, secret)

    failure = desk.failure(due)

    assert (failure.kind, failure.symptom) == (FailureKind.REFUSED, symptom)
    assert desk.row(due).ended_at is None
    assert desk.row(due).lease_owner == ""
    assert microsoft.token_calls == calls
    set_up(desk, microsoft.client_id, microsoft.client_secret)
    assert microsoft.store.active_access_token(desk.fresh(due).value)


def test_a_token_that_lives_needs_no_client(desk: Desk, due: int) -> None:
    desk.make_due(due, HOUR)
    set_up(desk, "another-client", "")

    assert not desk.fresh(due).renewed


def test_a_secret_that_cannot_be_opened_is_said(app: Flask, desk: Desk, due: int) -> None:
    app.extensions["postroom.secret_box"] = OTHER_KEY

    with pytest.raises(SecretBoxError, match=MISSING):
        desk.fresh(due)

    assert desk.row(due).lease_owner == ""


@pytest.mark.parametrize("due", [False, True])
def test_a_token_that_cannot_be_opened_is_said(app: Flask, desk: Desk, microsoft: ProviderServer, due: bool) -> None:
    set_up(desk, microsoft.client_id, microsoft.client_secret)
    grant_id = desk.sign_in(microsoft)
    if due:
        desk.make_due(grant_id)
    app.extensions["postroom.secret_box"] = OTHER_KEY

    with app.app_context(), pytest.raises(TokenError, match=MISSING):
        GrantCredentialSource(grant_id, PROVIDER_SPECS[OUTLOOK])()

    assert microsoft.token_calls == 0
    assert desk.row(grant_id).lease_owner == ""
