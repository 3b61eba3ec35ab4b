"""What practice mode lets a person try with Gmail OAuth2 and Outlook OAuth2: one entry a scenario, data only.

What the provider does with each person is in `webapp.practice.oauth_server.sample_users`.
"""

from dataclasses import dataclass

from webapp.models import CredentialType
from webapp.practice.oauth_server.profiles import PROFILES
from webapp.practice.oauth_server.sample_users import OFFICE, PERSONAL, SHARED_MAILBOX, WORKSPACE
from webapp.services.providers.gmail import GMAIL
from webapp.services.providers.outlook import OUTLOOK


@dataclass(frozen=True, kw_only=True)
class OAuthScenario:
    """One thing to try: what to put into the form, and the slug of the diagnosis to expect, None where it works.

    `ends_at_provider` says that the provider shows a page of its own and never calls back, as the real one does.
    """

    key: str
    title: str
    blurb: str
    credential_type: CredentialType
    address: str
    shared_mailbox: str = ""
    expected_slug: str | None = None
    ends_at_provider: bool = False

    @property
    def repaired_as(self) -> str:
        """Return what is so once an administrator has fixed it; empty where no one can."""
        return next((house.repairs[self.key].about for house in PROFILES.values() if self.key in house.repairs), "")

    @property
    def mailbox(self) -> str:
        """Return the mailbox that is opened."""
        return self.shared_mailbox or self.address


def _gmail(
    key: str, title: str, address: str, blurb: str, slug: str | None = None, ends_at_provider: bool = False
) -> OAuthScenario:
    return OAuthScenario(
        key=f"gmail-{key}", title=title, blurb=blurb, address=address, expected_slug=slug,
        credential_type=GMAIL, ends_at_provider=ends_at_provider,
    )  # fmt: skip


def _outlook(
    key: str, title: str, name: str, blurb: str, slug: str | None = None, shared_mailbox: str = ""
) -> OAuthScenario:
    return OAuthScenario(
        key=f"outlook-{key}", title=title, blurb=blurb, address=f"{name}@{OFFICE}", expected_slug=slug,
        credential_type=OUTLOOK, shared_mailbox=shared_mailbox,
    )  # fmt: skip


OAUTH_SCENARIOS: tuple[OAuthScenario, ...] = (
    _gmail(
        "works", "A Workspace mailbox", f"anna@{WORKSPACE}",
        "Sign in as Anna and press Allow: the mailbox is connected, and its test passes.",
    ),
    _gmail(
        "denies", "Permission denied at Google", f"dario@{WORKSPACE}",
        "Sign in as Dario and press Deny: the portal says that there is no consent, and begins again in one click.",
        "consent-not-given",
    ),
    _gmail(
        "blocked", "The app is blocked by the administrator", f"bea@{WORKSPACE}",
        "Sign in as Bea: Google shows “Access blocked” and never calls back; the portal helps while it waits.",
        "app-blocked-by-admin", ends_at_provider=True,
    ),
    _gmail(
        "wrong-account", "Signed in with another account", f"wanda@{WORKSPACE}",
        "Sign in as Otto, as whom the browser still is: the portal asks what to do, and never connects him silently.",
        "wrong-account",
    ),
    _gmail(
        "personal", "A personal Google account", f"pia@{PERSONAL}",
        "Sign in as Pia and press Allow: she is in no organisation, and the portal names the ways out.",
        "personal-account-unsupported",
    ),
    _gmail(
        "scope-unticked", "The box for mail is not ticked", f"uma@{WORKSPACE}",
        "Sign in as Uma and press Allow without ticking the box: the portal sees what is missing.",
        "scope-missing",
    ),
    _gmail(
        "revoked", "Access was taken back at Google", f"rhea@{WORKSPACE}",
        "Sign in as Rhea, then test: her grant is gone meanwhile. Reconnect, and it lasts.",
        "reconnect-required",
    ),
    _outlook(
        "works", "A work mailbox at Microsoft", "anton",
        "Sign in as Anton and press Allow: the mailbox is connected, and its test passes.",
    ),
    _outlook(
        "shared", "A shared mailbox", "tom",
        "Sign in as Tom and press Allow: his token opens the team’s mailbox, which he may read.",
        shared_mailbox=SHARED_MAILBOX,
    ),
    _outlook(
        "denies", "Permission denied at Microsoft", "dina",
        "Sign in as Dina and press Deny: the portal says that there is no consent, and begins again in one click.",
        "consent-not-given",
    ),
    _outlook(
        "admin-consent", "An administrator has to approve first", "ada",
        "Sign in as Ada and return without consent: the portal has the message for her administrator ready.",
        "admin-consent-required",
    ),
    _outlook(
        "second-factor", "A second factor becomes necessary", "mara",
        "Sign in as Mara, then test: her organisation wants a second factor now. Reconnect, and it lasts.",
        "mfa-required",
    ),
    _outlook(
        "revoked", "Access was taken back at Microsoft", "rolf",
        "Sign in as Rolf, then test: his grant is gone meanwhile. Reconnect, and it lasts.",
        "reconnect-required",
    ),
    _outlook(
        "secret-expired", "The portal’s client secret has expired", "silas",
        "Sign in as Silas and press Allow: Microsoft refuses the portal itself, and only its operator can help.",
        "client-secret-expired",
    ),
    _outlook(
        "no-mailbox", "An account without a mailbox", "lena",
        "Sign in as Lena, then test: the server lets her in and has no mailbox. It does not say whether IMAP is off or "
        "a licence is missing, and the portal names both.",
        "imap-disabled",
    ),
    _outlook(
        "shared-denied", "No right to a shared mailbox", "anton",
        "Sign in as Anton, then test: the server lets him in, but the team’s mailbox is not open to him.",
        "mailbox-access-denied", shared_mailbox=SHARED_MAILBOX,
    ),
)  # fmt: skip
