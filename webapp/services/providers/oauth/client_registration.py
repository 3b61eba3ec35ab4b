"""The OAuth client in effect of each provider: practice over environment over what was set up on the page."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import select

from webapp.config.app_state import current_network, current_settings, secret_box
from webapp.config.provider_settings import ImapServer, parse_imap_server
from webapp.core.oauth.client import ClientRegistration, OAuthClient
from webapp.core.oauth.endpoints import Endpoints
from webapp.models import CredentialType, OAuthClientSetting, read_transaction
from webapp.services.providers.oauth.spec import PROVIDER_SPECS, ProviderSpec


@dataclass(frozen=True, kw_only=True)
class EffectiveClient:
    """A registration as it is used; `fixed` names what comes from outside and cannot be set on the page."""

    credential_type: CredentialType
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    tenant: str = ""
    secret_expires_on: date | None = None
    endpoints: Endpoints
    fixed: frozenset[str] = frozenset()
    in_practice: bool = False

    @property
    def wants_organisation(self) -> bool:
        """Return whether personal accounts are refused; not where another server stands in for the provider."""
        return self.spec.organisation_only and (self.in_practice or self.endpoints == self.spec.endpoints(self.tenant))

    @property
    def is_complete(self) -> bool:
        """Return whether people can sign in with it."""
        return bool(self.client_id and self.client_secret)

    @property
    def spec(self) -> ProviderSpec:
        """Return what is fixed about the provider."""
        return PROVIDER_SPECS[self.credential_type]

    @property
    def redirect_uri(self) -> str:
        """Return the address the provider sends people back to, as it must be registered."""
        return f"{current_settings().base_url}/oauth/{self.spec.key}/callback"

    def oauth(self) -> OAuthClient:
        """Make the client that talks to the provider."""
        settings = ClientRegistration(
            endpoints=self.endpoints,
            client_id=self.client_id,
            client_secret=self.client_secret,
            scopes=self.spec.scopes,
            provider=self.spec.key,
            rules=self.spec.rules,
        )
        return OAuthClient(settings, ca_file=current_network().ca_file)


def effective_client(credential_type: CredentialType) -> EffectiveClient:
    """Put together what is in effect now; raise `SecretBoxError` when the stored secret cannot be opened."""
    return _effective(credential_type, with_secret=True)


def effective_client_without_secret(credential_type: CredentialType) -> EffectiveClient:
    """Put together what may be shown of what is in effect now: its secret is left out, so nothing has to be opened."""
    return _effective(credential_type, with_secret=False)


def _effective(credential_type: CredentialType, *, with_secret: bool) -> EffectiveClient:
    override = _from_practice(credential_type)
    if override is not None:
        return EffectiveClient(
            credential_type=credential_type,
            client_id=override.client_id,
            client_secret=override.client_secret if with_secret else "",
            tenant=override.tenant,
            endpoints=override.endpoints,
            fixed=frozenset({"client_id", "client_secret", "tenant"}),
            in_practice=True,
        )
    outside = _from_environment(credential_type)
    stored = _from_database(credential_type)
    tenant = outside["tenant"] or stored.tenant or PROVIDER_SPECS[credential_type].default_tenant
    secret = outside["client_secret"] if with_secret else ""
    if with_secret and not secret and stored.sealed_secret:
        secret = secret_box().decrypt(stored.sealed_secret, *stored.place)
    return EffectiveClient(
        credential_type=credential_type,
        client_id=outside["client_id"] or stored.client_id,
        client_secret=secret,
        tenant=tenant,
        secret_expires_on=None if outside["client_secret"] else stored.secret_expires_on,
        endpoints=effective_endpoints(credential_type, tenant),
        fixed=frozenset(name for name, value in outside.items() if value),
    )


def _from_practice(credential_type: CredentialType) -> Any:
    practice = current_app.extensions.get("postroom.practice")
    return practice.oauth_overrides().get(credential_type) if practice else None


def _from_database(credential_type: CredentialType) -> OAuthClientSetting:
    """Read what was set on the page, in a transaction that ends at once: the caller is going to wait for a provider."""
    query = select(OAuthClientSetting.__table__).where(OAuthClientSetting.credential_type == credential_type)
    with read_transaction() as connection:
        row = connection.execute(query).mappings().one_or_none()
    nothing = {"credential_type": credential_type, "client_id": "", "sealed_secret": "", "tenant": ""}
    return OAuthClientSetting(**(row or nothing))


def _from_environment(credential_type: CredentialType) -> dict[str, str]:
    secret = _setting(credential_type, "client_secret")
    tenant = _setting(credential_type, "tenant")
    return {"client_id": _setting(credential_type, "client_id"), "client_secret": secret, "tenant": tenant}


def imap_server(credential_type: CredentialType) -> ImapServer:
    """Return where the mailboxes of a provider are; asks no database."""
    override = _from_practice(credential_type)
    if override is not None:
        return ImapServer(*override.imap_server)
    return parse_imap_server(_setting(credential_type, "imap_server"))


def effective_endpoints(credential_type: CredentialType, tenant: str) -> Endpoints:
    """Return the endpoints for a tenant: the provider's own, but for those that were set from outside."""
    usual = PROVIDER_SPECS[credential_type].endpoints(tenant)

    def either(name: str, fallback: str) -> str:
        return _setting(credential_type, name) or fallback

    return Endpoints(
        authorization=either("authorization_endpoint", usual.authorization),
        token=either("token_endpoint", usual.token),
        jwks_uri=either("jwks_uri", usual.jwks_uri),
        issuer=either("issuer", usual.issuer),
        revocation=either("revocation_endpoint", usual.revocation),
    )


def _setting(credential_type: CredentialType, name: str) -> str:
    spec = PROVIDER_SPECS[credential_type]
    default = spec.imap_server if name == "imap_server" else ""
    value: Any = getattr(current_settings(), f"{spec.key}_{name}", default)
    return str(value.get_secret_value() if hasattr(value, "get_secret_value") else value)
