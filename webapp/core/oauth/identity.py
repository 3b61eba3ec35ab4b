"""Who signed in, from the claims of a verified ID token. Decides nothing about whether it is the right person."""

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.core.oauth.provider_rules import STANDARD_RULES, ProviderRules

_LONGEST = 255


@dataclass(frozen=True, kw_only=True)
class Identity:
    """An account: `subject` never changes, all else may; `address` is empty where no usable one was named."""

    subject: str
    address: str
    name: str = ""
    hosted_domain: str = ""
    tenant: str = ""


def parse_identity(claims: Mapping[str, object], rules: ProviderRules = STANDARD_RULES) -> Identity:
    """Return the account that verified claims name."""
    subject = [_text(claims, name) for name in rules.subject_claims]
    return Identity(
        subject=":".join(subject) if all(subject) else _text(claims, "sub"),
        address=_address(claims, rules),
        name=_text(claims, "name"),
        hosted_domain=_text(claims, "hd"),
        tenant=_text(claims, rules.tenant_claim) if rules.tenant_claim else "",
    )


def _address(claims: Mapping[str, object], rules: ProviderRules) -> str:
    # Google's documentation shows a text where OIDC Core has a boolean.
    if rules.address_must_be_verified and claims.get("email_verified") not in (True, "true"):
        return ""
    # A user name may also be a telephone number.
    return next((text for name in rules.address_claims if "@" in (text := _text(claims, name))), "")


def _text(claims: Mapping[str, object], name: str) -> str:
    """Return a claim as one line; what is too long to be one is nothing."""
    value = claims.get(name)
    if not isinstance(value, str) or len(value) > _LONGEST or not value.isprintable():
        return ""
    return value.strip()
