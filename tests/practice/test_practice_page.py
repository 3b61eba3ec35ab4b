"""The practice page: every scenario has a card, whose form leads to the filled-in form of a connection.

Some cards have a second button, which fixes what fails or breaks it again.
"""

import re
from collections.abc import Iterator
from html import unescape

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import csrf_token, sign_in_as
from webapp.models import User
from webapp.practice.imap_server.scenarios import SCENARIOS
from webapp.practice.oauth_scenarios import OAUTH_SCENARIOS, OAuthScenario
from webapp.practice.oauth_server.repair_keys import REPAIRABLE
from webapp.practice.oauth_server.sample_users import OFFICE, SHARED_MAILBOX
from webapp.practice.process import PracticeServers
from webapp.services.providers.gmail import GMAIL
from webapp.services.providers.oauth.client_registration import effective_client
from webapp.services.providers.outlook import OUTLOOK

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def more_settings() -> dict[str, object]:
    return {"practice": True}


@pytest.fixture
def practice_client(
    app: Flask, client: FlaskClient, servers: PracticeServers, administrator: User
) -> Iterator[FlaskClient]:
    app.extensions["postroom.practice"].ports = servers.ports
    sign_in_as(client, administrator)
    yield client
    requests.post(f"http://127.0.0.1:{servers.ports['microsoft']}/practice/reset", timeout=10)


def card_of(client: FlaskClient, key: str) -> str:
    """Return the card of a scenario."""
    page = unescape(client.get("/practice/").get_data(as_text=True))
    return page.split(f'<article class="card try" id="{key}">')[1].split("</article>")[0]


def press(client: FlaskClient, key: str, mended: str) -> TestResponse:
    """Press the button that fixes a scenario, or breaks it again."""
    token = csrf_token(client, "/practice/")
    return client.post(f"/practice/mend/{key}", data={"csrf_token": token, "mended": mended})


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
    assert ("Sign in with Google" if scenario.credential_type == GMAIL else "Connect to Microsoft") in form


def test_the_portal_is_told_where_the_providers_are(app: Flask, servers: PracticeServers) -> None:
    practice = app.extensions["postroom.practice"]

    before = practice.oauth_overrides()
    practice.ports = servers.ports

    assert before == {}
    assert set(practice.oauth_overrides()) == {GMAIL, OUTLOOK}


def test_only_what_can_be_mended_has_a_button_for_it(practice_client: FlaskClient) -> None:
    page = practice_client.get("/practice/").get_data(as_text=True)

    assert set(re.findall(r'formaction="/practice/mend/([^"]+)"', page)) == REPAIRABLE
    assert page.count(">Mend it<") == len(REPAIRABLE)
    assert "Break it again" not in page


@pytest.mark.parametrize("key", sorted(REPAIRABLE))
def test_one_press_mends_and_the_card_says_what_is_so_now(practice_client: FlaskClient, key: str) -> None:
    said = {each.key: each.repaired_as for each in SCENARIOS} | {each.key: each.repaired_as for each in OAUTH_SCENARIOS}
    before = card_of(practice_client, key)

    answer = press(practice_client, key, "yes")

    after = card_of(practice_client, key)
    assert (answer.status_code, answer.location) == (303, f"/practice/#{key}")
    assert "Mended" not in before
    assert f'<span class="badge good">Mended</span> {said[key]}' in after
    assert 'value="no">Break it again' in after
    assert practice_client.get("/practice/").get_data(as_text=True).count("Break it again") == 1


def test_one_more_press_breaks_it_again(practice_client: FlaskClient) -> None:
    press(practice_client, "imap-disabled", "yes")

    press(practice_client, "imap-disabled", "no")

    assert "Mended" not in card_of(practice_client, "imap-disabled")
    assert 'value="yes">Mend it' in card_of(practice_client, "imap-disabled")


def test_another_worker_knows_of_it_too(practice_client: FlaskClient, app: Flask, administrator: User) -> None:
    press(practice_client, "outlook-no-mailbox", "yes")
    another = app.test_client()
    sign_in_as(another, administrator)

    assert "Mended" in card_of(another, "outlook-no-mailbox")


@pytest.mark.parametrize("key", ["works", "nonsense", "outlook-works"])
def test_what_cannot_be_mended_has_no_address(practice_client: FlaskClient, key: str) -> None:
    assert press(practice_client, key, "yes").status_code == 404


def test_nothing_is_mended_without_the_token_of_a_form(practice_client: FlaskClient) -> None:
    answer = practice_client.post("/practice/mend/imap-disabled", data={"mended": "yes"})

    assert answer.status_code == 400
    assert "Mended" not in card_of(practice_client, "imap-disabled")


def test_a_stranger_mends_nothing(practice_client: FlaskClient, app: Flask) -> None:
    stranger = app.test_client()

    answer = stranger.post("/practice/mend/imap-disabled", data={"csrf_token": csrf_token(stranger, "/sign-in")})

    assert answer.location.startswith("/sign-in")
    assert "Mended" not in card_of(practice_client, "imap-disabled")


def test_where_the_servers_do_not_answer_the_page_says_so(practice_client: FlaskClient, app: Flask) -> None:
    app.extensions["postroom.practice"].ports = {**app.extensions["postroom.practice"].ports, "microsoft": 9}

    answer = press(practice_client, "imap-disabled", "yes")

    assert answer.status_code == 303
    assert "the practice servers do not answer" in practice_client.get("/practice/").get_data(as_text=True)


def test_the_link_for_the_administrator_leads_to_the_page_of_approval(
    practice_client: FlaskClient, app: Flask, servers: PracticeServers
) -> None:
    with app.test_request_context(base_url="http://127.0.0.1:8000"):
        client_ = effective_client(OUTLOOK)
        link = client_.spec.admin_consent_url(client_, f"ada@{OFFICE}")

    page = requests.get(link, timeout=10)
    assert link.startswith(f"http://127.0.0.1:{servers.ports['microsoft']}/{OFFICE}/v2.0/adminconsent?")
    assert "Permissions requested" in page.text
