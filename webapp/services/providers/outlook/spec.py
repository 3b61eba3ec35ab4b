"""Microsoft as data: endpoints by tenant, scopes, rules, the console's words.

Sources: learn.microsoft.com/entra/identity-platform/v2-protocols-oidc and …/reply-url.
"""

import re
from urllib.parse import quote, urlencode

from webapp.core.diagnosis.codes import Family
from webapp.core.net.loopback import is_loopback
from webapp.core.oauth import looks_like_secret_id
from webapp.core.oauth.endpoints import TENANT_MARK, Endpoints, is_guid
from webapp.core.oauth.provider_rules import ProviderRules
from webapp.models import CredentialType
from webapp.services.providers.oauth.client_registration import EffectiveClient
from webapp.services.providers.oauth.spec import ClientHint, ProviderSpec

OUTLOOK = CredentialType("outlook_oauth2")

# The tenant of all personal Microsoft accounts.
CONSUMERS_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
_CONSUMERS = "consumers"
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}")
_MAIL_SCOPE = "https://outlook.office.com/IMAP.AccessAsUser.All"


def microsoft(tenant: str) -> Endpoints:
    """Return the endpoints of a tenant: organizations, common, consumers, a tenant ID or a domain."""
    base = f"https://login.microsoftonline.com/{quote(tenant, safe='')}"
    return Endpoints(
        authorization=f"{base}/oauth2/v2.0/authorize",
        token=f"{base}/oauth2/v2.0/token",
        jwks_uri=f"{base}/discovery/v2.0/keys",
        issuer=f"https://login.microsoftonline.com/{_tenant_in_issuer(tenant)}/v2.0",
    )


def is_tenant(text: str) -> bool:
    """Return whether a text can stand where Microsoft's endpoints name a tenant."""
    return bool(_TENANT.fullmatch(text)) and ".." not in text


def _tenant_in_issuer(tenant: str) -> str:
    """Return the tenant itself where it is known beforehand; of a domain or a shared endpoint only the token knows."""
    if tenant.lower() == _CONSUMERS:
        return CONSUMERS_TENANT
    return tenant.lower() if is_guid(tenant) else TENANT_MARK


def _admin_consent_url(client: EffectiveClient, address: str) -> str:
    """Return the link; `common` does not work there: the tenant is the one set, else the domain of the address."""
    if not client.client_id or client.tenant == _CONSUMERS:
        return ""
    is_fixed = client.tenant not in ("common", "organizations")
    tenant = client.tenant if is_fixed else address.rpartition("@")[2] or "organizations"
    base = client.endpoints.authorization.partition("/oauth2/")[0].rpartition("/")[0]
    query = {"client_id": client.client_id, "scope": " ".join(client.spec.scopes), "redirect_uri": client.redirect_uri}
    return f"{base}/{tenant}/v2.0/adminconsent?{urlencode(query)}"


def _redirect_uri_fault(scheme: str, host: str) -> str:
    if scheme == "https" or host == "localhost":
        return ""
    if is_loopback(host):
        return (
            "Microsoft's form takes http only with the name localhost: set POSTROOM_BASE_URL to that instead of "
            f"{host}, and open the portal there. (The address with {host} goes into the registration's manifest only.)"
        )
    return "Microsoft takes http only for localhost, and https everywhere else."


SPEC = ProviderSpec(
    key="outlook",
    credential_type=OUTLOOK,
    company="Microsoft",
    service="Outlook",
    scopes=("openid", "profile", "email", "offline_access", _MAIL_SCOPE),
    mail_scope=_MAIL_SCOPE,
    endpoints=microsoft,
    imap_server="outlook.office365.com:993:tls",
    rules=ProviderRules(
        # In the order in which they name a mailbox; none is verified, so the mailbox itself has to prove it.
        address_claims=("preferred_username", "email", "upn"),
        address_must_be_verified=False,
        # `sub` is another one for each registration: with a new client every connection would be foreign.
        subject_claims=("tid", "oid"),
        tenant_claim="tid",
        refresh_names_scopes=True,
    ),
    diagnosis_key="microsoft",
    has_tenant=True,
    is_tenant=is_tenant,
    sign_in_label="Connect to Microsoft account",
    logo_template="providers/outlook/_logo.html",
    before_sign_in_template="providers/outlook/_before_sign_in.html",
    set_up_template="providers/outlook/_set_up.html",
    known_error_pages=(
        ("Need admin approval", "admin-consent-required"),
        ("AADSTS50105: the signed in user is not assigned to a role", "app-blocked-by-admin"),
        ("AADSTS50011: the redirect URI does not match", "redirect-uri-mismatch"),
        ("AADSTS50020, AADSTS16000: the account does not exist in the tenant", "wrong-account"),
        ("AADSTS53003: blocked by Conditional Access", "conditional-access-blocked"),
        ("AADSTS700016: application not found in the directory", "client-unknown"),
        ("AADSTS50194, AADSTS90002: tenant not found or not allowed", "wrong-tenant"),
    ),
    client_id_example="11111111-2222-3333-4444-555555555555",
    client_id_hint="“Application (client) ID” on the Overview page.",
    secret_expiry_hint="The column Expires in Certificates & secrets. The portal reminds you here, 30 days before.",  # noqa: S106
    secrets_page="Certificates & secrets",
    client_hints=(
        ClientHint(
            "client_id",
            lambda client: client.client_id.lower() == client.tenant.lower(),
            "This is the tenant ID. The Application (client) ID stands beside it on the Overview page.",
        ),
        ClientHint(
            "client_id",
            lambda client: not is_guid(client.client_id),
            "Microsoft's client IDs are 32 digits and letters a to f, with dashes. Is this the registration's name? "
            "Copy Application (client) ID from its Overview page.",
        ),
        ClientHint(
            "client_secret",
            lambda client: looks_like_secret_id(client.client_secret),
            "This looks like the Secret ID. Copy the column Value beside it; once you have left Microsoft's page it is "
            "hidden for good, and you have to make a new secret.",
        ),
    ),
    redirect_uri_fault=_redirect_uri_fault,
    admin_consent_url=_admin_consent_url,
    own_problems=frozenset(
        {"admin-consent-required", "client-secret-expired", "conditional-access-blocked", "wrong-tenant"}
    ),
    code_families=frozenset({Family.AADSTS}),
)
