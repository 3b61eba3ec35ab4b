"""A person at the portal, without JavaScript, who goes to an OpenID provider and comes back."""

import html
import re

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.http_client import post, words
from tests.servers.openid_provider import OpenIdProvider
from webapp.config.app_state import secret_box
from webapp.models import Grant, db, utcnow
from webapp.services.providers.gmail import GMAIL
from webapp.services.providers.oauth.access_tokens import FreshToken, fresh_access_token
from webapp.services.providers.outlook import OUTLOOK

ANN = "ann@example.com"
PORTAL = "http://127.0.0.1:8000"
TYPES = {"gmail": GMAIL, "outlook": OUTLOOK}


class Portal:
    """A person at the portal, who goes to the provider and comes back."""

    def __init__(self, client: FlaskClient, provider: OpenIdProvider, kind: str) -> None:
        self.client = client
        self.app: Flask = client.application
        self._provider = provider
        self._kind = kind

    def sign_in(self, address: str = ANN, *, consents: bool = True) -> str:
        """Press the button of the form, go through the provider's pages, and return the page one is back on."""
        typed = {"name": "Invoices", "address": ANN, "credential_type": TYPES[self._kind].value}
        leaving = post(self.client, f"/oauth/{self._kind}/start", page="/connections/new", **typed)
        link = re.search(r'<a [^>]*href="(http[^"]+)"', leaving.get_data(as_text=True))
        assert link, words(leaving)
        callback = f"{PORTAL}/oauth/{self._kind}/callback"
        back = self._provider.visit(html.unescape(link[1]), address, until=callback, consents=consents)
        answer = self.client.get(back.removeprefix(PORTAL))
        assert answer.status_code == 303
        assert "code=" not in answer.location
        return answer.location

    def save(self, page: str) -> int:
        """Save the form on that page; return the connection."""
        attempt = page.partition("attempt=")[2]
        typed = {"name": "Invoices", "address": ANN, "credential_type": TYPES[self._kind].value, "attempt": attempt}
        answer = post(self.client, "/connections/new", page=page, **typed)
        assert answer.status_code == 303, words(answer)
        return int(answer.location.rpartition("/")[2])

    def grants(self) -> list[Grant]:
        with self.app.app_context():
            return list(db.session.scalars(select(Grant)))

    def renew(self) -> FreshToken:
        """Get an access token when the stored one is used up."""
        with self.app.app_context():
            grant = db.session.scalars(select(Grant)).one()
            grant.access_expires_at = utcnow()
            db.session.commit()
            return fresh_access_token(grant.id)

    def refresh_token(self) -> str:
        with self.app.app_context():
            grant = db.session.scalars(select(Grant)).one()
            return secret_box().decrypt(grant.sealed_refresh_token, "grant", grant.id, "sealed_refresh_token")
