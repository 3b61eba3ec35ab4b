"""A third OAuth provider, from this file alone: one spec, one class, one call of `register`.

CONTRIBUTING.md tells the same in words. The practice provider and Dovecot stand in for its servers.
"""

import re
from collections.abc import Iterator, Mapping

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import sign_in_as
from tests.http_client import post, words
from tests.servers.dovecot import Dovecot
from tests.servers.plugin import DovecotWith
from tests.servers.test_dovecot_tokens import asking
from tests.web.pages.oauth.sign_in_client import Trip, form_on
from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.core.oauth.endpoints import Endpoints
from webapp.core.oauth.provider_rules import ProviderRules
from webapp.models import CredentialType, User
from webapp.practice.oauth_server.http_server import PORTAL_URL, ProviderServer
from webapp.practice.oauth_server.sample_users import WORKSPACE
from webapp.services.connections.check_result import HelpContext
from webapp.services.providers import register, unregister
from webapp.services.providers.oauth.provider import OAuthProvider
from webapp.services.providers.oauth.registration_facts import oauth_facts
from webapp.services.providers.oauth.spec import PROVIDER_SPECS, GuideText, ProviderSpec
from webapp.web.pages.help.problem_views import problem_text

TOY = CredentialType("toy_oauth2")
ANNA = f"anna@{WORKSPACE}"
MAIL_SCOPE = "https://mail.google.com/"  # what the practice provider has

SPEC = ProviderSpec(
    key="toy",
    credential_type=TOY,
    company="Toybox",
    service="Toymail",
    scopes=("openid", "email", MAIL_SCOPE),
    mail_scope=MAIL_SCOPE,
    endpoints=lambda tenant: Endpoints(
        authorization="https://id.toybox.example/authorize",
        token="https://id.toybox.example/token",
        jwks_uri="https://id.toybox.example/keys",
        issuer="https://id.toybox.example",
    ),
    imap_server="imap.toybox.example:993:tls",
    rules=ProviderRules(),
    guide=GuideText("toy-oauth2", "Connect a Toymail mailbox", "A mailbox at Toybox, by signing in there.", "toys"),
)


class ToyProvider(OAuthProvider):
    spec = SPEC
    label = "Toymail OAuth2"
    tagline = "Toybox"
    guide = "toy-oauth2"

    def authorize_parameters(self, address: str, *, choose: bool) -> dict[str, str]:
        return {"access_type": "offline", "prompt": "consent", "login_hint": address}


@pytest.fixture(scope="module")
def toybox() -> Iterator[ProviderServer]:
    with ProviderServer.start("google", redirect_uris=[f"{PORTAL_URL}/oauth/toy/callback"]) as server:
        yield server


@pytest.fixture
def registered() -> Iterator[None]:
    register(ToyProvider())
    yield
    unregister(TOY)


@pytest.fixture
def database() -> str:
    return "sqlite"


@pytest.fixture
def dovecot(dovecot_with: DovecotWith, toybox: ProviderServer) -> Dovecot:
    return dovecot_with(asking(toybox))


@pytest.fixture
def more_settings(registered: None, dovecot: Dovecot, toybox: ProviderServer) -> Mapping[str, object]:
    endpoints = toybox.endpoints
    return {
        "toy_authorization_endpoint": endpoints.authorization,
        "toy_token_endpoint": endpoints.token,
        "toy_jwks_uri": endpoints.jwks_uri,
        "toy_issuer": endpoints.issuer,
        "toy_imap_server": f"{dovecot.address}:{dovecot.tls_port}:tls",
        "allowed_networks": "127.0.0.0/8",
        "ca_file": dovecot.ca_file,
        "base_url": PORTAL_URL,
    }


@pytest.fixture
def ada(client: FlaskClient, administrator: User) -> FlaskClient:
    sign_in_as(client, administrator)
    return client


def names_others(page: str) -> list[str]:
    """Find the names of the other providers on a page, but not in links between pages or in its navigation."""
    main = page.partition("<main")[2].partition("</main>")[0]
    text = re.sub(r"<nav.*?</nav>|<label class=\"choice\".*?</label>|<[^>]+>", " ", main, flags=re.DOTALL)
    return re.findall(r".{0,40}(?:Google|Gmail|Microsoft|Outlook).{0,40}", text.replace(MAIL_SCOPE, ""))


def test_it_is_set_up_signs_in_tests_green_and_no_page_names_another_provider(
    app: Flask, ada: FlaskClient, toybox: ProviderServer
) -> None:
    set_up = "/administration/oauth/toy"
    pages = [ada.get(set_up)]
    form = {"client_id": toybox.client_id, "client_secret": toybox.client_secret}
    pages.append(post(ada, set_up, page=set_up, **form))
    pages.append(post(ada, f"{set_up}/check", page=set_up, **form))
    assert "The client ID and the secret are right" in words(pages[-1]) or "Toybox knows" in words(pages[-1])

    chosen = post(ada, "/connections/new", update_fields="1", credential_type=TOY.value)
    pages.append(chosen)
    assert "Sign in with Toybox" in words(chosen)
    sent = {**form_on(chosen), "name": "Toys", "address": ANNA}
    left = ada.post("/oauth/toy/start", data=sent)
    pages.append(left)
    link = re.search(r'<a [^>]*href="(http[^"]+)"', left.get_data(as_text=True))
    assert link, words(left)
    trip = Trip(ada, "toy", link[1].replace("&amp;", "&"), sent["attempt"])
    back = trip.come_back(trip.decide(account=ANNA))
    pages.append(ada.get(back))
    saved = post(ada, "/connections/new", page=back, **{**form_on(pages[-1]), "name": "Toys", "address": ANNA})
    assert saved.status_code == 303, words(saved)
    tested = post(ada, f"{saved.location}/test", page=saved.location)
    pages.append(tested)
    assert "It works" in words(tested), words(tested)
    pages += [ada.get(saved.location), ada.get("/help/guides/toy-oauth2"), ada.get(f"{saved.location}/edit")]

    assert [found for page in pages for found in names_others(page.get_data(as_text=True))] == []


def test_it_is_explained_in_help_and_in_the_table_of_settings(ada: FlaskClient) -> None:
    index, guide = words(ada.get("/help/")), words(ada.get("/help/guides/toy-oauth2"))
    settings = words(ada.get("/help/guides/running-the-portal"))

    assert "Connect a Toymail mailbox" in index
    assert f"{PORTAL_URL}/oauth/toy/callback" in guide
    assert all(f"POSTROOM_TOY_{name}" in settings for name in ("CLIENT_ID", "TOKEN_ENDPOINT", "IMAP_SERVER"))


# About passwords, or about one provider alone: no one who signs in at another one is shown them.
OF_OTHERS = {
    "app-blocked-by-admin",
    "app-password-required",
    "auth-mechanism-unsupported",
    "basic-auth-disabled",
    "delegation-not-configured",
    "personal-account-unsupported",
    "wrong-password",
} | {slug for spec in PROVIDER_SPECS.values() for slug in spec.own_problems}


def test_no_explanation_of_a_problem_names_another_provider_to_its_people(app: Flask) -> None:
    with app.test_request_context("/"):
        facts = HelpContext(**oauth_facts(TOY, account=ANNA, address=ANNA))
        texts = {slug: str(problem_text(PROBLEMS[slug], facts)) for slug in PROBLEMS.keys() - OF_OTHERS}

    assert {slug: found for slug, text in texts.items() if (found := names_others(f"<main>{text}</main>"))} == {}
