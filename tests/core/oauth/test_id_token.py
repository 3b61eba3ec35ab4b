"""An ID token is believed only if everything about it fits, and a refusal says what did not."""

import base64
import hmac
import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc.jwk import RSAKey

from tests.core.oauth.conftest import (
    ACCESS_TOKEN,
    CLIENT_ID,
    NONCE,
    QUICK,
    MakeClient,
    at_hash,
    claims,
    curve_key,
    jwks,
    sign,
    signing_key,
)
from tests.core.oauth.servers import Behaviour, Server, answers, by_path, silent
from tests.core.oauth.test_token_response import JSON
from webapp.core.diagnosis import diagnose
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.oauth import FailureKind, Identity, OAuthClient, OAuthError
from webapp.core.oauth.jwks import JWKS_CACHE
from webapp.services.providers.gmail import GOOGLE
from webapp.services.providers.outlook.spec import CONSUMERS_TENANT, microsoft

TENANT = "5f2c1d7e-0a41-4b5c-9d55-3f0d2c1b7a90"
OTHER_TENANT = "0a0b0c0d-0a41-4b5c-9d55-3f0d2c1b7a90"
MINUTE = 60


def identify(client: OAuthClient, id_token: str) -> Identity:
    return client.verify_identity(id_token, nonce=NONCE, access_token=ACCESS_TOKEN)


def refusal(client: OAuthClient, id_token: str) -> OAuthError:
    with pytest.raises(OAuthError) as caught:
        identify(client, id_token)
    return caught.value


def slug_of(failure: OAuthError, provider: str = "gmail") -> str:
    return diagnose(failure.failure(provider)).problem.slug


def token(server: Server, **changes: object) -> str:
    return sign(claims(server.url(), **changes))


def test_a_token_that_fits_names_its_account(client: OAuthClient, provider: Server) -> None:
    found = identify(client, token(provider, hd="example.com"))

    assert found == Identity(subject="1234567890", address="ann@example.com", hosted_domain="example.com")


@pytest.mark.parametrize(
    "changes",
    [
        {"at_hash": None},
        {"aud": [CLIENT_ID]},
        {"aud": [CLIENT_ID, "other"], "azp": CLIENT_ID},
        {"nbf": 0},
        {"exp": time.time() + 1e6},
    ],
)
def test_every_permitted_form_is_accepted(client: OAuthClient, provider: Server, changes: dict[str, object]) -> None:
    assert identify(client, token(provider, **changes)).subject == "1234567890"


@pytest.mark.parametrize("seconds", [-6.5 * MINUTE, -5 * MINUTE, -MINUTE, MINUTE])
def test_a_small_difference_of_clocks_is_forgiven(client: OAuthClient, provider: Server, seconds: float) -> None:
    """Microsoft dates its tokens five minutes back."""
    now = time.time() + seconds

    assert identify(client, token(provider, iat=now, nbf=now, exp=now + 3600)).subject == "1234567890"


@pytest.mark.parametrize(
    ("iat", "exp", "nbf", "words"),
    [
        (10, 70, 10, "about 10 minutes ahead of ours"),
        (10, 70, None, "about 10 minutes ahead of ours"),
        (0, 60, 10, "about 10 minutes ahead of ours"),
        (-10, 50, -10, "about 10 minutes behind ours"),
        (-5, -4, -5, "about 5 minutes behind ours"),
        (-60 * 24 * 3, -60 * 24 * 3 + 60, None, "about 72 hours behind ours"),
    ],
)
def test_a_clock_that_is_off_is_told_by_how_much(
    client: OAuthClient, provider: Server, iat: float, exp: float, nbf: float | None, words: str
) -> None:
    now = time.time()
    begins = None if nbf is None else now + nbf * MINUTE

    failure = refusal(client, token(provider, iat=now + iat * MINUTE, exp=now + exp * MINUTE, nbf=begins))

    assert words in failure.text
    assert failure.symptom == Symptom.CLOCK_DIFFERS
    assert slug_of(failure) == "clock-skew"


@pytest.mark.parametrize(
    ("changes", "symptom", "slug", "words"),
    [
        ({"iss": "https://evil.example"}, Symptom.ISSUER_DIFFERS, "oauth-client-misconfigured", "evil.example"),
        ({"iss": None}, Symptom.ISSUER_DIFFERS, "oauth-client-misconfigured", "None"),
        ({"iss": ["x"]}, Symptom.ISSUER_DIFFERS, "oauth-client-misconfigured", "'x'"),
        ({"aud": "other.example"}, Symptom.AUDIENCE_DIFFERS, "oauth-client-misconfigured", "other.example"),
        ({"aud": None}, Symptom.AUDIENCE_DIFFERS, "oauth-client-misconfigured", "None"),
        ({"aud": []}, Symptom.AUDIENCE_DIFFERS, "oauth-client-misconfigured", "[]"),
        ({"aud": [CLIENT_ID, "other"]}, Symptom.AUDIENCE_DIFFERS, "oauth-client-misconfigured", "other"),
        ({"aud": [CLIENT_ID, "o"], "azp": "o"}, Symptom.AUDIENCE_DIFFERS, "oauth-client-misconfigured", "azp 'o'"),
        ({"nonce": "another"}, Symptom.NONCE_DIFFERS, "sign-in-restart", "another nonce"),
        ({"nonce": None}, Symptom.NONCE_DIFFERS, "sign-in-restart", "no nonce"),
        ({"nonce": [NONCE]}, Symptom.NONCE_DIFFERS, "sign-in-restart", "another nonce"),
        ({"nonce": "ñ\ud800"}, Symptom.NONCE_DIFFERS, "sign-in-restart", "another nonce"),
        ({"at_hash": at_hash("other")}, Symptom.ACCESS_TOKEN_DIFFERS, "sign-in-restart", "at_hash"),
        ({"at_hash": 5}, Symptom.ACCESS_TOKEN_DIFFERS, "sign-in-restart", "at_hash"),
        ({"exp": None}, Symptom.ID_TOKEN_UNUSABLE, None, "exp"),
        ({"iat": None}, Symptom.ID_TOKEN_UNUSABLE, None, "iat"),
        ({"iat": "1700000000"}, Symptom.ID_TOKEN_UNUSABLE, None, "iat"),
        ({"exp": True}, Symptom.ID_TOKEN_UNUSABLE, None, "exp"),
        ({"exp": 10**400}, Symptom.ID_TOKEN_UNUSABLE, None, "exp"),
        ({"nbf": float("nan")}, Symptom.ID_TOKEN_UNUSABLE, None, "nbf"),
    ],
)
def test_what_does_not_fit_is_named(
    client: OAuthClient, provider: Server, changes: dict[str, object], symptom: Symptom, slug: str | None, words: str
) -> None:
    failure = refusal(client, token(provider, **changes))

    assert (failure.kind, failure.symptom) == (FailureKind.REFUSED, symptom)
    assert words in failure.text
    assert slug is None or slug_of(failure) == slug


def segment(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def forged(kind: str, server: Server) -> str:
    content = claims(server.url())
    head, body, signature = sign(content).split(".")
    stranger = RSAKey.generate_key(2048, auto_kid=True)
    by_public_key = f"{segment({'alg': 'HS256', 'kid': 'first'})}.{body}"
    digest = hmac.digest(signing_key().as_pem(private=False), by_public_key.encode(), "sha256")
    critical = {"alg": "RS256", "kid": "first", "crit": ["b64"], "b64": False}
    return {
        "alg none": f"{segment({'alg': 'none', 'kid': 'first'})}.{body}.",
        "alg None": f"{segment({'alg': 'None'})}.{body}.",
        "no alg": f"{segment({'kid': 'first'})}.{body}.{signature}",
        "alg a list": f"{segment({'alg': ['RS256']})}.{body}.{signature}",
        "HS256 by the public key": f"{by_public_key}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}",
        "RS512": sign(content, alg="RS512"),
        "another key": sign(content, key=stranger, kid="first"),
        "another key and no kid": sign(content, key=stranger, kid=""),
        "unknown kid": sign(content, key=stranger),
        "no signature": f"{head}.{body}.",
        "changed claims": f"{head}.{segment(content | {'sub': '9'})}.{signature}",
        "other kind of key": f"{segment({'alg': 'ES256', 'kid': 'first'})}.{body}.{signature}",
        "critical extension": f"{segment(critical)}.{body}.{signature}",
    }[kind]


@pytest.mark.parametrize(
    "kind",
    [
        "alg none",
        "alg None",
        "no alg",
        "alg a list",
        "HS256 by the public key",
        "RS512",
        "another key",
        "another key and no kid",
        "unknown kid",
        "no signature",
        "changed claims",
        "other kind of key",
        "critical extension",
    ],
)
def test_a_signature_that_does_not_fit_is_refused(client: OAuthClient, provider: Server, kind: str) -> None:
    failure = refusal(client, forged(kind, provider))

    assert (failure.kind, failure.symptom) == (FailureKind.REFUSED, Symptom.SIGNATURE_WRONG)
    assert slug_of(failure) == "oauth-client-misconfigured"


@pytest.mark.parametrize(
    "id_token",
    ["", "text", "a.b", "a.b.c", "....", "e30.e30.e30.e30.e30", "\x00.\ud800.ä", "bnVsbA.e30.x", "W10.e30.x"],
)
def test_what_is_no_token_is_refused(client: OAuthClient, provider: Server, id_token: str) -> None:
    failure = refusal(client, id_token)

    assert failure.symptom in (Symptom.ID_TOKEN_UNUSABLE, Symptom.SIGNATURE_WRONG)
    assert provider.requests == []


@pytest.mark.parametrize(("alg", "elliptic"), [("RS256", False), ("PS256", False), ("ES256", True)])
def test_every_algorithm_of_the_list_is_verified(
    client: OAuthClient, provider: Server, alg: str, elliptic: bool
) -> None:
    provider.behaviour = by_path(keys=jwks(signing_key(), curve_key()))
    key = curve_key() if elliptic else signing_key()

    assert identify(client, sign(claims(provider.url()), key=key, alg=alg)).subject == "1234567890"


def test_a_token_without_a_kid_is_verified_by_all_keys(client: OAuthClient, provider: Server) -> None:
    provider.behaviour = by_path(keys=jwks(signing_key("second"), signing_key()))
    id_token = sign(claims(provider.url()), kid="")

    assert identify(client, id_token).subject == "1234567890"


def test_keys_are_fetched_once_and_again_for_an_unknown_one(client: OAuthClient, provider: Server) -> None:
    identify(client, token(provider))
    identify(client, token(provider))
    assert len(provider.requests) == 1

    provider.behaviour = by_path(keys=jwks(signing_key("second")))
    identify(client, sign(claims(provider.url()), key=signing_key("second")))
    assert len(provider.requests) == 2

    refusal(client, sign(claims(provider.url()), key=signing_key("third")))
    assert len(provider.requests) == 2


@pytest.mark.parametrize(
    ("behaviour", "slug"),
    [
        (answers(status="500 Internal Server Error"), "server-unavailable"),
        (answers(b"<html>"), "server-unavailable"),
        (answers(b"x" * 300_000), "server-unavailable"),
        (answers(b"[]"), "server-unavailable"),
    ],
)
def test_keys_out_of_reach_are_a_matter_of_time(
    client: OAuthClient, server: Server, behaviour: Behaviour, slug: str
) -> None:
    server.behaviour = behaviour

    failure = refusal(client, token(server))

    assert (failure.kind, slug_of(failure)) == (FailureKind.TEMPORARY, slug)


def test_keys_that_do_not_come_are_a_matter_of_time(make_client: MakeClient, server: Server) -> None:
    server.behaviour = silent

    failure = refusal(make_client(limits=QUICK), token(server))

    assert (failure.kind, slug_of(failure)) == (FailureKind.TEMPORARY, "connection-timeout")


@pytest.mark.parametrize("issuer", ["https://accounts.google.com", "accounts.google.com"])
def test_google_may_leave_the_scheme_out(make_client: MakeClient, provider: Server, issuer: str) -> None:
    client = make_client(issuer=GOOGLE.issuer)

    assert identify(client, token(provider, iss=issuer)).subject == "1234567890"
    assert refusal(client, token(provider, iss="http://accounts.google.com")).symptom == Symptom.ISSUER_DIFFERS


def microsoft_token(server: Server, *, iss: str = TENANT, tid: object = TENANT) -> str:
    issuer = f"https://login.microsoftonline.com/{iss}/v2.0"
    return token(server, iss=issuer, tid=tid, oid="0-1", preferred_username="ann@contoso.example")


@pytest.mark.parametrize("tenant", ["organizations", "common", "contoso.example", TENANT, TENANT.upper()])
def test_the_issuer_at_microsoft_is_that_of_the_tenant(make_client: MakeClient, provider: Server, tenant: str) -> None:
    client = make_client(issuer=microsoft(tenant).issuer, provider="outlook")

    found = identify(client, microsoft_token(provider))

    assert found == Identity(subject=f"{TENANT}:0-1", address="ann@contoso.example", tenant=TENANT)


def test_a_personal_account_is_of_the_consumers_tenant(make_client: MakeClient, provider: Server) -> None:
    client = make_client(issuer=microsoft("consumers").issuer, provider="outlook")

    found = identify(client, microsoft_token(provider, iss=CONSUMERS_TENANT, tid=CONSUMERS_TENANT))

    assert found.tenant == CONSUMERS_TENANT


@pytest.mark.parametrize(
    ("tenant", "iss", "tid"),
    [
        ("organizations", TENANT, OTHER_TENANT),
        ("organizations", TENANT, None),
        ("organizations", TENANT, ["x"]),
        ("organizations", "{tenantid}", "{tenantid}"),
        ("organizations", "x/../y", "x/../y"),
        (TENANT, OTHER_TENANT, OTHER_TENANT),
        ("consumers", TENANT, TENANT),
    ],
)
def test_an_issuer_of_another_tenant_is_refused(
    make_client: MakeClient, provider: Server, tenant: str, iss: str, tid: object
) -> None:
    client = make_client(issuer=microsoft(tenant).issuer, provider="outlook")

    failure = refusal(client, microsoft_token(provider, iss=iss, tid=tid))

    assert failure.symptom == Symptom.TENANT_DIFFERS
    assert slug_of(failure, "outlook") == "wrong-tenant"


def test_tokens_are_in_no_text(client: OAuthClient, provider: Server) -> None:
    id_token = token(provider, aud=f"{ACCESS_TOKEN} and {NONCE}")

    failure = refusal(client, id_token)

    assert ACCESS_TOKEN not in failure.text
    assert NONCE not in failure.text
    assert failure.text.isprintable()


CLAIMS = ("iss", "aud", "azp", "exp", "iat", "nbf", "nonce", "at_hash", "tid", "sub", "oid", "email", "email_verified")


@given(changes=st.fixed_dictionaries({}, optional=dict.fromkeys(CLAIMS, JSON)))
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_claimed_only_a_failure_leaves(
    client: OAuthClient, provider: Server, changes: dict[str, object]
) -> None:
    try:
        shown = identify(client, sign(claims(provider.url()) | changes)).address
    except OAuthError as failure:
        shown = failure.text

    assert shown.isprintable()


@given(header=st.fixed_dictionaries({}, optional=dict.fromkeys(("alg", "kid", "crit", "typ", "b64", "jku"), JSON)))
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_header_says_only_a_failure_leaves(
    client: OAuthClient, provider: Server, header: dict[str, object]
) -> None:
    _, body, signature = token(provider).split(".")
    other = {"alg": "RS256", "kid": "first", "more": 1} | header  # so that the signature never fits

    with pytest.raises(OAuthError):
        identify(client, f"{segment(other)}.{body}.{signature}")


@given(text=st.text(alphabet="ey.J0_-=aZ", max_size=40))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_as_a_token_only_a_failure_leaves(client: OAuthClient, text: str) -> None:
    with pytest.raises(OAuthError):
        identify(client, text)


@given(body=JSON)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_as_keys_only_a_failure_leaves(client: OAuthClient, server: Server, body: object) -> None:
    JWKS_CACHE.forget()
    server.behaviour = answers({"keys": [body, {"kty": "RSA", "n": body, "e": body, "kid": "first"}]})

    with pytest.raises(OAuthError):
        identify(client, token(server))
