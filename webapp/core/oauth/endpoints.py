"""Where a provider signs people in, issues tokens and publishes its keys. Data only: nothing is discovered at run time.

Sources: developers.google.com/identity/openid-connect, learn.microsoft.com/entra/identity-platform/v2-protocols-oidc.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote

# The tenant of all personal Microsoft accounts.
CONSUMERS_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"

# In an issuer it stands for the tenant that the ID token names, as in the metadata of Microsoft's shared endpoints.
TENANT_MARK = "{tenantid}"

_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Endpoints:
    """The addresses of one provider, and the issuer in its ID tokens; `revocation` is empty where it has none."""

    authorization: str
    token: str
    jwks_uri: str
    issuer: str
    revocation: str = ""


GOOGLE = Endpoints(
    authorization="https://accounts.google.com/o/oauth2/v2/auth",
    token="https://oauth2.googleapis.com/token",  # noqa: S106  (an address, no secret)
    jwks_uri="https://www.googleapis.com/oauth2/v3/certs",
    issuer="https://accounts.google.com",
    revocation="https://oauth2.googleapis.com/revoke",
)


def microsoft(tenant: str) -> Endpoints:
    """Give the endpoints of a tenant: organizations, common, consumers, a tenant ID or a domain."""
    base = f"https://login.microsoftonline.com/{quote(tenant, safe='')}"
    return Endpoints(
        authorization=f"{base}/oauth2/v2.0/authorize",
        token=f"{base}/oauth2/v2.0/token",
        jwks_uri=f"{base}/discovery/v2.0/keys",
        issuer=f"https://login.microsoftonline.com/{_tenant_in_issuer(tenant)}/v2.0",
    )


def is_guid(text: str) -> bool:
    """Say whether a text is a GUID, as tenant IDs and the IDs of client secrets are."""
    return bool(_GUID.fullmatch(text))


def _tenant_in_issuer(tenant: str) -> str:
    """Give the tenant itself where it is known beforehand; of a domain or a shared endpoint only the token knows it."""
    if tenant.lower() == "consumers":
        return CONSUMERS_TENANT
    return tenant.lower() if is_guid(tenant) else TENANT_MARK
