"""What a token endpoint answers is read strictly, and everything else is told apart by what it means for a grant."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.core.diagnosis import diagnose
from webapp.core.net.http import HttpResponse
from webapp.core.oauth.errors import FailureKind, OAuthError
from webapp.core.oauth.token_response import TokenResponse, parse_token_response

SINCE = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECRET = "refresh-token-of-ann"


def read(body: object, status: int = 200) -> TokenResponse:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return parse_token_response(HttpResponse(status=status, body=content), since=SINCE, secrets=(SECRET,))


def failure_of(body: object, status: int = 200) -> OAuthError:
    with pytest.raises(OAuthError) as caught:
        read(body, status)
    return caught.value


def slug_of(failure: OAuthError, provider: str = "gmail") -> str:
    return diagnose(failure.failure(provider)).problem.slug


def granted(**more: Any) -> dict[str, Any]:
    return {"access_token": "at", "token_type": "Bearer", **more}


def test_a_whole_answer_is_read() -> None:
    answer = read(
        granted(expires_in=3599, refresh_token="rt", scope="openid https://mail.google.com/", id_token="a.b.c", new=1)
    )

    assert answer == TokenResponse(
        access_token="at",
        expires_at=SINCE + timedelta(seconds=3599),
        refresh_token="rt",
        scopes=frozenset({"openid", "https://mail.google.com/"}),
        id_token="a.b.c",
    )


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (3599, 3599),
        ("3599", 3599),
        (3599.5, 3599.5),
        (0, 0),
        (-1, 0),
        (10**30, 86_400),
        ("9" * 400, 86_400),
        (float("inf"), 86_400),
        (float("nan"), 3600),
        (None, 3600),
        ("soon", 3600),
        (True, 3600),
        ([3599], 3600),
        ({}, 3600),
    ],
)
def test_a_lifetime_is_read_whatever_it_is(said: object, seconds: float) -> None:
    assert read(granted(expires_in=said)).expires_at == SINCE + timedelta(seconds=seconds)


def test_a_lifetime_that_is_not_said_is_an_hour() -> None:
    assert read(granted()).expires_at == SINCE + timedelta(hours=1)


@pytest.mark.parametrize(
    ("said", "scopes"),
    [
        ("a b  a", {"a", "b"}),
        (["a", "b", 3], {"a", "b"}),
        ("", None),
        (None, None),
        (7, None),
    ],
)
def test_scopes_are_those_that_were_said(said: object, scopes: set[str] | None) -> None:
    assert read(granted(scope=said)).scopes == scopes


@pytest.mark.parametrize(
    "more", [{"token_type": "bearer"}, {"token_type": None}, {"refresh_token": None}, {"error": ""}]
)
def test_small_departures_are_forgiven(more: dict[str, Any]) -> None:
    answer = read(granted(**more))

    assert (answer.access_token, answer.refresh_token) == ("at", "")


def test_a_byte_order_mark_is_forgiven() -> None:
    assert read(b"\xef\xbb\xbf" + json.dumps(granted()).encode()).access_token == "at"


def test_a_token_of_16_kib_is_fine() -> None:
    assert len(read(granted(access_token="a" * 16_384, refresh_token="r" * 16_384)).access_token) == 16_384


@pytest.mark.parametrize("name", ["access_token", "refresh_token"])
@pytest.mark.parametrize(
    "token",
    ["a\r\nA1 LOGOUT", "a\nb", "a\x00b", "a\x01b", "a\x7f", "ä", "\ud800", 5, ["a"], {"a": 1}, True, "a" * 16_385],
)
def test_a_token_that_no_protocol_could_carry_is_a_failure(name: str, token: object) -> None:
    failure = failure_of(granted(**{name: token}))

    assert (failure.kind, slug_of(failure)) == (FailureKind.TEMPORARY, "server-unavailable")
    assert "LOGOUT" not in failure.text


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),
        (200, b"  \n"),
        (200, b"<!DOCTYPE html><html><head><title>Sign in</title></head></html>"),
        (200, b"null"),
        (200, b"[]"),
        (200, b'"text"'),
        (200, b'{"access_token": "at"'),
        (200, b"[" * 200_000),
        (200, b'{"expires_in": ' + b"9" * 5000 + b"}"),
        (200, b"\xff\xfe\x00"),
        (200, b"access_token=at&token_type=bearer"),
        (200, b"{}"),
        (200, b'{"access_token": null}'),
        (200, b'{"access_token": ""}'),
        (204, b""),
        (404, b"<html><title>404 Not Found</title></html>"),
        (403, b"<html><title>Forbidden</title></html>"),
        (500, b""),
        (500, b'{"error": "server_error"}'),
        (500, b'{"message": "oops"}'),
        (502, b"<html><title>502 Bad Gateway</title></html>"),
        (503, b"Service Unavailable"),
        (504, b"<html></html>"),
        (520, b"<html><title>Web server is returning an unknown error</title></html>"),
        (599, b"\x00"),
        (400, b'{"error": "temporarily_unavailable"}'),
        (400, b'{"error": "server_error", "error_description": "AADSTS90033: A transient error has occurred."}'),
        (408, b'{"error": "request_timeout"}'),
    ],
)
def test_an_answer_that_is_none_says_that_the_provider_is_unavailable(status: int, body: bytes) -> None:
    failure = failure_of(body, status)

    assert (failure.kind, slug_of(failure)) == (FailureKind.TEMPORARY, "server-unavailable")


@pytest.mark.parametrize(
    "body", [b"", b"<html><title>Too many</title>", b'{"error": "invalid_client"}', b'{"error":"rate_limit_exceeded"}']
)
def test_too_many_requests_are_told_as_such(body: bytes) -> None:
    failure = failure_of(body, 429)

    assert failure.kind is FailureKind.TEMPORARY
    assert "429" in failure.text
    assert slug_of(failure) == "rate-limited" or b"invalid_client" in body


def test_the_title_of_a_page_is_quoted() -> None:
    failure = failure_of(b"<html><title>Proxy Authentication &lt;Required&gt;</title>" + b"<script>" * 30_000, 200)

    assert "Proxy Authentication <Required>" in failure.text
    assert slug_of(failure) == "proxy-blocked"


def test_a_title_is_masked_before_it_is_cut() -> None:
    failure = failure_of(f"<title>{'y' * 1440} {SECRET} {'z' * 9000}</title>".encode())

    assert len(failure.text) == 1500
    assert SECRET[:8] not in failure.text


REVOKED = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
SECOND_FACTOR = {
    "error": "invalid_grant",
    "error_description": "AADSTS50079: Due to a configuration change made by your administrator\r\nTrace ID: 1b2c",
    "error_codes": [50079],
    "suberror": "basic_action",
}


@pytest.mark.parametrize(
    ("status", "body", "kind", "slug", "provider"),
    [
        (400, REVOKED, FailureKind.INVALID_GRANT, "reconnect-required", "gmail"),
        (200, REVOKED, FailureKind.INVALID_GRANT, "reconnect-required", "gmail"),
        (401, {"error": "invalid_grant"}, FailureKind.INVALID_GRANT, "reconnect-required", "gmail"),
        (400, REVOKED | {"error_subtype": "invalid_rapt"}, FailureKind.INVALID_GRANT, "session-policy-expiry", "gmail"),
        (400, SECOND_FACTOR, FailureKind.INVALID_GRANT, "mfa-required", "outlook"),
        (400, SECOND_FACTOR | {"error": "interaction_required"}, FailureKind.INVALID_GRANT, "mfa-required", "outlook"),
        (
            400,
            {"error": "interaction_required", "error_codes": [50076]},
            FailureKind.INVALID_GRANT,
            "mfa-required",
            "outlook",
        ),
        (
            400,
            {"error": "consent_required", "suberror": "consent_required"},
            FailureKind.INVALID_GRANT,
            "consent-not-given",
            "outlook",
        ),
        (
            400,
            {"error": "login_required", "suberror": "basic_action"},
            FailureKind.INVALID_GRANT,
            "reconnect-required",
            "outlook",
        ),
        (400, {"error": "consent_required"}, FailureKind.REFUSED, "consent-not-given", "outlook"),
        (400, {"error": "login_required", "suberror": ["x"]}, FailureKind.REFUSED, "reconnect-required", "outlook"),
        (
            401,
            {"error": "invalid_client", "error_description": "Unauthorized"},
            FailureKind.REFUSED,
            "client-secret-wrong",
            "gmail",
        ),
        (
            401,
            {"error": "invalid_client", "error_description": "The OAuth client was not found."},
            FailureKind.REFUSED,
            "client-unknown",
            "gmail",
        ),
        (
            401,
            {
                "error": "invalid_client",
                "error_description": "AADSTS7000222: The provided client secret keys are expired.",
            },
            FailureKind.REFUSED,
            "client-secret-expired",
            "outlook",
        ),
        (
            400,
            {"error": "invalid_client", "error_codes": [7000215]},
            FailureKind.REFUSED,
            "client-secret-wrong",
            "outlook",
        ),
        (
            400,
            {"error": "unauthorized_client", "error_codes": [700016]},
            FailureKind.REFUSED,
            "client-unknown",
            "outlook",
        ),
        (400, {"error": "invalid_request", "error_codes": [90002]}, FailureKind.REFUSED, "wrong-tenant", "outlook"),
        (400, {"error": "invalid_scope"}, FailureKind.REFUSED, "scope-missing", "gmail"),
        (400, {"error": "invalid_request"}, FailureKind.REFUSED, "oauth-client-misconfigured", "gmail"),
        (400, {"error": "redirect_uri_mismatch"}, FailureKind.REFUSED, "redirect-uri-mismatch", "gmail"),
        (400, {"error": "admin_policy_enforced"}, FailureKind.REFUSED, "app-blocked-by-admin", "gmail"),
        (400, {"error": {"code": 400, "status": "INVALID_ARGUMENT"}}, FailureKind.REFUSED, "unknown", "gmail"),
        (400, {"hint": "?"}, FailureKind.REFUSED, "unknown", "gmail"),
    ],
)
def test_a_refusal_keeps_what_a_diagnosis_needs(
    status: int, body: dict[str, Any], kind: FailureKind, slug: str, provider: str
) -> None:
    failure = failure_of(body, status)

    assert (failure.kind, slug_of(failure, provider)) == (kind, slug)
    assert failure.text.startswith(f"HTTP {status}")
    assert failure.error == (body.get("error") if isinstance(body.get("error"), str) else "")


def test_everything_particular_is_quoted_on_one_line() -> None:
    failure = failure_of(SECOND_FACTOR | {"error_subtype": "odd"}, 400)

    assert failure.text == (
        "HTTP 400: error=invalid_grant; error_description=AADSTS50079: Due to a configuration change made by your "
        "administrator Trace ID: 1b2c; suberror=basic_action; error_subtype=odd; error_codes=[50079]"
    )


def test_a_token_type_nobody_can_use_is_refused() -> None:
    failure = failure_of(granted(token_type="DPoP"))

    assert failure.kind is FailureKind.REFUSED
    assert "DPoP" in failure.text


def test_secrets_are_masked_before_a_text_is_cut() -> None:
    failure = failure_of({"error": "x", "error_description": f"{'y' * 1450} {SECRET} {'z' * 100_000}"}, 400)

    assert len(failure.text) <= 1500
    assert SECRET[:8] not in failure.text


@pytest.mark.parametrize(
    "text", [f"{SECRET[:5]}\x00{SECRET[5:]}", f"\u202e{SECRET}", f"<b>{SECRET}</b>", f"a={SECRET}&b"]
)
def test_secrets_are_masked_however_they_are_quoted(text: str) -> None:
    failure = failure_of({"error": text, "error_description": [text], "suberror": {text: text}}, 400)

    assert SECRET not in failure.text + repr(failure)
    assert failure.text.isprintable()


def test_tokens_stay_out_of_the_repr() -> None:
    answer = read(granted(access_token="secret-a", refresh_token="secret-b", id_token="secret-c"))

    assert "secret" not in repr(answer)
    assert "secret" not in repr(HttpResponse(status=200, body=b"secret"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("access_token", "token_type", "expires_in", "refresh_token", "scope", "id_token", "error", "suberror")


@given(
    status=st.integers(100, 999),
    body=st.binary(max_size=60)
    | JSON.map(lambda value: json.dumps(value).encode())
    | st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, JSON)).map(lambda value: json.dumps(value).encode()),
)
@settings(deadline=None, max_examples=400)
def test_whatever_is_answered_only_a_failure_leaves(status: int, body: bytes) -> None:
    try:
        answer = read(body, status)
        shown, lifetime = answer.access_token, answer.expires_at - SINCE
    except OAuthError as failure:
        shown, lifetime = failure.text, timedelta(0)
        diagnose(failure.failure("outlook"))

    assert shown.isprintable()
    assert len(shown) <= 1500
    assert timedelta(0) <= lifetime <= timedelta(days=1)
