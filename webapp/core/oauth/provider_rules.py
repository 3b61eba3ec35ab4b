"""How a provider differs from OAuth 2.0 and OpenID Connect as written, as data that its folder holds."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ProviderRules:
    """The rules for one provider's tokens and claims; the defaults are those of OpenID Connect Core.

    The first claim of `address_claims` that holds an address names the account; `address_must_be_verified` requires
    `email_verified` beside it. `subject_claims` together identify the account for good, where each is present.
    `tenant_claim` names the organisation. `issuer_aliases` are other spellings of the issuer. `refresh_names_scopes`
    says that a refresh request repeats the scopes.
    """

    address_claims: tuple[str, ...] = ("email",)
    address_must_be_verified: bool = True
    subject_claims: tuple[str, ...] = ("sub",)
    tenant_claim: str = ""
    issuer_aliases: tuple[str, ...] = ()
    refresh_names_scopes: bool = False


STANDARD_RULES = ProviderRules()
