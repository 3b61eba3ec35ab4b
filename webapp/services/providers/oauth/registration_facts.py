"""What a problem page may fill in about a provider and the portal's registration there; nothing of it is secret."""

from webapp.models import CredentialType
from webapp.services.providers.oauth.client_registration import (
    effective_client_without_secret,
    imap_server,
)


def oauth_facts(credential_type: CredentialType, *, account: str = "", address: str = "") -> dict[str, str]:
    """Collect the values that administrators are asked for."""
    client = effective_client_without_secret(credential_type)
    return {
        "provider": client.spec.key,
        "company": client.spec.company,
        "account": account,
        "client_id": client.client_id,
        "redirect_uri": client.redirect_uri,
        "scopes": " ".join(client.spec.scopes),
        "tenant": client.tenant,
        "admin_consent_url": client.spec.admin_consent_url(client, address or account),
        "host": imap_server(credential_type).host,
    }
