"""The credential types: one folder or file each, one line here."""

from webapp.services.providers.credentials import CredentialsProvider
from webapp.services.providers.gmail.provider import GmailProvider
from webapp.services.providers.outlook.provider import OutlookProvider
from webapp.services.providers.provider import ConnectionForm, ConnectionTarget, Provider
from webapp.services.providers.registry import PROVIDERS, register, unregister

for _provider in (GmailProvider(), OutlookProvider(), CredentialsProvider()):
    register(_provider)

__all__ = ["PROVIDERS", "ConnectionForm", "ConnectionTarget", "Provider", "register", "unregister"]
