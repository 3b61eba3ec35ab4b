"""A client of the practice providers in plain `requests`, and a person at their pages who needs no browser."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import parse_qsl, urlsplit

import requests

from webapp.core.oauth.endpoints import Endpoints
from webapp.practice.oauth_server.endpoints import Addresses
from webapp.practice.oauth_server.http_server import PORTAL_URL
from webapp.practice.oauth_server.profiles import PROFILES
from webapp.practice.oauth_server.provider_profile import ProviderProfile
from webapp.practice.ports import LOOPBACK

VERIFIER = "correct-horse-battery-staple-correct-horse-battery"
STATE = "the-state"


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class Provider(Protocol):
    """What a client knows of a provider, wherever it runs."""

    profile: ProviderProfile
    url: str
    endpoints: Endpoints
    introspection: str
    client_id: str
    client_secret: str


@dataclass
class Elsewhere:
    """A provider in the process of the practice servers."""

    profile: ProviderProfile
    url: str
    endpoints: Endpoints
    introspection: str
    client_id: str
    client_secret: str

    @classmethod
    def at(cls, key: str, ports: Mapping[str, int]) -> "Elsewhere":
        house, url = PROFILES[key], f"http://{LOOPBACK}:{ports[key]}"
        addresses = Addresses.of(house, url)
        return cls(house, url, addresses.endpoints, addresses.introspection, house.client_id, house.client_secret)

    def hook(self, path: str, **form: object) -> requests.Response:
        answer = requests.post(f"{self.url}/practice/{path}", data=form, timeout=10)
        answer.raise_for_status()
        return answer

    def issue(self, address: str, **form: object) -> str:
        """Return an access token without a sign-in."""
        return str(self.hook(f"accounts/{address}/tokens", **form).json()["access_token"])


P = TypeVar("P", bound=Provider)


class PortalClient(Generic[P]):
    """The portal, as the provider sees it."""

    def __init__(self, authority: P) -> None:
        self.authority = authority
        self.redirect_uri = PORTAL_URL + authority.profile.callback_path

    def parameters(self, **changed: str) -> dict[str, str]:
        """Return a proper authorization request; an empty value leaves a parameter out."""
        proper = {
            "response_type": "code",
            "client_id": self.authority.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": " ".join(sorted(self.authority.profile.scopes_of_mail)),
            "state": STATE,
            "nonce": "the-nonce",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
            "access_type": "offline",
            "prompt": "consent",
        }
        return {name: value for name, value in (proper | changed).items() if value}

    def open(self, session: requests.Session | None = None, **changed: str) -> requests.Response:
        """Open the authorization page."""
        url = self.authority.endpoints.authorization
        return (session or requests).get(url, params=self.parameters(**changed), allow_redirects=False, timeout=10)

    def decide(
        self, account: str, decision: str = "allow", ticked: Sequence[str] | None = None, **changed: str
    ) -> requests.Response:
        """Press a button of the consent page, all boxes ticked unless others are named."""
        boxes = [self.authority.profile.mail_scope] if ticked is None else list(ticked)
        return requests.post(
            self.authority.endpoints.authorization,
            params=self.parameters(**changed),
            data={"account": account, "decision": decision, "allow": boxes},
            allow_redirects=False,
            timeout=10,
        )

    def sign_in(self, account: str, ticked: Sequence[str] | None = None, **changed: str) -> dict[str, str]:
        """Return consent, and give what the callback is called with."""
        return called_back(self.decide(account, "allow", ticked, **changed))

    def redeem(self, code: str, **changed: str) -> requests.Response:
        return self.ask(
            {"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri}
            | {"code_verifier": VERIFIER}
            | changed
        )

    def refresh(self, refresh_token: str, **changed: str) -> requests.Response:
        return self.ask({"grant_type": "refresh_token", "refresh_token": refresh_token} | changed)

    def ask(self, form: dict[str, str], timeout: float = 10) -> requests.Response:
        """Send a token request with the client's secret, empty values left out."""
        proper = {"client_id": self.authority.client_id, "client_secret": self.authority.client_secret} | form
        sent = {name: value for name, value in proper.items() if value}
        return requests.post(self.authority.endpoints.token, data=sent, timeout=timeout)

    def tokens(self, account: str, ticked: Sequence[str] | None = None, **changed: str) -> dict[str, Any]:
        """Sign in and redeem the code."""
        answer = self.redeem(self.sign_in(account, ticked, **changed)["code"])
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def introspect(self, token: str, client_id: str, secret: str) -> requests.Response:
        return requests.post(self.authority.introspection, data={"token": token}, auth=(client_id, secret), timeout=10)


def called_back(answer: requests.Response) -> dict[str, str]:
    """Return what an answer calls back with, and hold that it is a redirect to the callback."""
    assert answer.status_code == 303, answer.text
    address = urlsplit(answer.headers["Location"])
    assert f"{address.scheme}://{address.netloc}" == PORTAL_URL
    return dict(parse_qsl(address.query, strict_parsing=True))
