"""Every kind of response keeps to itself: headers, cookies, and what may be cached."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import PASSWORD, sign_in_as
from tests.http_client import post
from webapp.models import User

HTMX = {"HX-Request": "true"}
KINDS = {
    "page": ("/connections/", {}, 200),
    "fragment": ("/connections/", HTMX, 200),
    "form": ("/connections/new", {}, 200),
    "error": ("/nowhere", {}, 404),
    "error in a fragment": ("/nowhere", HTMX, 404),
    "redirect": ("/", {}, 303),
    "style": ("/static/app.css", {}, 200),
    "script": ("/static/app.js", {}, 200),
    "htmx": ("/vendor/htmx-2.0.10.min.js", {}, 200),
    "missing file": ("/static/nothing.css", {}, 404),
    "health": ("/health", {}, 200),
}


@pytest.fixture
def database() -> str:
    """Use one database: nothing here depends on which."""
    return "sqlite"


@pytest.fixture(params=KINDS)
def response(request: pytest.FixtureRequest, client: FlaskClient, member: User) -> TestResponse:
    path, headers, status = KINDS[request.param]
    sign_in_as(client, member)
    answer = client.get(path, headers=headers, buffered=True)
    assert answer.status_code == status
    return answer


def test_every_response_keeps_to_itself(response: TestResponse) -> None:
    policy = response.headers["Content-Security-Policy"]

    directives = {name: value for name, _, value in (part.partition(" ") for part in policy.split("; "))}
    assert directives["default-src"] == "'none'"
    assert directives["frame-ancestors"] == directives["base-uri"] == "'none'"
    assert directives["form-action"] == directives["style-src"] == "'self'"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in response.headers["Permissions-Policy"]


def test_the_policy_allows_nothing_unsafe(response: TestResponse) -> None:
    policy = response.headers["Content-Security-Policy"]

    assert "unsafe-" not in policy
    assert "*" not in policy
    # A whole host would let in every file that anybody publishes there.
    assert all(url.endswith(".js") for url in re.findall(r"https?:\S+?(?=[ ;]|$)", policy))


@pytest.mark.parametrize("path", ["/connections/", "/connections/new", "/account", "/help/", "/nowhere"])
def test_no_page_has_anything_the_policy_would_stop(client: FlaskClient, member: User, path: str) -> None:
    sign_in_as(client, member)

    page = client.get(path).get_data(as_text=True)

    assert "<style" not in page
    assert not re.search(r"<[^>]+\s(style|on\w+|hx-on\S*)=", page)
    assert not re.search(r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")", page)


def test_pages_are_not_kept_by_anybody_and_files_are(client: FlaskClient, member: User) -> None:
    sign_in_as(client, member)

    kept = {path: client.get(path, buffered=True).headers.get("Cache-Control", "") for path, *_ in KINDS.values()}

    assert {path for path, value in kept.items() if "no-store" not in value} == {
        "/static/app.css",
        "/static/app.js",
        "/static/nothing.css",
        "/vendor/htmx-2.0.10.min.js",
    }


def cookie_after_sign_in(client: FlaskClient) -> str:
    response = post(client, "/sign-in", address="ben@example.com", password=PASSWORD)
    assert response.status_code == 303
    return response.headers["Set-Cookie"]


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient, member: User) -> None:
    cookie = cookie_after_sign_in(client)

    assert cookie.startswith("postroom=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_over_http_the_cookie_works_without_encryption(client: FlaskClient, member: User) -> None:
    assert "Secure" not in cookie_after_sign_in(client)
    assert "Strict-Transport-Security" not in client.get("/sign-in").headers


class TestOverHttps:
    @pytest.fixture
    def more_settings(self) -> dict[str, object]:
        return {"base_url": "https://portal.example.com", "proxies": 1}

    @pytest.fixture
    def client(self, app: Flask) -> FlaskClient:
        client = app.test_client()
        client.environ_base["HTTP_X_FORWARDED_PROTO"] = "https"
        client.environ_base["HTTP_REFERER"] = "https://localhost/sign-in"
        return client

    def test_the_cookie_goes_over_encrypted_lines_only(self, client: FlaskClient, member: User) -> None:
        response = client.get("/sign-in")

        assert "Secure" in response.headers["Set-Cookie"]
        assert "HttpOnly" in response.headers["Set-Cookie"]
        assert response.headers["Strict-Transport-Security"].startswith("max-age=")
