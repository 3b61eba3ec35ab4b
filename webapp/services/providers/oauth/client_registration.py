"""The OAuth client in force of each provider: practice over environment over what was set up on the page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import select

from webapp.config.app_state import current_network, current_settings, secret_box
from webapp.config.provider_settings import ImapServer, parse_imap_server
from webapp.core.oauth.client import ClientRegistration, OAuthClient
from webapp.core.oauth.endpoints import GOOGLE, Endpoints, microsoft
from webapp.models import CredentialType, OAuthClientSetting, read_transaction

DEFAULT_TENANT = "organizations"


class ProviderSpec(NamedTuple):
    """What is fixed about a provider: its names, its scopes, and the one among them that opens the mailbox.

    `screens` are pages of the provider from which nobody comes back, with the problem that each means.
    """

    key: str
    company: str
    scopes: tuple[str, ...]
    mail_scope: str
    known_error_pages: tuple[tuple[str, str], ...]

    def opens_mailbox(self, scopes: Iterable[str]) -> bool:
        """Say whether these scopes open the mailbox; Microsoft names the same one by several hosts."""
        wanted = self.mail_scope.lower()
        ending = wanted.rpartition("/")[2] or wanted
        return any(scope.lower() == wanted or scope.lower().endswith(f"/{ending}") for scope in scopes)


PROVIDER_SPECS: Mapping[CredentialType, ProviderSpec] = {
    CredentialType.GMAIL: ProviderSpec(
        "gmail",
        "Google",
        ("openid", "email", "https://mail.google.com/"),
        "https://mail.google.com/",
        (
            ("This app is blocked", "app-blocked-by-admin"),
            ("Access blocked: your institution's admin needs to review", "app-blocked-by-admin"),
            ("Access blocked: … has not completed the Google verification process", "oauth-app-audience"),
            ("Google hasn't verified this app", "oauth-app-audience"),
            ("Error 403: org_internal", "oauth-app-audience"),
            ("Error 400: redirect_uri_mismatch", "redirect-uri-mismatch"),
            ("Error 401: invalid_client, deleted_client", "client-unknown"),
            ("Error 403: disallowed_useragent", "embedded-browser-blocked"),
        ),
    ),
    CredentialType.OUTLOOK: ProviderSpec(
        "outlook",
        "Microsoft",
        ("openid", "profile", "email", "offline_access", "https://outlook.office.com/IMAP.AccessAsUser.All"),
        "https://outlook.office.com/IMAP.AccessAsUser.All",
        (
            ("Need admin approval", "admin-consent-required"),
            ("AADSTS50105: the signed in user is not assigned to a role", "app-blocked-by-admin"),
            ("AADSTS50011: the redirect URI does not match", "redirect-uri-mismatch"),
            ("AADSTS50020, AADSTS16000: the account does not exist in the tenant", "wrong-account"),
            ("AADSTS53003: blocked by Conditional Access", "conditional-access-blocked"),
            ("AADSTS700016: application not found in the directory", "client-unknown"),
            ("AADSTS50194, AADSTS90002: tenant not found or not allowed", "wrong-tenant"),
        ),
    ),
}


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
    def wants_workspace(self) -> bool:
        """Say whether an account must belong to an organisation: at Google, whose ID tokens name its domain."""
        return self.credential_type is CredentialType.GMAIL and (self.in_practice or self.endpoints == GOOGLE)

    @property
    def is_complete(self) -> bool:
        """Say whether people can sign in with it."""
        return bool(self.client_id and self.client_secret)

    @property
    def spec(self) -> ProviderSpec:
        """Give what is fixed about the provider."""
        return PROVIDER_SPECS[self.credential_type]

    @property
    def redirect_uri(self) -> str:
        """Give the address the provider sends people back to, as it must be registered."""
        return f"{current_settings().base_url}/oauth/{self.spec.key}/callback"

    def oauth(self) -> OAuthClient:
        """Make the client that talks to the provider."""
        settings = ClientRegistration(
            endpoints=self.endpoints,
            client_id=self.client_id,
            client_secret=self.client_secret,
            scopes=self.spec.scopes,
            provider=self.spec.key,
        )
        return OAuthClient(settings, ca_file=current_network().ca_file)


def effective_client(credential_type: CredentialType) -> EffectiveClient:
    """Put together what is in force now; raise `SecretBoxError` when the stored secret cannot be opened."""
    return _effective(credential_type, with_secret=True)


def effective_client_without_secret(credential_type: CredentialType) -> EffectiveClient:
    """Put together what may be shown of what is in force now: its secret is left out, so nothing has to be opened."""
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
    tenant = outside["tenant"] or stored.tenant or DEFAULT_TENANT
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
    """Say where the mailboxes of a provider are; asks no database."""
    override = _from_practice(credential_type)
    if override is not None:
        return ImapServer(*override.imap_server)
    return parse_imap_server(_setting(credential_type, "imap_server"))


def effective_endpoints(credential_type: CredentialType, tenant: str) -> Endpoints:
    """Give the endpoints for a tenant: the provider's own, but for those that were set from outside."""
    usual = GOOGLE if credential_type is CredentialType.GMAIL else microsoft(tenant)

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
    value: Any = getattr(current_settings(), f"{PROVIDER_SPECS[credential_type].key}_{name}", "")
    return str(value.get_secret_value() if hasattr(value, "get_secret_value") else value)
