"""Gmail OAuth2: a Google Workspace mailbox, by signing in with Google."""

from webapp.models import CredentialType
from webapp.providers.waiting import WaitingProvider

GMAIL = WaitingProvider(
    credential_type=CredentialType.GMAIL,
    label="Gmail OAuth2",
    tagline="Google Workspace",
    fields_template="connections/_fields_gmail_oauth2.html",
)
