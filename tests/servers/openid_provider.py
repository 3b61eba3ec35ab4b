"""An OpenID provider that is not ours, npm's oidc-provider, and a person who goes through its pages."""

import html
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests

from tests.servers.services import MissingError, Process, find, hand_over, service_folder
from tests.servers.token_check import TokenCheck

_HERE = Path(__file__).parent / "oidc_provider"
_PORTAL, _PORTAL_SECRET = "portal", "secret of the portal"
_MAIL_SERVER, _MAIL_SERVER_SECRET = "mail-server", "secret of the mail server"
_SCOPES = ("https://mail.google.com/", "https://outlook.office.com/IMAP.AccessAsUser.All")


@dataclass(frozen=True, kw_only=True)
class OpenIdProvider:
    """A running provider; its clients are the portal and a mail server. It believes everybody who they say they are."""

    url: str

    def settings(self, kind: str) -> dict[str, object]:
        """Return the portal's settings that put it in the place of Google ("gmail") or Microsoft ("outlook")."""
        own = {
            "gmail_authorization_endpoint": f"{self.url}/auth",
            "gmail_revocation_endpoint": f"{self.url}/token/revocation",
            # To Microsoft the scope offline_access is enough; elsewhere it is passed over unless consent is asked for
            # (OIDC Core section 11). What an endpoint has in its query stays there (RFC 6749 section 3.1).
            "outlook_authorization_endpoint": f"{self.url}/auth?prompt=consent",
            f"{kind}_client_id": _PORTAL,
            f"{kind}_client_secret": _PORTAL_SECRET,
            f"{kind}_token_endpoint": f"{self.url}/token",
            f"{kind}_jwks_uri": f"{self.url}/jwks",
            f"{kind}_issuer": self.url,
        }
        return {name: value for name, value in own.items() if name.startswith(kind)}

    def token_check(self, scope: str) -> TokenCheck:
        """Return what a Dovecot needs to ask about tokens: `sub` is the address here."""
        return TokenCheck(
            introspection=f"{self.url}/token/introspection",
            client_id=_MAIL_SERVER,
            client_secret=_MAIL_SERVER_SECRET,
            username_attribute="sub",
            scope=scope,
        )

    def introspect(self, token: str) -> Mapping[str, Any]:
        """Ask about a token as a mail server does."""
        check = self.token_check("")
        answer: Mapping[str, Any] = requests.post(
            check.introspection, data={"token": token}, auth=(check.client_id, check.client_secret), timeout=10
        ).json()
        return answer

    def visit(self, url: str, address: str, *, until: str, consents: bool = True) -> str:
        """Sign in and consent, or cancel, as a person would; return the address below `until` that this leads to."""
        with _Browser(until) as browser:
            browser.go(url)
            browser.submit(login=address, password="whatever")
            if consents:
                browser.submit()
            else:
                browser.go(browser.find(r'<a href="([^"]+)">\[ Cancel \]'))
            return browser.url


@contextmanager
def running_openid_provider(redirect_uris: Iterable[str]) -> Iterator[OpenIdProvider]:
    """Start a provider that knows the portal by these redirect URIs, and stop it in the end."""
    node = find("node", "nodejs npm")
    if not (_HERE / "node_modules" / "oidc-provider").is_dir():
        raise MissingError("npm's oidc-provider", "npm ci --prefix tests/servers/oidc_provider")
    with service_folder("oidc") as folder:
        # A copy, as the user that servers run as may not be let into the work tree.
        home = Path(shutil.copytree(_HERE, folder / "provider"))
        settings = {"clients": [_portal(redirect_uris), _mail_server()], "scopes": _SCOPES}
        (home / "provider.json").write_text(json.dumps(settings), encoding="utf-8")
        hand_over(folder)
        with Process((node, "provider.mjs"), folder=home, ready=lambda: bool(_url(home))):
            yield OpenIdProvider(url=_url(home))


def _url(home: Path) -> str:
    """Read where the provider says that it answers: it finds a port by itself, so that no one takes it meanwhile."""
    found = re.search(r"^answers at (\S+)\n", (home / "output.log").read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else ""


def _portal(redirect_uris: Iterable[str]) -> Mapping[str, object]:
    return {
        "client_id": _PORTAL,
        "client_secret": _PORTAL_SECRET,
        "token_endpoint_auth_method": "client_secret_post",
        "redirect_uris": list(redirect_uris),
        "grant_types": ["authorization_code", "refresh_token"],
    }


def _mail_server() -> Mapping[str, object]:
    """Return a client that only asks about tokens."""
    return {
        "client_id": _MAIL_SERVER,
        "client_secret": _MAIL_SERVER_SECRET,
        "redirect_uris": [],
        "response_types": [],
        "grant_types": [],
    }


class _Browser(requests.Session):
    """Goes where it is led, up to an address that begins with `until`: no one may be listening there."""

    def __init__(self, until: str) -> None:
        super().__init__()
        self.trust_env = False
        self.url = ""
        self._until = until
        self._page = ""

    def go(self, url: str, form: Mapping[str, str] | None = None) -> None:
        """Follow a link or send a form, then all redirects."""
        answer = self.request("POST" if form else "GET", url, data=form, allow_redirects=False, timeout=10)
        self.url, self._page = url, answer.text
        if answer.is_redirect:
            self.url = urljoin(url, answer.headers["Location"])
            if not self.url.startswith(self._until):
                self.go(self.url)
            return
        assert answer.status_code == 200, answer.text

    def submit(self, **typed: str) -> None:
        """Send the form on the page with what is typed into it."""
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', self._page)
        self.go(self.find(r'<form [^>]*action="([^"]+)"'), {**dict(hidden), **typed})

    def find(self, pattern: str) -> str:
        """Read an address from the page."""
        found = re.search(pattern, self._page)
        assert found, self._page
        return urljoin(self.url, html.unescape(found[1]))
