"""The guides: one complete walk each; their words are in `templates/help/guides/<slug>.html`."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from webapp.services.providers.oauth.spec import PROVIDER_SPECS


@dataclass(frozen=True, kw_only=True)
class Guide:
    """One guide; `terms` are words by which people look for it that its text does not have.

    `template` is the one named after the slug unless it is given; `provider` is the key of the provider it is about.
    """

    slug: str
    title: str
    summary: str
    terms: str = ""
    template: str = ""
    provider: str = ""


CONNECT, USE, ADMINISTER, OPERATE = (
    "Connect a mailbox",
    "Use a mailbox",
    "For mailbox administrators",
    "Run the portal",
)

GROUPS: Mapping[str, tuple[Guide, ...]] = MappingProxyType(
    {
        CONNECT: (
            Guide(
                slug="gmail-oauth2",
                title="Connect a Gmail mailbox",
                summary="A Google Workspace mailbox, by signing in with Google.",
                terms="g suite oauth popup revoke",
            ),
            Guide(
                slug="outlook-oauth2",
                title="Connect an Outlook mailbox",
                summary="A mailbox at Microsoft 365 or Outlook.com, by connecting a Microsoft account.",
                terms="office 365 exchange online oauth popup revoke",
            ),
            Guide(
                slug="credentials",
                title="Connect any other mailbox with a password",
                summary="Server, port, security and password, and where to find them.",
                terms="host 993 143 imap settings login",
            ),
            Guide(
                slug="reading-a-test",
                title="What a test does, step by step",
                summary="What each step proves, and what its failure means.",
                terms="check report result slow",
            ),
            Guide(
                slug="app-passwords",
                title="App passwords, provider by provider",
                summary="Who wants one, and where it is made.",
                terms="specific password code generate",
            ),
            Guide(
                slug="enabling-imap",
                title="Switch IMAP on",
                summary="Who still has to, since 2025, and where the switch is.",
                terms="turn on activate access",
            ),
            Guide(
                slug="forwarding-personal-gmail",
                title="Forward a personal Gmail mailbox to a company address",
                summary="The way out for personal Google accounts.",
                terms="auto-forward redirect private consumer",
            ),
            Guide(
                slug="password-sign-in",
                title="Password sign-in: what ended when",
                summary="Dates at Google and Microsoft, and what still works.",
                terms="legacy modern authentication deprecated retired",
            ),
        ),
        USE: (
            Guide(
                slug="moving-and-deleting",
                title="Move, delete and undo",
                summary="What happens to messages, and what can be taken back.",
                terms="archive trash restore bin flag folder label",
            ),
        ),
        ADMINISTER: (
            Guide(
                slug="app-is-blocked",
                title="“This app is blocked”: let the portal in at Google Workspace",
                summary="API controls, and trusting this portal's client ID.",
                terms="third-party app allowlist whitelist allow",
            ),
            Guide(
                slug="google-unverified-app",
                title="“Google hasn't verified this app”",
                summary="What the page means, which link goes on, and how it goes away.",
                terms="unverified app warning",
            ),
            Guide(
                slug="microsoft-admin-consent",
                title="Approve the portal at Microsoft",
                summary="Admin consent, needed by default for IMAP since late 2025.",
                terms="tenant-wide consent approval request",
            ),
            Guide(
                slug="shared-mailboxes",
                title="Shared mailboxes",
                summary="Whose account signs in, and which right it needs.",
                terms="delegate team mailbox info@",
            ),
        ),
        OPERATE: (
            Guide(
                slug="setting-up-google",
                title="Set up the OAuth client at Google",
                summary="From a new project in the Google Cloud console to “Check set-up”.",
                terms="oauth consent screen credentials cloud console",
            ),
            Guide(
                slug="setting-up-microsoft",
                title="Set up the app registration at Microsoft",
                summary="From a new registration in the Entra admin center to “Check set-up”.",
                terms="azure ad reply url gcc high sovereign cloud",
            ),
            Guide(
                slug="running-the-portal",
                title="Run the portal",
                summary="Settings, keys, back-up, upgrades, networks and certificates.",
                terms="install deploy restore backup docker postgres https tls environment variables",
            ),
        ),
    }
)


GUIDES: Mapping[str, Guide] = MappingProxyType({guide.slug: guide for group in GROUPS.values() for guide in group})
"""The written guides."""


def guide_groups() -> dict[str, tuple[Guide, ...]]:
    """Return the guides by group: the written ones, and those that registered providers bring."""
    brought = tuple(
        Guide(**spec.guide._asdict(), provider=spec.key) for spec in PROVIDER_SPECS.values() if spec.guide is not None
    )
    return {**GROUPS, CONNECT: (*GROUPS[CONNECT], *brought)}


def guides() -> dict[str, Guide]:
    """Return the guides by slug."""
    return {guide.slug: guide for group in guide_groups().values() for guide in group}
