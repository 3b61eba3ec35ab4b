"""Outlook OAuth2: a Microsoft account, by connecting it at Microsoft."""

from webapp.models import CredentialType
from webapp.providers.waiting import WaitingProvider

OUTLOOK = WaitingProvider(
    credential_type=CredentialType.OUTLOOK,
    label="Outlook OAuth2",
    tagline="Microsoft 365",
    fields_template="connections/_fields_outlook_oauth2.html",
)
