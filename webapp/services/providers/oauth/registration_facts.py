"""What a problem page may fill in about a provider and the portal's registration there; nothing of it is secret."""

from urllib.parse import urlencode

from webapp.models import CredentialType
from webapp.services.providers.oauth.client_registration import (
    EffectiveClient,
    effective_client_without_secret,
    imap_server,
)

_CONSUMERS = "consumers"


def oauth_facts(credential_type: CredentialType, *, account: str = "", address: str = "") -> dict[str, str]:
    """Collect the values that administrators are asked for."""
    client = effective_client_without_secret(credential_type)
    return {
        "provider": client.spec.key,
        "account": account,
        "client_id": client.client_id,
        "redirect_uri": client.redirect_uri,
        "scopes": " ".join(client.spec.scopes),
        "tenant": client.tenant,
        "admin_consent_url": admin_consent_url(client, address or account),
        "host": imap_server(credential_type).host,
    }


def admin_consent_url(client: EffectiveClient, address: str = "") -> str:
    """Give the link at which a Microsoft administrator lets everybody of a tenant use the portal.

    `common` does not work there: the tenant is the one that was set, else the domain of the address.
    """
    if client.credential_type is not CredentialType.OUTLOOK or not client.client_id or client.tenant == _CONSUMERS:
        return ""
    fixed = client.tenant not in ("common", "organizations")
    tenant = client.tenant if fixed else address.rpartition("@")[2] or "organizations"
    base = client.endpoints.authorization.partition("/oauth2/")[0].rpartition("/")[0]
    asked = {"client_id": client.client_id, "scope": " ".join(client.spec.scopes), "redirect_uri": client.redirect_uri}
    return f"{base}/{tenant}/v2.0/adminconsent?{urlencode(asked)}"
