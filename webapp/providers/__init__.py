"""The registry of credential types: one file each, one line here."""

from collections.abc import Mapping

from webapp.models import CredentialType
from webapp.providers.gmail import GmailProvider
from webapp.providers.outlook import OutlookProvider
from webapp.providers.password import CredentialsProvider
from webapp.providers.provider import ConnectionForm, Provider, Target

PROVIDERS: Mapping[CredentialType, Provider] = {
    provider.credential_type: provider for provider in (GmailProvider(), OutlookProvider(), CredentialsProvider())
}

__all__ = ["PROVIDERS", "ConnectionForm", "Provider", "Target"]
