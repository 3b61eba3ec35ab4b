"""How people sign in at Microsoft, and the form with a shared mailbox."""

from wtforms import StringField
from wtforms.validators import Optional

from webapp.security.input_validation import email_address, strip_and_compose
from webapp.services.providers.oauth.provider import OAuthForm, OAuthProvider
from webapp.services.providers.outlook.spec import SPEC


class OutlookForm(OAuthForm):
    """At Microsoft an account may open the mailboxes of others."""

    shared_mailbox = StringField("Shared mailbox", filters=[strip_and_compose], validators=[Optional(), email_address])


class OutlookProvider(OAuthProvider):
    """Microsoft takes a hint or a choice of accounts, not both."""

    spec = SPEC
    label = "Outlook OAuth2"
    tagline = "Microsoft 365"
    guide = "outlook-oauth2"
    form = OutlookForm

    def authorize_parameters(self, address: str, *, choose: bool) -> dict[str, str]:
        """Return for whom the sign-in is; with `choose` Microsoft asks which account to use."""
        account = {"prompt": "select_account"} if choose or not address else {"login_hint": address}
        return {"response_mode": "query", **account}
