"""The registry of credential types: one file each, one line here."""

from collections.abc import Mapping

from webapp.models import CredentialType
from webapp.services.providers.credentials import CredentialsProvider
from webapp.services.providers.gmail import GmailProvider
from webapp.services.providers.outlook import OutlookProvider
from webapp.services.providers.provider import ConnectionForm, ConnectionTarget, Provider

PROVIDERS: Mapping[CredentialType, Provider] = {
    provider.credential_type: provider for provider in (GmailProvider(), OutlookProvider(), CredentialsProvider())
}

__all__ = ["PROVIDERS", "ConnectionForm", "ConnectionTarget", "Provider"]
