"""What one provider does its own way: its paths, its words, its claims. Knows neither Flask nor Authlib."""

from abc import ABC, abstractmethod
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any

from webapp.practice.oauth_server.oauth_error import OAuthErrorResponse
from webapp.practice.oauth_server.sample_users import SampleUser

__all__ = ["OAuthErrorResponse", "ProviderProfile"]


@dataclass(frozen=True, kw_only=True)
class ProviderProfile(ABC):
    """One provider. `tenant` in a method is the segment of the path that names a tenant, empty where there is none.

    `refusals` has an entry for every reason of `REASONS`; `steady_scopes` have no box on the consent page, and where
    nothing `ticks`, no scope has. With `calls_back` an error goes to the client; without, only a page of the
    provider says it. `fixes` are the people an administrator has fixed something for, by the key of the scenario;
    who approves the client at `approve_path` fixes the one named `approved`.
    """

    key: str
    name: str
    client_id: str
    client_secret: str = field(repr=False)
    callback_path: str
    mail_scope: str
    scopes: frozenset[str]
    steady_scopes: frozenset[str]
    users: tuple[SampleUser, ...]
    repairs: Mapping[str, SampleUser]
    refusals: Mapping[str, OAuthErrorResponse]
    rotates: bool
    prefix: str = ""
    authorize_path: str
    token_path: str
    jwks_path: str
    discovery_path: str
    revoke_path: str = ""
    approve_path: str = ""
    approved: str = ""
    introspect_path: str = "/introspect"
    ticks: bool = False
    calls_back: bool = True

    def current_users(self, mended: Container[str]) -> tuple[SampleUser, ...]:
        """Return everybody as they are with some scenarios fixed."""
        changed = {person.address: person for key, person in self.repairs.items() if key in mended}
        return tuple(changed.get(person.address, person) for person in self.users)

    def find_user(self, address: str, mended: Container[str] = ()) -> SampleUser | None:
        """Find a person by address, in whatever case it was typed, as they are with some scenarios fixed."""
        wanted = address.strip().casefold()
        return next((person for person in self.current_users(mended) if person.address == wanted), None)

    @property
    def scopes_of_mail(self) -> frozenset[str]:
        """Return what a mail program asks for: all that needs no box, and mail."""
        return self.steady_scopes | {self.mail_scope}

    def title(self, scope: str) -> str:
        """Return what a scope allows, as on a consent page."""
        return "Read, compose, send and permanently delete all your mail" if scope == self.mail_scope else scope

    def knows_tenant(self, tenant: str) -> bool:
        """Return whether a tenant exists here."""
        return True

    def approval(self, tenant: str, scope: str) -> dict[str, str]:
        """Return what a client is told once an administrator has approved it; nothing where the tenant cannot do so."""
        return {}

    @abstractmethod
    def issuer(self, base_url: str, tenant: str = "") -> str:
        """Return the issuer as the discovery document of a tenant has it."""

    @abstractmethod
    def claims(self, person: SampleUser, base_url: str) -> dict[str, Any]:
        """Return the claims of an id_token that are about a person, with the issuer."""

    @abstractmethod
    def wants_refresh_token(self, parameters: Mapping[str, str], *, scopes: frozenset[str], first: bool) -> bool:
        """Return whether an authorization request leads to a refresh token."""

    @abstractmethod
    def callback_extra(self, person: SampleUser, base_url: str, scope: str) -> dict[str, str]:
        """Return what a successful callback carries beside code and state."""

    @abstractmethod
    def callback_error(self, refusal: OAuthErrorResponse, base_url: str) -> dict[str, str]:
        """Return the parameters of an error callback."""

    @abstractmethod
    def token_error(self, refusal: OAuthErrorResponse) -> dict[str, Any]:
        """Return the body of the token endpoint's refusal."""

    def token_scope(self, scope: str) -> str:
        """Return the scope a token answer names."""
        return scope


REASONS = frozenset({
    "client-unknown", "secret-wrong", "redirect-differs", "code-unknown", "code-used", "verifier-missing",
    "verifier-wrong", "refresh-unknown", "refresh-used", "revoked", "scope-unknown", "denied", "malformed",
})  # fmt: skip
"""Why a request is refused, whoever the person."""
