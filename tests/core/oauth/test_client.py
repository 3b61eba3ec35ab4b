"""What the client asks of a provider, what it makes of the answers, and that no secret leaves it."""

import html
import json
import logging
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from tests.core.oauth.conftest import ACCESS_TOKEN, CLIENT_ID, CLIENT_SECRET, QUICK, MakeClient, settings_for
from tests.core.oauth.servers import Behaviour, Request, Server, answers, drips, http, says, silent
from webapp.core.diagnosis import diagnose
from webapp.core.diagnosis.failure import Stage
from webapp.core.oauth import ClientRegistration, FailureKind, OAuthClient, OAuthError

REDIRECT_URI = "https://portal.example/oauth/gmail/callback"
VERIFIER = "verifier-" + "v" * 40
CODE = "4/0AX-code+of/ann"
REFRESH_TOKEN = "1//refresh+token/of=ann"


def redeem(client: OAuthClient) -> object:
    return client.exchange_code(CODE, redirect_uri=REDIRECT_URI, verifier=VERIFIER)


def test_the_authorization_url_carries_state_nonce_and_challenge(client: OAuthClient, server: Server) -> None:
    url = client.authorization_url(
        redirect_uri=REDIRECT_URI,
        state="st&te",
        nonce="n",
        verifier=VERIFIER,
        access_type="offline",
        prompt="select_account consent",
        login_hint="ann+mail@example.com",
        hd="",
    )

    assert url.startswith(server.url("authorize?"))
    assert parse_qs(urlsplit(url).query) == {
        "response_type": ["code"],
        "client_id": [CLIENT_ID],
        "redirect_uri": [REDIRECT_URI],
        "scope": ["openid email https://mail.google.com/"],
        "state": ["st&te"],
        "nonce": ["n"],
        "code_challenge": [create_s256_code_challenge(VERIFIER)],
        "code_challenge_method": ["S256"],
        "access_type": ["offline"],
        "prompt": ["select_account consent"],
        "login_hint": ["ann+mail@example.com"],
    }
    assert VERIFIER not in url
    assert server.requests == []


def test_a_code_is_redeemed(client: OAuthClient, provider: Server) -> None:
    before = datetime.now(UTC)

    answer = client.exchange_code(CODE, redirect_uri=REDIRECT_URI, verifier=VERIFIER)

    assert (answer.access_token, answer.refresh_token, answer.scopes) == (ACCESS_TOKEN, "1//new", None)
    assert before <= answer.expires_at - timedelta(seconds=3599) <= datetime.now(UTC)
    [request] = provider.requests
    assert request.line == "POST /token HTTP/1.1"
    assert request.headers["content-type"].startswith("application/x-www-form-urlencoded")
    assert request.headers["accept-encoding"] == "identity"
    assert "authorization" not in request.headers
    assert request.form == {
        "grant_type": "authorization_code",
        "code": CODE,
        "redirect_uri": REDIRECT_URI,
        "code_verifier": VERIFIER,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }


@pytest.mark.parametrize(
    ("provider_name", "scope"),
    [("gmail", {}), ("outlook", {"scope": "openid email https://mail.google.com/"})],
)
def test_a_refresh_names_scopes_only_to_microsoft(
    make_client: MakeClient, provider: Server, provider_name: str, scope: dict[str, str]
) -> None:
    answer = make_client(provider=provider_name).refresh(REFRESH_TOKEN)

    assert (answer.access_token, answer.refresh_token) == (ACCESS_TOKEN, "1//new")
    assert provider.requests[0].form == {
        "grant_type": "refresh_token",
        "refresh_token": REFRESH_TOKEN,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        **scope,
    }


def test_a_refresh_whose_scopes_are_refused_is_asked_for_without_them(make_client: MakeClient, server: Server) -> None:
    def strict(sock: socket.socket, request: Request) -> None:
        refused = "scope" in request.form
        sock.sendall(
            http({"error": "invalid_scope"}, status="400 Bad Request")
            if refused
            else http({"access_token": ACCESS_TOKEN})
        )

    server.behaviour = strict

    assert make_client(provider="outlook").refresh(REFRESH_TOKEN).access_token == ACCESS_TOKEN


def test_a_refresh_without_a_new_refresh_token_does_not_invent_one(client: OAuthClient, server: Server) -> None:
    server.behaviour = answers({"access_token": "at"})

    assert client.refresh(REFRESH_TOKEN).refresh_token == ""


def test_the_lifetime_counts_from_before_the_request(client: OAuthClient, server: Server) -> None:
    asked = []

    def answer(sock: socket.socket, _: object) -> None:
        asked.append(datetime.now(UTC))
        sock.sendall(http({"access_token": "at", "expires_in": 60}))

    server.behaviour = answer

    assert client.refresh(REFRESH_TOKEN).expires_at <= asked[0] + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("behaviour", "slug"),
    [
        (answers(status="429 Too Many Requests"), "rate-limited"),
        (answers(status="500 Internal Server Error"), "server-unavailable"),
        (answers(b"<html><title>Hello</title></html>"), "server-unavailable"),
        (answers(), "server-unavailable"),
        (answers({"token_type": "Bearer"}), "server-unavailable"),
        (answers({"access_token": "a\r\nb"}), "server-unavailable"),
        (says(b""), "connection-dropped"),
        (answers(b"x" * 300_000), "server-unavailable"),
        (answers(status="302 Found", headers="Location: /login\r\n"), "server-unavailable"),
    ],
    ids=["429", "500", "HTML", "empty", "no token", "control", "dropped", "huge", "redirect"],
)
def test_every_fault_of_a_token_endpoint_leaves_the_grant_alone(
    client: OAuthClient, server: Server, behaviour: Behaviour, slug: str
) -> None:
    server.behaviour = behaviour

    asks: list[Callable[[], object]] = [lambda: client.refresh(REFRESH_TOKEN), lambda: redeem(client)]
    for ask in asks:
        with pytest.raises(OAuthError) as caught:
            ask()

        assert (caught.value.kind, caught.value.stage) == (FailureKind.TEMPORARY, Stage.TOKEN)
        assert diagnose(caught.value.failure("gmail")).problem.slug == slug


@pytest.mark.parametrize(
    "behaviour", [silent, drips(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b" ")], ids=["silent", "drip"]
)
def test_a_slow_token_endpoint_leaves_the_grant_alone(
    make_client: MakeClient, server: Server, behaviour: Behaviour
) -> None:
    server.behaviour = behaviour

    with pytest.raises(OAuthError) as caught:
        make_client(limits=QUICK).refresh(REFRESH_TOKEN)

    assert caught.value.kind is FailureKind.TEMPORARY
    assert diagnose(caught.value.failure("gmail")).problem.slug == "connection-timeout"


@pytest.mark.parametrize("error", ["invalid_grant", "interaction_required"])
def test_the_end_of_a_grant_is_told(client: OAuthClient, server: Server, error: str) -> None:
    server.behaviour = answers({"error": error}, status="400 Bad Request")

    with pytest.raises(OAuthError) as caught:
        client.refresh(REFRESH_TOKEN)

    assert caught.value.kind is FailureKind.INVALID_GRANT


def test_a_grant_is_revoked(client: OAuthClient, provider: Server) -> None:
    client.revoke(REFRESH_TOKEN)

    [request] = provider.requests
    assert request.path == "/revoke"
    assert request.form == {"token": REFRESH_TOKEN, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


def test_where_nothing_can_be_revoked_nobody_is_asked(make_client: MakeClient, server: Server) -> None:
    make_client(revocation="").revoke(REFRESH_TOKEN)

    assert server.requests == []


@pytest.mark.parametrize(
    "behaviour",
    [answers(b""), answers(b"<html>"), answers({"error": "invalid_token"}, status="400 Bad Request")],
    ids=["empty", "page", "gone already"],
)
def test_a_grant_that_is_gone_counts_as_revoked(client: OAuthClient, server: Server, behaviour: Behaviour) -> None:
    server.behaviour = behaviour

    client.revoke(REFRESH_TOKEN)

    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (answers({"error": "invalid_client"}, status="401 Unauthorized"), FailureKind.REFUSED),
        (answers({"error": "temporarily_unavailable"}, status="503 Service Unavailable"), FailureKind.TEMPORARY),
        (answers(b"", status="502 Bad Gateway"), FailureKind.TEMPORARY),
        (answers({}, status="204 No Content"), FailureKind.TEMPORARY),
        (says(b""), FailureKind.TEMPORARY),
    ],
)
def test_a_revocation_that_fails_is_told(
    client: OAuthClient, server: Server, behaviour: Behaviour, kind: FailureKind
) -> None:
    server.behaviour = behaviour

    with pytest.raises(OAuthError) as caught:
        client.revoke(REFRESH_TOKEN)

    assert caught.value.kind == kind


def echo_as_page(text: str) -> bytes:
    return f"<html><title>{html.escape(text)}</title></html>".encode()


def echo_as_json(text: str) -> bytes:
    return json.dumps({"error": "x", "error_description": text}).encode()


@pytest.mark.parametrize("echo", [str.encode, echo_as_page, echo_as_json])
def test_what_was_sent_is_in_no_text_repr_or_log(
    client: OAuthClient, server: Server, caplog: pytest.LogCaptureFixture, echo: Callable[[str], bytes]
) -> None:
    """A provider that sends everything back betrays nothing."""
    caplog.set_level(logging.DEBUG)
    server.behaviour = lambda sock, request: sock.sendall(
        http(echo(f"{' '.join(request.form.values())} {request.form} {request.body}"), status="400 Bad Request")
    )
    shown = [repr(client.settings), repr(client), str(vars(client))]

    asks: list[Callable[[], object]] = [
        lambda: client.refresh(REFRESH_TOKEN),
        lambda: redeem(client),
        lambda: client.revoke(REFRESH_TOKEN),
    ]
    for ask in asks:
        with pytest.raises(OAuthError) as caught:
            ask()
        shown += [caught.value.text, repr(caught.value), str(caught.value.failure("gmail"))]
        assert caught.value.__cause__ is None

    for secret in (CLIENT_SECRET, REFRESH_TOKEN, CODE, VERIFIER):
        assert secret not in "".join(shown) + caplog.text


@pytest.mark.parametrize("token", ["\x00", "ä", "a=b&c", "%zz", "~*'!()"])
def test_an_odd_refresh_token_arrives_as_it_is(client: OAuthClient, provider: Server, token: str) -> None:
    client.refresh(token)

    assert provider.requests[0].form["refresh_token"] == token


@pytest.mark.parametrize("token", ["", "\ud800"])
def test_a_refresh_token_that_is_none_is_a_failure(client: OAuthClient, provider: Server, token: str) -> None:
    with pytest.raises(OAuthError) as caught:
        client.refresh(token)

    assert caught.value.kind is FailureKind.REFUSED
    assert provider.requests == []


def test_an_authorization_endpoint_that_is_no_address_is_a_failure(client: OAuthClient) -> None:
    with pytest.raises(OAuthError) as caught:
        client.authorization_url(redirect_uri=REDIRECT_URI, state="\ud800", nonce="n", verifier=VERIFIER)

    assert caught.value.stage is Stage.AUTHORIZE


def test_one_client_serves_many_threads(client: OAuthClient, server: Server) -> None:
    server.behaviour = lambda sock, request: sock.sendall(
        http({"access_token": f"for-{request.form['refresh_token']}"})
    )

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: client.refresh(f"r{number}").access_token, range(40)))

    assert found == [f"for-r{number}" for number in range(40)]


def test_the_client_costs_the_start_of_the_portal_nothing() -> None:
    slow = "requests", "authlib", "joserfc", "urllib3"
    code = f"import sys, webapp.core.oauth.client as _; sys.exit(str(sorted(set({slow!r}) & set(sys.modules))))"
    # `webapp` itself imports much; its place is taken by an empty package.
    code = (
        f"import sys, types; p = types.ModuleType('webapp'); p.__path__ = ['webapp']; sys.modules['webapp'] = p; {code}"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.stderr.strip() == "[]"


def test_the_secret_stays_out_of_the_settings_repr(server: Server) -> None:
    settings: ClientRegistration = settings_for(server)

    assert CLIENT_SECRET not in repr(settings)
