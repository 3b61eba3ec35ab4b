"""Who can sign in at the practice provider, and what becomes of it. Data only."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from webapp.practice.imap_server.scenarios import DOMAIN
from webapp.practice.oauth_server.oauth_error import OAuthErrorResponse

WORKSPACE = f"workspace.{DOMAIN}"
OFFICE = f"office.{DOMAIN}"
PERSONAL = f"personal.{DOMAIN}"
SHARED_MAILBOX = f"team@{OFFICE}"
PLENTY = 3600
"""Seconds an access token usually lives."""
MOMENT = 60
"""So short a life that every use of the grant begins with a refresh."""


@dataclass(frozen=True, kw_only=True)
class SampleUser:
    """One account.

    `blocked` is said on a page of the provider before any consent, `at_redeem` in answer to the code. `at_refresh` is
    said to the first refresh of a grant; the grant of the next sign-in lasts. `signed_in_as` is whom the browser is
    still signed in as when this person is hinted at. `opens` names the mailboxes this person may open beside the own.
    """

    address: str
    name: str
    about: str
    hosted_domain: str = ""
    lifetime: int = PLENTY
    mail_ticked: bool = True
    has_mailbox: bool = True
    signed_in_as: str = ""
    opens: frozenset[str] = field(default_factory=frozenset)
    blocked: OAuthErrorResponse | None = None
    at_redeem: OAuthErrorResponse | None = None
    at_refresh: OAuthErrorResponse | None = None

    @property
    def mailboxes(self) -> frozenset[str]:
        """Name all that this person may open."""
        return self.opens | ({self.address} if self.has_mailbox else frozenset())


_REVOKED = OAuthErrorResponse(error="invalid_grant", description="Token has been expired or revoked.")


def _at_work(name: str, about: str, **more: object) -> SampleUser:
    address = f"{name.split()[0].lower()}@{WORKSPACE}"
    return SampleUser(address=address, name=name, about=about, hosted_domain=WORKSPACE, **more)  # type: ignore[arg-type]


def _in_office(name: str, about: str, **more: object) -> SampleUser:
    return SampleUser(address=f"{name.split()[0].lower()}@{OFFICE}", name=name, about=about, **more)  # type: ignore[arg-type]


GOOGLE_USERS = (
    _at_work("Anna Lindqvist", "A Workspace account; everything works."),
    _at_work("Dario Conti", "Press “Deny” for him."),
    _at_work(
        "Bea Mattsson", "Her administrator has blocked the app.",
        blocked=OAuthErrorResponse(
            error="admin_policy_enforced", description="Your administrator has blocked this app."
        ),
    ),
    _at_work("Wanda Frei", "The browser is still signed in as Otto.", signed_in_as=f"otto@{WORKSPACE}"),
    _at_work("Otto Brandt", "A Workspace account; the browser is signed in as him."),
    SampleUser(address=f"pia@{PERSONAL}", name="Pia Roos", about="A personal account, in no organisation."),
    _at_work("Uma Sethi", "Her box for mail starts unticked.", mail_ticked=False),
    _at_work("Rhea Novak", "Her grant is revoked right after the sign-in.", lifetime=MOMENT, at_refresh=_REVOKED),
)  # fmt: skip

MICROSOFT_USERS = (
    _in_office("Anton Weiss", "A work account; everything works."),
    _in_office("Dina Kral", "Press “Deny” for her."),
    _in_office(
        "Ada Moss", "Only an administrator may accept the app for her.",
        blocked=OAuthErrorResponse(
            error="access_denied", code=90094,
            description="An administrator of the organization has set a policy that prevents you from granting "
            "the application the permissions it is requesting.",
        ),
    ),
    _in_office(
        "Mara Sund", "A second factor becomes necessary right after the sign-in.", lifetime=MOMENT,
        at_refresh=OAuthErrorResponse(
            error="invalid_grant", code=50079, suberror="basic_action",
            description="Due to a configuration change made by your administrator, or because you moved to a new "
            "location, you must enroll in multi-factor authentication to access "
            "'00000002-0000-0ff1-ce00-000000000000'.",
        ),
    ),
    _in_office(
        "Rolf Adler", "His grant is revoked right after the sign-in.", lifetime=MOMENT,
        at_refresh=OAuthErrorResponse(
            error="invalid_grant", code=50173, suberror="bad_token",
            description="The provided grant has expired due to it being revoked, a fresh auth token is needed. "
            "The user might have changed or reset their password.",
        ),
    ),
    _in_office(
        "Silas Horn", "The portal's client secret has expired for him.",
        at_redeem=OAuthErrorResponse(
            error="invalid_client", code=7000222, status=401,
            description="The provided client secret keys for app 'practice-microsoft-client' are expired. Visit the "
            "Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using "
            "certificate credentials for added security: https://aka.ms/certCreds.",
        ),
    ),
    _in_office("Lena Vogt", "Her account has no mailbox.", has_mailbox=False),
    _in_office(
        "Tom Reuter", f"May open {SHARED_MAILBOX} beside his own mailbox.", opens=frozenset({SHARED_MAILBOX})
    ),
)  # fmt: skip


def _repaired(people: tuple[SampleUser, ...], address: str, about: str, **changed: object) -> SampleUser:
    person = next(person for person in people if person.address == address)
    return replace(person, about=about, **changed)  # type: ignore[arg-type]


# By the key of the scenario that an administrator fixes: who the person is from then on.
GOOGLE_REPAIRS: Mapping[str, SampleUser] = {
    "gmail-blocked": _repaired(GOOGLE_USERS, f"bea@{WORKSPACE}", "Her administrator trusts the app now.", blocked=None),
}

ADMIN_CONSENT = "outlook-admin-consent"
MICROSOFT_REPAIRS: Mapping[str, SampleUser] = {
    ADMIN_CONSENT: _repaired(
        MICROSOFT_USERS, f"ada@{OFFICE}", "An administrator has approved the app for her.", blocked=None
    ),
    "outlook-secret-expired": _repaired(
        MICROSOFT_USERS, f"silas@{OFFICE}", "The portal's client secret was renewed for him.", at_redeem=None
    ),
    "outlook-no-mailbox": _repaired(
        MICROSOFT_USERS, f"lena@{OFFICE}", "Her account has a mailbox now.", has_mailbox=True
    ),
    "outlook-shared-denied": _repaired(
        MICROSOFT_USERS, f"anton@{OFFICE}", f"He may open {SHARED_MAILBOX} now, beside his own mailbox.",
        opens=frozenset({SHARED_MAILBOX}),
    ),
}  # fmt: skip
