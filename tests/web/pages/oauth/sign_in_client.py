"""Trips to a provider and back, as a browser without JavaScript makes them: it sends the forms that the pages hold."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit

import requests
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.http_client import post, words
from tests.practice.clients import Elsewhere
from webapp.practice.oauth_server.http_server import PORTAL_URL
from webapp.practice.oauth_server.sample_users import OFFICE, WORKSPACE
from webapp.services.providers.gmail import GMAIL
from webapp.services.providers.outlook import OUTLOOK

KINDS = {"gmail": GMAIL, "outlook": OUTLOOK}
PEOPLE = {"gmail": f"anna@{WORKSPACE}", "outlook": f"anton@{OFFICE}"}
OTHERS = {"gmail": f"otto@{WORKSPACE}", "outlook": f"tom@{OFFICE}"}


def codes_of(path: str) -> list[str]:
    """Return what no one may see again of a callback."""
    said = parse_qs(urlsplit(path).query)
    return [value for name in ("code", "state") for value in said.get(name, [])]


class _Reader(HTMLParser):
    """Reads what the forms of a page would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append({})
        chosen = named.get("type") not in ("radio", "checkbox") or "checked" in named
        if tag == "input" and self.forms and named.get("name") and chosen:
            self.forms[-1][named["name"]] = named.get("value", "")


def leaks(text: str, secrets: Sequence[str]) -> list[str]:
    """Return the secrets that a text holds, as they are or as an address has them."""
    return [secret for secret in secrets if secret and (secret in text or quote(secret) in text)]


def form_on(page: TestResponse) -> dict[str, str]:
    """Return what the form with the sign-in panel would send."""
    reader = _Reader()
    reader.feed(page.get_data(as_text=True))
    found = [form for form in reader.forms if "attempt" in form]
    assert len(found) == 1, words(page)
    return found[0]


@dataclass
class Trip:
    """One person who has left for a provider."""

    client: FlaskClient
    kind: str
    url: str
    key: str

    @property
    def asked(self) -> dict[str, str]:
        """Return what the provider was asked; a parameter sent twice fails."""
        sent = parse_qsl(urlsplit(self.url).query, strict_parsing=True, keep_blank_values=True)
        assert len(sent) == len(dict(sent))
        return dict(sent)

    def decide(self, account: str = "", decision: str = "allow", ticked: Sequence[str] | None = None) -> str:
        """Press a button at the provider, all boxes ticked unless others are named; give where it sends the browser."""
        boxes = self.asked["scope"].split() if ticked is None else list(ticked)
        answer = requests.post(
            self.url,
            data={"account": account or PEOPLE[self.kind], "decision": decision, "allow": boxes},
            allow_redirects=False,
            timeout=10,
        )
        assert answer.status_code == 303, answer.text
        back = answer.headers["Location"]
        assert back.startswith(f"{PORTAL_URL}/oauth/{self.kind}/callback?")
        return back.removeprefix(PORTAL_URL)

    def callback(self, **parameters: str) -> str:
        """Make up a callback of this very trip."""
        return f"/oauth/{self.kind}/callback?{urlencode({'state': self.asked['state'], **parameters})}"

    def come_back(self, path: str, client: FlaskClient | None = None) -> str:
        """Follow the provider's redirect; give where the portal leads on, which is always an address without a code."""
        answer = (client or self.client).get(path)
        assert answer.status_code == 303, words(answer)
        assert leaks(f"{answer.headers}{answer.get_data(as_text=True)}", codes_of(path)) == []
        return answer.location

    def make(self, account: str = "", ticked: Sequence[str] | None = None) -> TestResponse:
        """Consent and come back; return the page one ends on."""
        return self.client.get(self.come_back(self.decide(account, ticked=ticked)))


def diagnosed(trip: Trip, location: str) -> str:
    """Return the diagnosis that the page at an address ends in."""
    text = words(trip.client.get(location))
    assert "Diagnosis " in text, text
    return text.partition("Diagnosis ")[2].split()[0]


@dataclass
class Traveller:
    """A person who is signed in to the portal on a browser, and the provider this person travels to."""

    client: FlaskClient
    kind: str
    provider: Elsewhere

    @property
    def token_calls(self) -> int:
        """Count the token requests of everybody."""
        return int(requests.get(f"{self.provider.url}/practice/state", timeout=10).json()["token_calls"])

    def form(self, **typed: str) -> dict[str, str]:
        """Choose the credential type on the form for a new connection, and fill it in."""
        chosen = {"update_fields": "1", "credential_type": KINDS[self.kind].value}
        page = post(self.client, "/connections/new", **chosen)
        return {**form_on(page), "name": "Invoices", "address": PEOPLE[self.kind], **typed}

    def form_at(self, path: str, **typed: str) -> dict[str, str]:
        """Fill in the form on a page."""
        return {**form_on(self.client.get(path)), **typed}

    def start(self, form: dict[str, str]) -> TestResponse:
        return self.client.post(f"/oauth/{self.kind}/start", data=form)

    def leave(self, form: dict[str, str] | None = None, /, **typed: str) -> Trip:
        """Press the provider's button, on the form of a new connection unless another is given."""
        sent = {**(form or self.form()), **typed}
        page = self.start(sent)
        assert page.status_code == 200, words(page)
        link = re.search(r'<a [^>]*href="(http[^"]+)"', page.get_data(as_text=True))
        assert link, words(page)
        return Trip(self.client, self.kind, html.unescape(link[1]), sent["attempt"])

    def leave_from(self, path: str, **typed: str) -> Trip:
        """Press the provider's button on the form of a page."""
        return self.leave(self.form_at(path, **typed))

    def press(self, path: str, form: dict[str, str]) -> TestResponse:
        """Press another button of a form."""
        return self.client.post(path, data=form)
