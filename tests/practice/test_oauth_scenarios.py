"""Each scenario of Gmail OAuth2 and Outlook OAuth2 at the level of the protocols: it ends where its card says."""

import imaplib
import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any

import pytest

from tests.practice.clients import Elsewhere, PortalClient, called_back
from tests.practice.conftest import OpenClient
from webapp.practice.imap_server.scenarios import SCENARIOS
from webapp.practice.oauth_scenarios import OAUTH_SCENARIOS, OAuthScenario
from webapp.practice.oauth_server.profiles import PROFILES
from webapp.practice.oauth_server.sample_users import WORKSPACE
from webapp.practice.provider_overrides import imap_host
from webapp.services.providers.gmail import GMAIL
from webapp.services.providers.outlook import OUTLOOK

KEYS = {GMAIL: "google", OUTLOOK: "microsoft"}
SOON = 5 * 60
"""The portal refreshes a token that lives no longer than this."""

ENDS = {
    "gmail-works": "INBOX: OK 12",
    "gmail-denies": "callback: access_denied",
    "gmail-blocked": "page: 403 admin_policy_enforced",
    "gmail-wrong-account": f"account: otto@{WORKSPACE}",
    "gmail-personal": "account: no organisation",
    "gmail-scope-unticked": "scope: no mail",
    "gmail-revoked": "refresh: invalid_grant Token has been expired or revoked.",
    "outlook-works": "INBOX: OK 12",
    "outlook-shared": "INBOX: OK 12",
    "outlook-denies": "callback: access_denied AADSTS65004",
    "outlook-admin-consent": "page: 403 AADSTS90094",
    "outlook-second-factor": "refresh: invalid_grant AADSTS50079",
    "outlook-revoked": "refresh: invalid_grant AADSTS50173",
    "outlook-secret-expired": "code: invalid_client AADSTS7000222",
    "outlook-no-mailbox": "INBOX: BAD User is authenticated but not connected.",
    "outlook-shared-denied": "INBOX: BAD User is authenticated but not connected.",
}
PRESSES_DENY = {"gmail-denies", "outlook-denies"}
STILL_SIGNED_IN_AS = {"gmail-wrong-account": f"otto@{WORKSPACE}"}


def test_every_scenario_is_proved_here() -> None:
    assert [scenario.key for scenario in OAUTH_SCENARIOS] == list(ENDS)


def test_titles_are_told_apart_on_the_page() -> None:
    titles = [*(each.title for each in OAUTH_SCENARIOS), *(each.title for each in SCENARIOS)]

    assert len(set(titles)) == len(titles)


def test_every_scenario_is_about_somebody_and_everybody_is_in_one() -> None:
    tried = {(KEYS[scenario.credential_type], scenario.address) for scenario in OAUTH_SCENARIOS}
    people = {(key, person.address) for key, house in PROFILES.items() for person in house.users}

    assert tried == people - {("google", address) for address in STILL_SIGNED_IN_AS.values()}


@pytest.mark.parametrize("scenario", OAUTH_SCENARIOS, ids=lambda scenario: scenario.key)
def test_a_scenario_ends_where_its_card_says(
    elsewhere: Mapping[str, Elsewhere], open_client: OpenClient, scenario: OAuthScenario
) -> None:
    key = KEYS[scenario.credential_type]

    end = walk(PortalClient(elsewhere[key]), scenario) or examine(open_client, key, scenario, elsewhere[key])

    assert end.startswith(ENDS[scenario.key])
    assert (scenario.expected_slug is None) is end.startswith("INBOX: OK")


@pytest.mark.parametrize("scenario", [each for each in OAUTH_SCENARIOS if each.key.endswith(("revoked", "factor"))])
def test_whoever_reconnects_gets_in(
    elsewhere: Mapping[str, Elsewhere], open_client: OpenClient, scenario: OAuthScenario
) -> None:
    key = KEYS[scenario.credential_type]
    client = PortalClient(elsewhere[key])
    walk(client, scenario)

    end = walk(client, scenario) or examine(open_client, key, scenario, elsewhere[key])

    assert end == "INBOX: OK 12"


def walk(client: PortalClient[Elsewhere], scenario: OAuthScenario) -> str:
    """Sign in like the card says, and give where it ended; nothing where there is a good token."""
    person = STILL_SIGNED_IN_AS.get(scenario.key, scenario.address)
    page = client.open(login_hint=scenario.address)
    if page.status_code != 200:
        return f"page: {page.status_code} {next(each for each in WORDS_OF_PAGES if each in page.text)}"
    ticked = [client.authority.profile.mail_scope] if "checked" in page.text else []
    assert f"Signed in as <strong>{person}</strong>" in page.text
    decision = "deny" if scenario.key in PRESSES_DENY else "allow"
    back = called_back(client.decide(person, decision, ticked))
    if "error" in back:
        return f"callback: {back['error']} {back.get('error_description', '')}"
    answer = client.redeem(back["code"])
    if answer.status_code != 200:
        return f"code: {answer.json()['error']} {answer.json()['error_description']}"
    tokens = answer.json()
    claims = claims_of(tokens["id_token"])
    account = claims.get("preferred_username", claims["email"])
    if account != scenario.address:
        return f"account: {account}"
    if "tid" not in claims and "hd" not in claims:
        return "account: no organisation"
    if client.authority.profile.mail_scope not in tokens["scope"].split():
        return "scope: no mail"
    if tokens["expires_in"] <= SOON:
        refreshed = client.refresh(tokens["refresh_token"])
        if refreshed.status_code != 200:
            return f"refresh: {refreshed.json()['error']} {refreshed.json()['error_description']}"
    return ""


WORDS_OF_PAGES = ("admin_policy_enforced", "AADSTS90094")


def claims_of(id_token: str) -> dict[str, Any]:
    """Read the claims; that the signature is right is proved elsewhere."""
    payload = id_token.split(".")[1]
    return dict(json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))


def examine(open_client: OpenClient, key: str, scenario: OAuthScenario, provider: Elsewhere) -> str:
    """Open INBOX with a token of the person, and give what the server says."""
    client = open_client(imap_host(key), f"{key}_mail")
    token = provider.issue(scenario.address)
    client.authenticate("XOAUTH2", lambda _: f"user={scenario.mailbox}\x01auth=Bearer {token}\x01\x01".encode())
    try:
        condition, said = client.select("INBOX", readonly=True)
    except imaplib.IMAP4.error as error:
        return "INBOX: BAD " + str(error).split("b'")[1].rstrip("']")
    return f"INBOX: {condition} {said[0].decode() if said[0] else ''}"
