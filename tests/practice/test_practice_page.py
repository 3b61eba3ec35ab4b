"""The practice page: every scenario has a card, whose form leads to the filled-in form of a connection."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import csrf_token, sign_in_as
from webapp.models import CredentialType, User
from webapp.practice.authority.people import SHARED_MAILBOX
from webapp.practice.oauth_scenarios import OAUTH_SCENARIOS, OAuthScenario
from webapp.practice.scenarios import SCENARIOS
from webapp.practice.server import PracticeServers

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def more_settings() -> dict[str, object]:
    return {"practice": True}


@pytest.fixture
def practice_client(app: Flask, client: FlaskClient, servers: PracticeServers, administrator: User) -> FlaskClient:
    app.extensions["postroom.practice"].ports = servers.ports
    sign_in_as(client, administrator)
    return client


def test_every_scenario_has_a_card(practice_client: FlaskClient) -> None:
    page = unescape(practice_client.get("/practice/").get_data(as_text=True))

    titles = re.findall(r"<h3>(.*?)</h3>", page)
    assert titles == [*(each.title for each in OAUTH_SCENARIOS), *(each.title for each in SCENARIOS)]


def test_the_page_leads_to_the_accounts_of_both_providers(
    practice_client: FlaskClient, servers: PracticeServers
) -> None:
    page = practice_client.get("/practice/").get_data(as_text=True)

    for key in ("google", "microsoft"):
        assert f'href="http://127.0.0.1:{servers.ports[key]}/"' in page


@pytest.mark.parametrize("scenario", OAUTH_SCENARIOS, ids=lambda scenario: scenario.key)
def test_a_card_fills_the_form_in_up_to_the_sign_in(practice_client: FlaskClient, scenario: OAuthScenario) -> None:
    page = unescape(practice_client.get("/practice/").get_data(as_text=True))
    card = page.split(f"<h3>{scenario.title}</h3>")[1].split("</article>")[0]
    sent = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', card))
    action = re.findall(r'action="([^"]+)"', card)

    sent["csrf_token"] = csrf_token(practice_client, "/practice/")
    filled = practice_client.post(action[0], data=sent)

    form = unescape(filled.get_data(as_text=True))
    chosen = re.findall(r'name="credential_type" value="([^"]+)" checked', form)
    assert filled.status_code == 200
    assert chosen == [scenario.credential_type.value]
    assert f'value="{scenario.address}"' in form
    assert f'value="{scenario.title}"' in form
    assert (SHARED_MAILBOX in form) is bool(scenario.shared_mailbox)
    assert (
        "Sign in with Google" if scenario.credential_type is CredentialType.GMAIL else "Connect to Microsoft"
    ) in form


def test_the_portal_is_told_where_the_providers_are(app: Flask, servers: PracticeServers) -> None:
    practice = app.extensions["postroom.practice"]

    before = practice.oauth_overrides()
    practice.ports = servers.ports

    assert before == {}
    assert set(practice.oauth_overrides()) == {CredentialType.GMAIL, CredentialType.OUTLOOK}
