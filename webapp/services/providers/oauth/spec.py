"""What is fixed about an OAuth provider: one object, filled in by the provider's folder; every other place reads it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from webapp.core.diagnosis.codes import Family
from webapp.core.oauth.endpoints import Endpoints
from webapp.core.oauth.provider_rules import STANDARD_RULES, ProviderRules
from webapp.models import CredentialType

if TYPE_CHECKING:
    from webapp.services.providers.oauth.client_registration import EffectiveClient


class ClientHint(NamedTuple):
    """A slip in the portal's registration: the field, how it is recognised, and the words beside the field."""

    field: str
    fits: Callable[["EffectiveClient"], bool]
    words: str


class GuideText(NamedTuple):
    """A guide about a provider: title, summary, and words by which people look for it that its text does not have."""

    slug: str
    title: str
    summary: str
    terms: str = ""
    template: str = "help/guides/_provider.html"


def _no_fault(scheme: str, host: str) -> str:
    return ""


def _no_consent_url(client: "EffectiveClient", address: str) -> str:
    return ""


@dataclass(frozen=True, kw_only=True)
class ProviderSpec:
    """One OAuth provider.

    Names: `key` stands in URLs (`/oauth/<key>/callback`), settings (`POSTROOM_<KEY>_…`) and help (`?for=<key>`);
    `diagnosis_key` is the provider's name in the diagnosis data; `company` and `service` are for people.
    Protocol: `endpoints` by tenant, `rules`, `scopes`, `mail_scope`, `imap_server` (`host:port:security`).
    People: the button, known error pages (words, slug of the problem), templates, set-up texts, guides.
    """

    key: str
    credential_type: CredentialType
    company: str
    service: str
    scopes: tuple[str, ...]
    mail_scope: str
    endpoints: Callable[[str], Endpoints]
    imap_server: str
    rules: ProviderRules = STANDARD_RULES
    diagnosis_key: str = ""
    has_tenant: bool = False
    default_tenant: str = "organizations"
    is_tenant: Callable[[str], bool] = bool
    organisation_only: bool = False
    """Whether personal accounts are refused: their ID token names no organisation (`hd`)."""

    sign_in_label: str = ""
    """The words on the button, by the provider's own branding rules; made from the company's name unless given."""
    logo_template: str = "providers/_logo.html"
    before_sign_in_template: str = "providers/_before_sign_in.html"
    set_up_template: str = "providers/_set_up.html"
    known_error_pages: tuple[tuple[str, str], ...] = ()
    """Pages from which the provider does not return: (words on the page, slug of the problem)."""

    client_id_example: str = ""
    client_id_hint: str = ""
    secret_expiry_hint: str = "The portal reminds you here, 30 days before."  # noqa: S105
    secrets_page: str = ""
    """Where the provider's console makes a client secret."""
    client_hints: tuple[ClientHint, ...] = ()
    redirect_uri_fault: Callable[[str, str], str] = _no_fault
    """Return why the provider will not register a redirect URI, from its scheme and host; empty where it will."""
    admin_consent_url: Callable[["EffectiveClient", str], str] = _no_consent_url
    """Return the link by which an organisation's administrator approves the portal; empty where there is none."""

    permissions_page: str = ""
    """Where the owner of a mailbox takes the portal's access away."""
    own_problems: frozenset[str] = frozenset()
    """Slugs of the problems that only readers of this provider meet."""
    code_families: frozenset[Family] = frozenset()
    """The families of error codes that only this provider uses."""
    guide: GuideText | None = None
    """The guide for people who connect, where the provider has none among the written guides."""

    @property
    def button(self) -> str:
        """Return the words on the sign-in button."""
        return self.sign_in_label or f"Sign in with {self.company}"

    def opens_mailbox(self, scopes: Iterable[str]) -> bool:
        """Return whether these scopes open the mailbox; the same one may be named by several hosts."""
        wanted = self.mail_scope.lower()
        ending = wanted.rpartition("/")[2] or wanted
        return any(scope.lower() == wanted or scope.lower().endswith(f"/{ending}") for scope in scopes)


PROVIDER_SPECS: dict[CredentialType, ProviderSpec] = {}
"""The registered OAuth providers; `webapp.services.providers.registry` fills it."""


def credential_type_of(key: str) -> CredentialType | None:
    """Return the credential type of a provider's key, or None where no provider has it."""
    return next((spec.credential_type for spec in PROVIDER_SPECS.values() if spec.key == key), None)


def spec_of_key(key: str) -> ProviderSpec | None:
    """Return the provider of a key, or None."""
    found = credential_type_of(key)
    return PROVIDER_SPECS[found] if found else None


def spec_of_diagnosis(provider: str | None) -> ProviderSpec | None:
    """Return the provider that a diagnosis names, by its key or its name in the diagnosis data, or None."""
    named = (spec for spec in PROVIDER_SPECS.values() if provider and provider in (spec.key, spec.diagnosis_key))
    return next(named, None)
