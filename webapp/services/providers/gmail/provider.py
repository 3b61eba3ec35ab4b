"""How people sign in at Google."""

from webapp.services.providers.gmail.spec import SPEC
from webapp.services.providers.oauth.provider import OAuthProvider


class GmailProvider(OAuthProvider):
    """Google gives a refresh token only where it is requested, with consent each time."""

    spec = SPEC
    label = "Gmail OAuth2"
    tagline = "Google Workspace"
    guide = "gmail-oauth2"

    def authorize_parameters(self, address: str, *, choose: bool) -> dict[str, str]:
        """Return for whom the sign-in is; with `choose` Google asks which account to use."""
        parameters = {"access_type": "offline", "prompt": "select_account consent" if choose else "consent"}
        domain = address.rpartition("@")[2].lower()
        if not choose and address:
            parameters["login_hint"] = address
        if domain and domain not in ("gmail.com", "googlemail.com"):
            parameters["hd"] = domain
        return parameters
