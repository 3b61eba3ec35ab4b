"""A provider on loopback, a client of it, and ID tokens signed by a real key."""

import base64
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from tests.core.oauth.servers import Server, by_path
from webapp.core.oauth import ClientRegistration, Endpoints, HttpLimits, OAuthClient
from webapp.core.oauth.endpoints import TENANT_MARK
from webapp.core.oauth.jwks import JWKS_CACHE
from webapp.services.providers.gmail.spec import SPEC as GMAIL_SPEC
from webapp.services.providers.outlook.spec import SPEC as OUTLOOK_SPEC

CLIENT_ID = "postroom.example"
CLIENT_SECRET = "GOC-secret/of+the=portal"
NONCE = "nonce-of-this-sign-in"
ACCESS_TOKEN = "ya29.access-token-for-mail"
QUICK = HttpLimits(total=0.6, connect=0.6)

MakeClient = Callable[..., OAuthClient]


@cache
def signing_key(kid: str = "first") -> RSAKey:
    """Make an RSA key once."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


@cache
def curve_key() -> ECKey:
    return ECKey.generate_key("P-256", {"kid": "curve"})


def jwks(*keys: RSAKey | ECKey) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False) for key in keys or (signing_key(),)]}


def at_hash(access_token: str = ACCESS_TOKEN) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(access_token.encode()).digest()[:16]).rstrip(b"=").decode()


def claims(issuer: str, **changes: object) -> dict[str, object]:
    """Return the claims of a good ID token, changed; None leaves a claim out."""
    now = int(time.time())
    good = {
        "iss": issuer,
        "aud": CLIENT_ID,
        "sub": "1234567890",
        "email": "ann@example.com",
        "email_verified": True,
        "nonce": NONCE,
        "iat": now,
        "exp": now + 3600,
        "at_hash": at_hash(),
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def sign(content: object, *, key: RSAKey | ECKey | None = None, alg: str = "RS256", kid: str | None = None) -> str:
    """Sign content by a key; `kid` names another one than the key's own, "" none."""
    key = key or signing_key()
    kid = str(key.kid) if kid is None else kid
    header = {"alg": alg, **({"kid": kid} if kid else {})}
    return jws.serialize_compact(header, json.dumps(content).encode(), key, algorithms=[alg])


@pytest.fixture(autouse=True)
def no_kept_keys() -> Iterator[None]:
    """Forget keys: another test's server may have had the same port."""
    JWKS_CACHE.forget()
    yield
    JWKS_CACHE.forget()


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def provider(server: Server) -> Server:
    """Return a provider that grants everything."""
    server.behaviour = by_path(
        token={"access_token": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 3599, "refresh_token": "1//new"},
        keys=jwks(),
        revoke={},
    )
    return server


def settings_for(server: Server, **changes: Any) -> ClientRegistration:
    endpoints = Endpoints(
        authorization=server.url("authorize"),
        token=server.url("token"),
        jwks_uri=server.url("keys"),
        issuer=server.url(),
        revocation=server.url("revoke"),
    )
    endpoints = replace(endpoints, **{name: changes.pop(name) for name in ("issuer", "revocation") if name in changes})
    settings = ClientRegistration(
        endpoints=endpoints,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        scopes=("openid", "email", "https://mail.google.com/"),
        provider="gmail",
    )
    settings = replace(settings, **changes)
    at_microsoft = settings.provider in ("outlook", "microsoft") or TENANT_MARK in settings.endpoints.issuer
    return replace(settings, rules=OUTLOOK_SPEC.rules if at_microsoft else GMAIL_SPEC.rules)


@pytest.fixture
def make_client(server: Server) -> MakeClient:
    def make(*, limits: HttpLimits | None = None, **changes: Any) -> OAuthClient:
        return OAuthClient(settings_for(server, **changes), limits=limits or HttpLimits())

    return make


@pytest.fixture
def client(make_client: MakeClient) -> OAuthClient:
    return make_client()
