"""How many access tokens the API hands out in a second, against an empty JSON route of the same portal."""

import re
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from statistics import median

from bench.measuring import Result, seconds_of
from bench.portal import Portal, running_portal
from webapp.core.oauth.client import Identity, TokenResponse
from webapp.models import Connection, Scope, User, db, utcnow, writes
from webapp.services.accounts.api_tokens import make_token
from webapp.services.providers.oauth.client_registration import effective_client_without_secret
from webapp.services.providers.oauth.grants import store_consent
from webapp.services.providers.outlook import OUTLOOK

TITLE = "Access tokens over the API, from the store, medians of 15"
_ROUNDS, _WARM_UP = 15, 2
_CLIENTS, _REQUESTS = 4, 150
_ADDRESS = "ann@example.com"
ANYBODY, WITH_TOKEN = "/bench/empty", "/bench/empty-with-token"
"""Routes that answer with an empty JSON object, see `empty_routes`."""
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


def measure() -> list[Result]:
    """Ask for both in turn, by several clients at once over connections that stay."""
    with running_portal(serving="bench.empty_routes:app", api_requests_per_minute=1_000_000) as portal:
        path, token = _connection(portal)
        paths = (path, ANYBODY, WITH_TOKEN)
        rates = [[_rate(portal, each, token) for each in paths] for _ in range(_WARM_UP + _ROUNDS)][_WARM_UP:]
    tokens, anybody, with_token = (median(each) for each in zip(*rates, strict=True))
    return [
        Result(what="access tokens", value=tokens, unit="/s"),
        Result(what="empty JSON objects, for anybody", value=anybody, unit="/s"),
        Result(what="ratio", value=median(one / other for one, other, _ in rates), unit="", at_least=0.6),
        Result(what="empty JSON objects, for an API token", value=with_token, unit="/s"),
        Result(what="ratio", value=median(one / other for one, _, other in rates), unit=""),
    ]


def _connection(portal: Portal) -> tuple[str, str]:
    """Store a consent that needs no renewal; return the path of its access token, and an API token."""
    answer = TokenResponse(access_token="x" * 1500, refresh_token="y" * 1000, expires_at=utcnow() + timedelta(days=1))
    identity = Identity(subject=_ADDRESS, address=_ADDRESS)
    with portal.app.app_context():
        writes.set(True)
        client = replace(effective_client_without_secret(OUTLOOK), client_id="bench")
        connection = Connection(
            name="Ann", name_key="ann", address=_ADDRESS, credential_type=OUTLOOK,
            grant_id=store_consent(client, answer, identity).id,
        )  # fmt: skip
        db.session.add(connection)
        _, token = make_token(db.session.get_one(User, 1), "Bench", [Scope.ACCESS_TOKEN])
        db.session.commit()
        writes.set(False)
        return f"/api/v1/connections/{connection.id}/access-token", token


def _rate(portal: Portal, path: str, token: str) -> float:
    """Return the answers per second."""

    def ask(_: int) -> None:
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        with socket.create_connection(("127.0.0.1", portal.port), timeout=30) as connection:
            for _ in range(_REQUESTS):
                connection.sendall(request)
                _read(connection)

    with ThreadPoolExecutor(_CLIENTS) as pool:
        seconds = seconds_of(lambda: list(pool.map(ask, range(_CLIENTS))))
    return _CLIENTS * _REQUESTS / seconds


def _read(connection: socket.socket) -> None:
    """Read one answer, with as little work as can be: a client's own would make both rates look alike."""
    heard = b""
    while b"\r\n\r\n" not in heard:
        heard += connection.recv(65536)
    head, _, body = heard.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    if not head.startswith(b"HTTP/1.1 200 ") or length is None:
        raise RuntimeError(head.decode("latin-1"))
    left = int(length[1]) - len(body)
    while left > 0:
        left -= len(connection.recv(65536))
