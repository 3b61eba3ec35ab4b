"""Check set-up: proves a client ID and its secret at the provider before anybody signs in. Stores nothing."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from werkzeug.utils import cached_property

from webapp.core.diagnosis import diagnose
from webapp.core.diagnosis.problem import Diagnosis
from webapp.core.oauth import FailureKind, OAuthError, check_client
from webapp.core.phrases import duration
from webapp.models import db, utcnow
from webapp.services.connections.check_result import HelpContext
from webapp.services.providers.oauth.client_registration import EffectiveClient


@dataclass(frozen=True, kw_only=True)
class ClientCheckResult:
    """What a provider said to a client ID and its secret."""

    client: EffectiveClient
    failure: OAuthError | None
    started_at: datetime
    seconds: float

    @property
    def passed(self) -> bool:
        """Return whether the provider knows them."""
        return self.failure is None

    @property
    def proves_nothing(self) -> bool:
        """Return whether the provider gave no answer that tells anything of them."""
        return self.failure is not None and self.failure.kind is FailureKind.TEMPORARY

    @cached_property
    def diagnosis(self) -> Diagnosis | None:
        """Return the name of the problem that the failure comes down to."""
        return diagnose(self.failure.failure(self.client.spec.key)) if self.failure else None

    @property
    def slug(self) -> str:
        """Return the name of the problem; empty when there is none."""
        return self.diagnosis.problem.slug if self.diagnosis else ""

    @property
    def sentence(self) -> str:
        """Return first what an administrator wants to know."""
        company = self.client.spec.company
        if self.diagnosis is None:
            return f"{company} knows this client ID and secret"
        return f"{company} could not be asked" if self.proves_nothing else self.diagnosis.problem.verdict

    @property
    def summary(self) -> str:
        """Return who was asked, and when."""
        when = f"{self.started_at.astimezone(UTC):%H:%M:%S} UTC"
        return f"Asked {self.endpoint.hostname} in {duration(self.seconds)} · {when}"

    @property
    def endpoint(self) -> "_Address":
        """Return the address of the token endpoint."""
        parts = urlsplit(self.client.endpoints.token)
        return _Address(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))

    @property
    def facts(self) -> HelpContext:
        """Collect what a problem page may fill in; all of it belongs to what was checked, not to what is in effect."""
        client = self.client
        return HelpContext(
            host=self.endpoint.hostname,
            port=self.endpoint.port,
            provider=client.spec.key,
            client_id=client.client_id,
            redirect_uri=client.redirect_uri,
            scopes=" ".join(client.spec.scopes),
            tenant=client.tenant,
            admin_consent_url=client.spec.admin_consent_url(client, ""),
            company=client.spec.company,
        )

    @property
    def technical(self) -> str:
        """Write down what a person who fixes it may ask for; no secret is in it."""
        client = self.client
        lines = [
            f"When      {self.started_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC, {self.seconds:.2f} s",
            f"Asked     {client.endpoints.token}",
            "With      grant_type=refresh_token and an invented token",
            f"Client ID {client.client_id}",
        ]
        if client.tenant:
            lines.append(f"Tenant    {client.tenant}")
        if self.failure is not None:
            lines += ["", "The provider or library said:", self.failure.text, "", f"Diagnosis {self.slug}"]
        return "\n".join(lines)


@dataclass(frozen=True)
class _Address:
    hostname: str
    port: int


def check_client_registration(client: EffectiveClient) -> ClientCheckResult:
    """Ask the provider; the database is released while it is waited for."""
    db.session.commit()
    started_at, begun = utcnow(), time.monotonic()
    failure = check_client(client.oauth())
    return ClientCheckResult(client=client, failure=failure, started_at=started_at, seconds=time.monotonic() - begun)
