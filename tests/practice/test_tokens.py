"""The token endpoint, and the endpoints about tokens: revocation, introspection, keys, discovery."""

import time

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.practice.conftest import HereClient
from webapp.practice.oauth_server.client import MAIL_SERVER_ID, MAIL_SERVER_SECRET
from webapp.practice.oauth_server.sample_users import MOMENT, OFFICE, PERSONAL, PLENTY, WORKSPACE

ANNA = f"anna@{WORKSPACE}"
ANTON = f"anton@{OFFICE}"


def said(answer: requests.Response) -> tuple[int, str, str]:
    """Return status, error, and the code or the whole description."""
    body = answer.json()
    codes = body.get("error_codes") or [body["error_description"]]
    return answer.status_code, body["error"], str(codes[0])


def test_a_code_becomes_tokens_once(either: HereClient, somebody: str) -> None:
    code = either.sign_in(somebody)["code"]

    first, second = either.redeem(code), either.redeem(code)

    assert first.status_code == 200
    assert first.json()["token_type"] == "Bearer"
    assert first.json()["expires_in"] == PLENTY
    assert {"access_token", "refresh_token", "id_token"} <= set(first.json())
    reason = "54005" if either.authority.profile.key == "microsoft" else "Code was already redeemed."
    assert said(second) == (400, "invalid_grant", reason)


@pytest.mark.parametrize(
    ("changed", "google_says", "microsoft_says"),
    [
        ({"client_secret": "wrong"}, (401, "invalid_client", "Unauthorized"), (401, "invalid_client", "7000215")),
        ({"client_secret": ""}, (401, "invalid_client", "Unauthorized"), (401, "invalid_client", "7000215")),
        (
            {"client_id": "unknown"},
            (401, "invalid_client", "The OAuth client was not found."),
            (400, "unauthorized_client", "700016"),
        ),
        (
            {"code_verifier": ""},
            (400, "invalid_grant", "Missing code verifier."),
            (400, "invalid_grant", "501481"),
        ),
        (
            {"code_verifier": "another-verifier-another-verifier-another-verifier"},
            (400, "invalid_grant", "Invalid code verifier."),
            (400, "invalid_grant", "501481"),
        ),
        (
            {"redirect_uri": "http://127.0.0.1:8000/oauth/other/callback"},
            (400, "redirect_uri_mismatch", "Bad Request"),
            (400, "invalid_request", "50011"),
        ),
        ({"code": "made-up"}, (400, "invalid_grant", "Malformed auth code."), (400, "invalid_grant", "70000")),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_a_code_is_worth_nothing_without_the_rest(
    either: HereClient,
    somebody: str,
    changed: dict[str, str],
    google_says: tuple[int, str, str],
    microsoft_says: tuple[int, str, str],
) -> None:
    code = either.sign_in(somebody)["code"]

    refused = either.redeem(**({"code": code} | changed))
    afterwards = either.redeem(code)

    assert said(refused) == (microsoft_says if either.authority.profile.key == "microsoft" else google_says)
    assert afterwards.status_code == 200


def test_the_secret_may_come_in_the_header(either: HereClient, somebody: str) -> None:
    refresh_token = either.tokens(somebody)["refresh_token"]
    client = (either.authority.client_id, either.authority.client_secret)
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}

    answer = requests.post(either.authority.endpoints.token, data=form, auth=client, timeout=10)

    assert answer.status_code == 200


def test_an_unknown_grant_type_is_refused(either: HereClient) -> None:
    answer = either.ask({"grant_type": "password", "username": "anna", "password": "secret"})

    assert answer.status_code == 400
    assert answer.json()["error"] == "unsupported_grant_type"


def test_google_keeps_the_refresh_token_and_sends_none_again(google: HereClient) -> None:
    refresh_token = google.tokens(ANNA)["refresh_token"]

    answers = [google.refresh(refresh_token) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert not any("refresh_token" in answer.json() for answer in answers)
    assert len({answer.json()["access_token"] for answer in answers}) == 3


def test_microsoft_rotates_and_takes_an_old_refresh_token_no_more(microsoft: HereClient) -> None:
    first = microsoft.tokens(ANTON)["refresh_token"]

    second = microsoft.refresh(first).json()["refresh_token"]
    again = microsoft.refresh(first)
    third = microsoft.refresh(second)

    assert said(again) == (400, "invalid_grant", "70000")
    assert again.json()["suberror"] == "bad_token"
    assert third.status_code == 200
    assert len({first, second, third.json()["refresh_token"]}) == 3


def test_a_refresh_token_that_was_never_issued_is_refused(either: HereClient, somebody: str) -> None:
    access_token = either.tokens(somebody)["access_token"]

    answers = [either.refresh("made-up"), either.refresh(access_token)]

    assert [answer.json()["error"] for answer in answers] == ["invalid_grant", "invalid_grant"]


def test_a_refresh_may_ask_for_less_and_never_for_more(google: HereClient) -> None:
    refresh_token = google.tokens(ANNA, scope="openid email")["refresh_token"]

    less = google.refresh(refresh_token, scope="email")
    more = google.refresh(refresh_token, scope="email https://mail.google.com/")

    assert less.json()["scope"] == "https://www.googleapis.com/auth/userinfo.email"
    assert more.json()["error"] == "invalid_scope"


def test_the_scope_in_the_answer_is_what_was_really_granted(google: HereClient) -> None:
    mail = google.authority.profile.mail_scope

    granted = [google.tokens(ANNA, ticked=boxes)["scope"].split() for boxes in ([mail], [])]

    assert mail in granted[0]
    assert mail not in granted[1]
    assert "openid" in granted[1]


def test_microsoft_names_only_what_the_token_is_for(microsoft: HereClient) -> None:
    assert microsoft.tokens(ANTON)["scope"] == microsoft.authority.profile.mail_scope


@pytest.mark.parametrize(
    ("changed", "comes"),
    [({}, True), ({"access_type": ""}, False), ({"access_type": "online"}, False), ({"prompt": ""}, True)],
    ids=str,
)
def test_google_sends_a_refresh_token_at_the_first_consent_and_when_asked_offline(
    google: HereClient, changed: dict[str, str], comes: bool
) -> None:
    assert ("refresh_token" in google.tokens(ANNA, **changed)) is comes


def test_google_sends_none_at_a_second_sign_in_without_prompt_consent(google: HereClient) -> None:
    google.tokens(ANNA)

    assert "refresh_token" not in google.tokens(ANNA, prompt="")
    assert "refresh_token" in google.tokens(ANNA, prompt="select_account consent")


def test_microsoft_sends_a_refresh_token_for_offline_access(microsoft: HereClient) -> None:
    mail = microsoft.authority.profile.mail_scope

    assert "refresh_token" in microsoft.tokens(ANTON)
    assert "refresh_token" not in microsoft.tokens(ANTON, scope=f"openid {mail}")


def claims_of(client: HereClient, token: str) -> dict[str, object]:
    keys = KeySet.import_key_set(requests.get(client.authority.endpoints.jwks_uri, timeout=10).json())
    decoded = jwt.decode(token, keys, algorithms=["RS256"])
    return dict(decoded.claims)


def test_an_id_token_of_google_names_account_and_organisation(google: HereClient) -> None:
    work, personal = (claims_of(google, google.tokens(each)["id_token"]) for each in (ANNA, f"pia@{PERSONAL}"))

    assert work["iss"] == google.authority.endpoints.issuer
    assert work["aud"] == work["azp"] == google.authority.client_id
    assert (work["email"], work["email_verified"], work["hd"]) == (ANNA, True, WORKSPACE)
    assert work["nonce"] == "the-nonce"
    assert abs(float(str(work["exp"])) - time.time() - 3600) < 60
    assert str(work["sub"]).isdecimal()
    assert work["sub"] != personal["sub"]
    assert "hd" not in personal


def test_an_id_token_of_microsoft_names_tenant_and_object(microsoft: HereClient) -> None:
    claims = claims_of(microsoft, microsoft.tokens(ANTON)["id_token"])

    assert claims["iss"] == microsoft.authority.endpoints.issuer.replace("{tenantid}", str(claims["tid"]))
    assert claims["aud"] == microsoft.authority.client_id
    assert claims["preferred_username"] == ANTON
    assert claims["oid"] != claims["sub"]


def test_who_signs_in_again_is_the_same_account(either: HereClient, somebody: str) -> None:
    first, second = (claims_of(either, either.tokens(somebody)["id_token"])["sub"] for _ in range(2))

    assert first == second


def test_the_published_key_is_public_only(either: HereClient) -> None:
    (key,) = requests.get(either.authority.endpoints.jwks_uri, timeout=10).json()["keys"]

    assert (key["kty"], key["alg"], key["use"]) == ("RSA", "RS256", "sig")
    assert not {"d", "p", "q", "dp", "dq", "qi"} & set(key)


def test_the_discovery_document_describes_what_is_there(either: HereClient) -> None:
    document = requests.get(either.authority.discovery, timeout=10).json()

    endpoints = either.authority.endpoints
    assert document["authorization_endpoint"] == endpoints.authorization
    assert document["token_endpoint"] == endpoints.token
    assert document["jwks_uri"] == endpoints.jwks_uri
    assert document["issuer"] == endpoints.issuer
    assert document["introspection_endpoint"] == either.authority.introspection
    assert document.get("revocation_endpoint", "") == endpoints.revocation
    assert document["code_challenge_methods_supported"] == ["S256"]


def test_the_discovery_document_of_a_tenant_names_it_as_issuer(microsoft: HereClient) -> None:
    address = microsoft.authority.discovery.replace("organizations", OFFICE)

    issuer = requests.get(address, timeout=10).json()["issuer"]

    assert issuer == f"{microsoft.authority.url}/70057007-0000-4000-8000-00706f737472/v2.0"


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_revoking_either_token_ends_the_whole_grant(google: HereClient, which: str) -> None:
    tokens, others = google.tokens(ANNA), google.tokens(f"otto@{WORKSPACE}")

    revoked = requests.post(google.authority.endpoints.revocation, data={"token": tokens[which]}, timeout=10)

    assert revoked.status_code == 200
    assert said(google.refresh(tokens["refresh_token"])) == (
        400, "invalid_grant", "Token has been expired or revoked.",
    )  # fmt: skip
    assert not google.introspect(tokens["access_token"], MAIL_SERVER_ID, MAIL_SERVER_SECRET).json()["active"]
    assert google.refresh(others["refresh_token"]).status_code == 200


@pytest.mark.parametrize("token", ["made-up", ""])
def test_revoking_what_is_no_token_is_an_error(google: HereClient, token: str) -> None:
    answer = requests.post(google.authority.endpoints.revocation, data={"token": token}, timeout=10)

    assert said(answer) == (400, "invalid_token", "Token expired or revoked.")


def test_microsoft_has_no_revocation(microsoft: HereClient) -> None:
    assert microsoft.authority.endpoints.revocation == ""
    assert requests.post(f"{microsoft.authority.url}/revoke", data={"token": "x"}, timeout=10).status_code == 404


def test_a_mail_server_learns_whose_a_token_is_and_what_for(either: HereClient, somebody: str) -> None:
    token = either.tokens(somebody)["access_token"]

    answer = either.introspect(token, MAIL_SERVER_ID, MAIL_SERVER_SECRET).json()

    assert answer["active"] is True
    assert answer["username"] == answer["email"] == somebody
    assert either.authority.profile.mail_scope in answer["scope"].split()
    assert abs(answer["exp"] - time.time() - PLENTY) < 60


def test_a_client_may_ask_about_its_own_tokens(either: HereClient, somebody: str) -> None:
    token = either.tokens(somebody)["access_token"]

    own = either.introspect(token, either.authority.client_id, either.authority.client_secret)

    assert own.json()["active"] is True


@pytest.mark.parametrize("client", [("", ""), (MAIL_SERVER_ID, "wrong"), ("unknown", MAIL_SERVER_SECRET)])
def test_nobody_else_is_told_anything_about_a_token(either: HereClient, somebody: str, client: tuple[str, str]) -> None:
    token = either.tokens(somebody)["access_token"]

    answer = either.introspect(token, *client)

    assert answer.status_code in (400, 401)
    assert somebody not in answer.text


def test_a_token_that_is_none_or_over_is_not_active(either: HereClient, somebody: str) -> None:
    either.authority.store.set_lifetime(somebody, 0)
    over = either.tokens(somebody)["access_token"]

    answers = [either.introspect(each, MAIL_SERVER_ID, MAIL_SERVER_SECRET).json() for each in ("made-up", over)]

    assert answers == [{"active": False}, {"active": False}]


def test_a_mail_server_cannot_ask_for_tokens(either: HereClient, somebody: str) -> None:
    refresh_token = either.tokens(somebody)["refresh_token"]

    answer = either.refresh(refresh_token, client_id=MAIL_SERVER_ID, client_secret=MAIL_SERVER_SECRET)

    assert answer.json()["error"] == "unauthorized_client"


@pytest.mark.parametrize(
    ("name", "code", "suberror"), [("mara", "50079", "basic_action"), ("rolf", "50173", "bad_token")]
)
def test_at_microsoft_a_grant_may_end_right_after_the_sign_in_and_the_next_one_lasts(
    microsoft: HereClient, name: str, code: str, suberror: str
) -> None:
    person = f"{name}@{OFFICE}"
    first = microsoft.tokens(person)

    refused = microsoft.refresh(first["refresh_token"])
    again = microsoft.tokens(person)
    refreshed = microsoft.refresh(again["refresh_token"])

    assert first["expires_in"] == MOMENT
    assert said(refused) == (400, "invalid_grant", code)
    assert refused.json()["suberror"] == suberror
    assert refused.json()["error_description"].startswith(f"AADSTS{code}: ")
    assert refreshed.status_code == 200


def test_at_google_a_grant_may_be_revoked_right_after_the_sign_in_and_the_next_one_lasts(google: HereClient) -> None:
    person = f"rhea@{WORKSPACE}"
    first = google.tokens(person)

    refused = google.refresh(first["refresh_token"])
    again = google.tokens(person)

    assert said(refused) == (400, "invalid_grant", "Token has been expired or revoked.")
    assert google.refresh(again["refresh_token"]).status_code == 200


def test_a_sign_in_after_one_that_lasts_begins_the_story_anew(microsoft: HereClient) -> None:
    person = f"mara@{OFFICE}"
    microsoft.refresh(microsoft.tokens(person)["refresh_token"])
    lasting = microsoft.tokens(person)

    anew = microsoft.tokens(person)

    assert said(microsoft.refresh(anew["refresh_token"]))[2] == "50079"
    assert microsoft.refresh(lasting["refresh_token"]).status_code == 200


def test_the_portals_secret_may_have_expired_for_one_person(microsoft: HereClient) -> None:
    code = microsoft.sign_in(f"silas@{OFFICE}")["code"]

    answer = microsoft.redeem(code)

    assert said(answer) == (401, "invalid_client", "7000222")
