"""The page on which an administrator approves the portal for everybody: what it asks, tells the portal and changes."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from tests.practice.clients import STATE, called_back
from tests.practice.conftest import HereClient
from webapp.practice.oauth_server.http_server import PORTAL_URL
from webapp.practice.oauth_server.microsoft import TENANT_ID
from webapp.practice.oauth_server.sample_users import OFFICE

ADA = f"ada@{OFFICE}"


def asked(client: HereClient, **changed: str) -> dict[str, str]:
    """Return a proper request; an empty value leaves a parameter out."""
    proper = {
        "client_id": client.authority.client_id,
        "scope": " ".join(sorted(client.authority.profile.scopes_of_mail)),
        "redirect_uri": client.redirect_uri,
        "state": STATE,
    }
    return {name: value for name, value in (proper | changed).items() if value}


def address(client: HereClient, tenant: str = "organizations") -> str:
    return f"{client.authority.url}/{tenant}/v2.0/adminconsent"


def look(client: HereClient, tenant: str = "organizations", **changed: str) -> requests.Response:
    return requests.get(address(client, tenant), params=asked(client, **changed), allow_redirects=False, timeout=10)


def decide(client: HereClient, decision: str, tenant: str = "organizations", **changed: str) -> requests.Response:
    return requests.post(
        address(client, tenant), params=asked(client, **changed), data={"decision": decision},
        allow_redirects=False, timeout=10,
    )  # fmt: skip


def test_the_page_names_what_the_portal_wants_and_changes_nothing(microsoft: HereClient) -> None:
    page = look(microsoft)

    assert page.status_code == 200
    assert "Permissions requested" in page.text
    assert "Read and write access to your mail via IMAP" in page.text
    assert "Need admin approval" in microsoft.open(login_hint=ADA).text


def test_who_needed_an_administrator_is_let_in_once_one_has_accepted(microsoft: HereClient) -> None:
    decide(microsoft, "accept")

    page = microsoft.open(login_hint=ADA)

    assert page.status_code == 200
    assert f"Signed in as <strong>{ADA}</strong>" in page.text
    assert microsoft.tokens(ADA)["access_token"]


@pytest.mark.parametrize("tenant", ["organizations", OFFICE, TENANT_ID])
def test_the_portal_is_told_of_the_approval_and_by_which_tenant(microsoft: HereClient, tenant: str) -> None:
    back = called_back(decide(microsoft, "accept", tenant))

    assert back == {"admin_consent": "True", "tenant": TENANT_ID, "scope": asked(microsoft)["scope"], "state": STATE}


def test_the_state_may_be_left_out(microsoft: HereClient) -> None:
    assert "state" not in called_back(decide(microsoft, "accept", state=""))


def test_who_cancels_tells_the_portal_so_and_approves_nothing(microsoft: HereClient) -> None:
    back = called_back(decide(microsoft, "cancel"))

    assert (back["admin_consent"], back["error"], back["state"]) == ("True", "consent_required", STATE)
    assert back["error_description"].startswith("AADSTS65004: ")
    assert microsoft.open(login_hint=ADA).status_code == 403


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "a tenant that has no administrator": ({"tenant": "common"}, "AADSTS90002"),
    "a tenant nobody knows": ({"tenant": "elsewhere.example"}, "AADSTS90002"),
    "another client": ({"client_id": "somebody-else"}, "AADSTS700016"),
    "a redirect URI that is not registered": ({"redirect_uri": "http://elsewhere.example/"}, "AADSTS50011"),
    "no redirect URI": ({"redirect_uri": ""}, "AADSTS50011"),
    "a scope nobody knows": ({"scope": "https://example.com/everything"}, "AADSTS70011"),
    "no scope": ({"scope": ""}, "AADSTS70011"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_request_stops_on_a_page_and_approves_nothing(microsoft: HereClient, fault: str) -> None:
    changed, said = FAULTS[fault]

    answers = [look(microsoft, **changed), decide(microsoft, "accept", **changed)]

    for answer in answers:
        assert answer.status_code == 400
        assert said in answer.text
        assert "Location" not in answer.headers
    assert microsoft.open(login_hint=ADA).status_code == 403


def test_the_form_may_lead_to_the_portal_and_nowhere_else(microsoft: HereClient) -> None:
    assert look(microsoft).headers["Content-Security-Policy"].endswith(f"form-action 'self' {PORTAL_URL}")


def test_google_has_no_such_page(google: HereClient) -> None:
    assert look(google).status_code == 404


def test_a_callback_keeps_to_the_redirect_uri(microsoft: HereClient) -> None:
    location = urlsplit(decide(microsoft, "accept").headers["Location"])

    assert location.path == microsoft.authority.profile.callback_path
    assert dict(parse_qsl(location.query))["admin_consent"] == "True"
