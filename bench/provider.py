"""A provider in a process of its own, a Dovecot that takes its tokens, and a portal in this process for both."""

import http.client
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from sqlalchemy import update

from tests.servers.dovecot import running_dovecot
from tests.servers.token_check import TokenCheck
from webapp import create_app
from webapp.core.oauth.client import Identity, TokenResponse
from webapp.models import Grant, db, utcnow, write_transaction, writes
from webapp.practice.oauth_server.client import MAIL_SERVER_ID, MAIL_SERVER_SECRET
from webapp.practice.oauth_server.endpoints import Addresses
from webapp.practice.oauth_server.microsoft import MICROSOFT
from webapp.practice.oauth_server.sample_users import OFFICE
from webapp.practice.ports import LOOPBACK
from webapp.practice.process import PracticeServers
from webapp.services.providers.oauth.client_registration import effective_client
from webapp.services.providers.oauth.grants import store_consent
from webapp.services.providers.outlook import OUTLOOK
from webapp.services.providers.settings import settings_class
from webapp.setup.startup import ensure_ready

ADDRESS = f"anton@{OFFICE}"


@dataclass
class Provider:
    """A provider that takes each refresh token once."""

    url: str
    token_endpoint: str
    _refresh_token: str = field(default="", repr=False)

    def issue(self) -> dict[str, Any]:
        """Have tokens handed out without a sign-in."""
        tokens: dict[str, Any] = json.loads(_post(f"{self.url}/practice/accounts/{ADDRESS}/tokens", {}))
        return tokens

    def be_slow(self, seconds: float, times: int) -> None:
        """Let the next token requests take so long."""
        _post(f"{self.url}/practice/faults", {"kind": "slow", "seconds": str(seconds), "times": str(times)})

    def refresh(self) -> None:
        """Refresh a grant of its own with as little as it takes."""
        form = {
            "grant_type": "refresh_token",
            "refresh_token": self._refresh_token or self.issue()["refresh_token"],
            "client_id": MICROSOFT.client_id,
            "client_secret": MICROSOFT.client_secret,
        }
        self._refresh_token = json.loads(_post(self.token_endpoint, form))["refresh_token"]


@contextmanager
def portal_and_provider() -> Iterator[Provider]:
    """Start provider and mail server, make a portal of which this process is a part, and remove all in the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        servers = PracticeServers.start(folder / "practice")
        stack.callback(servers.stop)
        url = f"http://{LOOPBACK}:{servers.ports['microsoft']}"
        places = Addresses.of(MICROSOFT, url)
        tokens = TokenCheck(
            introspection=places.introspection,
            client_id=MAIL_SERVER_ID,
            client_secret=MAIL_SERVER_SECRET,
            scope=MICROSOFT.mail_scope,
        )
        dovecot = stack.enter_context(running_dovecot(tokens))
        dovecot.create_mailbox(ADDRESS, "INBOX")
        settings = settings_class()(
            data_dir=folder / "portal",
            allowed_networks=dovecot.network.allowed,
            ca_file=dovecot.network.ca_file,
            outlook_client_id=MICROSOFT.client_id,
            outlook_client_secret=MICROSOFT.client_secret,
            outlook_token_endpoint=places.endpoints.token,
            outlook_imap_server=f"{dovecot.address}:{dovecot.tls_port}:tls",
        )
        stack.enter_context(create_app(settings).app_context())
        ensure_ready()
        stack.callback(db.engine.dispose)
        yield Provider(url, places.endpoints.token)


def connect(provider: Provider) -> int:
    """Store a consent, and return the id of its grant."""
    issued = provider.issue()
    lives = utcnow().replace(year=utcnow().year + 1)
    answer = TokenResponse(access_token=issued["access_token"], refresh_token=issued["refresh_token"], expires_at=lives)
    writes.set(True)
    grant = store_consent(effective_client(OUTLOOK), answer, Identity(subject=ADDRESS, address=ADDRESS))
    db.session.commit()
    writes.set(False)
    return grant.id


def make_due(grant_id: int) -> None:
    """Let the access token of a grant have expired."""
    with write_transaction() as connection:
        connection.execute(update(Grant).where(Grant.id == grant_id).values(access_expires_at=utcnow()))


def _post(url: str, form: Mapping[str, str]) -> bytes:
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.netloc, timeout=20)
    try:
        connection.request("POST", place.path, urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    if answer.status >= 300:
        raise RuntimeError(f"{url} answers {answer.status}")
    return body
