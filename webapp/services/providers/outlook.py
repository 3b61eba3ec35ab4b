"""Outlook OAuth2: a Microsoft account, by connecting it at Microsoft."""

from webapp.models import CredentialType
from webapp.services.providers.oauth.provider import OAuthProvider, OutlookForm


class OutlookProvider(OAuthProvider):
    """Microsoft takes a hint or a choice of accounts, not both."""

    credential_type = CredentialType.OUTLOOK
    label = "Outlook OAuth2"
    tagline = "Microsoft 365"
    guide = "outlook-oauth2"
    form = OutlookForm

    def authorize_parameters(self, address: str, *, choose: bool) -> dict[str, str]:
        """Say for whom the sign-in is; with `choose` Microsoft asks which account to use."""
        wish = {"prompt": "select_account"} if choose or not address else {"login_hint": address}
        return {"response_mode": "query", **wish}
