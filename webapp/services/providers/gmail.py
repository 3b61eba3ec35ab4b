"""Gmail OAuth2: a Google Workspace mailbox, by signing in with Google."""

from webapp.models import CredentialType
from webapp.services.providers.oauth.provider import OAuthForm, OAuthProvider


class GmailProvider(OAuthProvider):
    """Google wants to be asked for a refresh token, and for consent each time, or it gives none."""

    credential_type = CredentialType.GMAIL
    label = "Gmail OAuth2"
    tagline = "Google Workspace"
    guide = "gmail-oauth2"
    form = OAuthForm

    def authorize_parameters(self, address: str, *, choose: bool) -> dict[str, str]:
        """Say for whom the sign-in is; with `choose` Google asks which account to use."""
        asked = {"access_type": "offline", "prompt": "select_account consent" if choose else "consent"}
        domain = address.rpartition("@")[2].lower()
        if not choose and address:
            asked["login_hint"] = address
        if domain and domain not in ("gmail.com", "googlemail.com"):
            asked["hd"] = domain
        return asked
