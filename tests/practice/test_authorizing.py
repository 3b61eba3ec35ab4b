"""The authorization endpoint: what it refuses, whom it calls back, and what its pages keep to themselves."""

from urllib.parse import urlsplit

import pytest
import requests

from tests.practice.clients import STATE, called_back
from tests.practice.conftest import HereClient
from webapp.practice.oauth_server.sample_users import OFFICE, PERSONAL, WORKSPACE

ANNA = f"anna@{WORKSPACE}"


@pytest.mark.parametrize(
    "wrong",
    [
        {"code_challenge": "", "code_challenge_method": ""},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": ""},
        {"code_challenge": ""},
        {"code_challenge": "too-short"},
    ],
    ids=str,
)
def test_without_a_challenge_by_s256_there_is_no_code(either: HereClient, somebody: str, wrong: dict[str, str]) -> None:
    answer = either.decide(somebody, **wrong)

    assert "code=" not in answer.headers.get("Location", "")
    if either.authority.profile.calls_back:
        assert called_back(answer)["error"] == "invalid_request"
    else:
        assert answer.status_code == 400
        assert "invalid_request" in answer.text


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1:8000/oauth/gmail/callback/",
        "http://127.0.0.1:8000/oauth/outlook/callback?next=/",
        "http://localhost:8000/oauth/gmail/callback",
        "https://127.0.0.1:8000/oauth/outlook/callback",
        "",
    ],
)
def test_a_redirect_uri_that_differs_at_all_is_never_called_back(either: HereClient, somebody: str, uri: str) -> None:
    answers = [either.open(redirect_uri=uri), either.decide(somebody, redirect_uri=uri)]

    said = "AADSTS50011" if either.authority.profile.calls_back else "redirect_uri_mismatch"
    for answer in answers:
        assert answer.status_code == 400
        assert "Location" not in answer.headers
        assert said in answer.text


def test_an_unknown_client_sees_a_page_and_no_callback(either: HereClient) -> None:
    answer = either.open(client_id="somebody-else")

    assert answer.status_code == 400
    assert ("AADSTS700016" if either.authority.profile.calls_back else "invalid_client") in answer.text


def test_an_unknown_scope_is_refused(either: HereClient) -> None:
    answer = either.open(scope="openid https://example.com/everything")

    if either.authority.profile.calls_back:
        assert called_back(answer)["error"] == "invalid_scope"
    else:
        assert "invalid_scope" in answer.text


@pytest.mark.parametrize("name", ["state", "scope", "redirect_uri", "client_id"])
def test_a_parameter_given_twice_is_refused(either: HereClient, name: str) -> None:
    parameters = [*either.parameters().items(), (name, either.parameters()[name])]

    answer = requests.get(
        either.authority.endpoints.authorization, params=parameters, allow_redirects=False, timeout=10
    )

    assert answer.status_code == 400


def test_a_callback_carries_the_state_and_what_google_adds(google: HereClient) -> None:
    back = google.sign_in(ANNA)

    assert back["state"] == STATE
    assert back["iss"] == google.authority.endpoints.issuer
    assert back["hd"] == WORKSPACE
    assert set(back["scope"].split()) == google.authority.profile.scopes_of_mail
    assert {"code", "authuser", "prompt"} <= set(back)


def test_a_personal_account_has_no_hosted_domain(google: HereClient) -> None:
    assert "hd" not in google.sign_in(f"pia@{PERSONAL}")


def test_who_denies_calls_back_with_access_denied(either: HereClient, somebody: str) -> None:
    back = called_back(either.decide(somebody, "deny"))

    assert back["error"] == "access_denied"
    assert back["state"] == STATE
    assert "code" not in back
    if either.authority.profile.key == "microsoft":
        assert back["error_description"].startswith("AADSTS65004: User declined to consent to access the app. Trace ID")
    else:
        assert back["iss"] == either.authority.endpoints.issuer


def test_an_app_blocked_by_the_administrator_ends_on_a_page(google: HereClient) -> None:
    bea = f"bea@{WORKSPACE}"

    answers = [google.open(login_hint=bea), google.decide(bea)]

    for answer in answers:
        assert answer.status_code == 403
        assert "Location" not in answer.headers
        assert "Access blocked" in answer.text
        assert "admin_policy_enforced" in answer.text
        assert google.redirect_uri not in answer.text


def test_who_needs_an_administrator_may_return_without_consent(microsoft: HereClient) -> None:
    page = microsoft.open(login_hint=f"ada@{OFFICE}").text

    back = page.split('href="' + microsoft.redirect_uri)[1].split('"')[0]
    assert "Need admin approval" in page
    assert "error=access_denied" in back
    assert "AADSTS90094" in back
    assert f"state={STATE}" in back


def test_an_unknown_tenant_is_refused_everywhere(microsoft: HereClient) -> None:
    endpoints = microsoft.authority.endpoints
    page, token = (
        address.replace("/organizations/", "/elsewhere.example/")
        for address in (endpoints.authorization, endpoints.token)
    )

    shown = requests.get(page, params=microsoft.parameters(), timeout=10)
    answer = requests.post(token, data={"grant_type": "refresh_token"}, timeout=10)

    assert "AADSTS90002" in shown.text
    assert answer.json()["error_codes"] == [90002]


@pytest.mark.parametrize("tenant", ["common", OFFICE, "70057007-0000-4000-8000-00706f737472"])
def test_the_tenant_may_be_named_in_several_ways(microsoft: HereClient, tenant: str) -> None:
    address = microsoft.authority.endpoints.authorization.replace("organizations", tenant)

    assert requests.get(address, params=microsoft.parameters(), timeout=10).status_code == 200


def test_the_chooser_lists_everybody_the_hinted_one_first(either: HereClient, somebody: str) -> None:
    page = either.open(login_hint=somebody, prompt="select_account consent").text

    places = {person.address: page.find(f">{person.address}<") for person in either.authority.profile.users}
    assert min(places.values()) > 0
    assert min(places, key=places.__getitem__) == somebody


def test_a_hint_leads_straight_to_the_consent_of_that_person(either: HereClient, somebody: str) -> None:
    page = either.open(login_hint=somebody.upper()).text

    assert f"Signed in as <strong>{somebody}</strong>" in page


def test_without_a_hint_the_browser_remembers_who_it_was(either: HereClient, somebody: str) -> None:
    with requests.Session() as browser:
        before = either.open(browser).text
        browser.post(
            either.authority.endpoints.authorization,
            params=either.parameters(),
            data={"account": somebody, "decision": "allow"},
            allow_redirects=False,
            timeout=10,
        )
        after = either.open(browser).text

    assert "Choose an account" in before
    assert f"Signed in as <strong>{somebody}</strong>" in after


def test_the_browser_may_still_be_signed_in_as_somebody_else(google: HereClient) -> None:
    page = google.open(login_hint=f"wanda@{WORKSPACE}").text

    assert f"Signed in as <strong>otto@{WORKSPACE}</strong>" in page


def test_a_choice_on_the_page_counts_more_than_the_session(google: HereClient) -> None:
    page = google.open(login_hint=f"wanda@{WORKSPACE}", account=f"wanda@{WORKSPACE}").text

    assert f"Signed in as <strong>wanda@{WORKSPACE}</strong>" in page


def test_a_box_that_starts_unticked_is_unticked_for_that_person_alone(google: HereClient) -> None:
    box = f'name="allow" value="{google.authority.profile.mail_scope}"'

    ticked, unticked = google.open(login_hint=ANNA).text, google.open(login_hint=f"uma@{WORKSPACE}").text

    assert f"{box} checked" in ticked
    assert box in unticked
    assert "checked" not in unticked


def test_after_consent_nobody_is_asked_again_unless_the_client_wants_it(either: HereClient, somebody: str) -> None:
    either.tokens(somebody)

    silent, asked = either.open(login_hint=somebody, prompt=""), either.open(login_hint=somebody)

    assert "code" in called_back(silent)
    assert asked.status_code == 200


def test_without_anybody_signed_in_a_silent_request_says_so(either: HereClient) -> None:
    back = called_back(either.open(prompt="none"))

    assert back["error"] == "login_required"


def test_every_page_cuts_the_tie_to_its_opener_and_loads_nothing_from_elsewhere(
    either: HereClient, somebody: str
) -> None:
    pages = [
        either.open(),
        either.open(login_hint=somebody),
        either.open(client_id="nobody"),
        either.decide(somebody),
        requests.get(either.authority.url, timeout=10),
        requests.get(either.authority.discovery, timeout=10),
    ]

    for page in pages:
        policy = page.headers["Content-Security-Policy"]
        assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
        assert policy.startswith("default-src 'none'; style-src 'self'")
        assert "unsafe" not in policy
        assert "<script" not in page.text
        assert "style=" not in page.text


def test_only_the_consent_page_may_send_its_form_on_to_the_portal(either: HereClient, somebody: str) -> None:
    portal = urlsplit(either.redirect_uri)

    asking, choosing = either.open(login_hint=somebody), either.open()

    assert asking.headers["Content-Security-Policy"].endswith(f"form-action 'self' {portal.scheme}://{portal.netloc}")
    assert choosing.headers["Content-Security-Policy"].endswith("form-action 'self'")


def test_what_a_request_says_is_never_markup(either: HereClient) -> None:
    script = "<script>alert(1)</script>"

    answers = [either.open(state=script, login_hint=script), either.open(client_id=script), either.open(scope=script)]

    assert all(script not in answer.text for answer in answers)
