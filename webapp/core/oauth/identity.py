"""Who signed in, from the claims of a verified ID token. Decides nothing about whether it is the right person."""

from collections.abc import Mapping
from dataclasses import dataclass

_LONGEST = 255

# Microsoft's claims in the order in which they name a mailbox; none is verified, so the mailbox itself has to prove it.
_MICROSOFT_ADDRESSES = ("preferred_username", "email", "upn")


@dataclass(frozen=True, kw_only=True)
class Identity:
    """An account: `subject` never changes, all else may; `address` is empty where no usable one was named."""

    subject: str
    address: str
    name: str = ""
    hosted_domain: str = ""
    tenant: str = ""


def parse_identity(claims: Mapping[str, object], *, is_microsoft: bool) -> Identity:
    """Read an account from verified claims."""
    subject, tenant = _text(claims, "sub"), _text(claims, "tid")
    owner = _text(claims, "oid")
    return Identity(
        # `sub` is another one for each registration at Microsoft: with a new client every connection would be foreign.
        subject=f"{tenant}:{owner}" if is_microsoft and tenant and owner else subject,
        address=_microsoft_address(claims) if is_microsoft else _verified_address(claims),
        name=_text(claims, "name"),
        hosted_domain=_text(claims, "hd"),
        tenant=tenant if is_microsoft else "",
    )


def _verified_address(claims: Mapping[str, object]) -> str:
    # Google's documentation shows a text where OIDC Core has a boolean.
    verified = claims.get("email_verified") in (True, "true")
    return _text(claims, "email") if verified else ""


def _microsoft_address(claims: Mapping[str, object]) -> str:
    # A user name may also be a telephone number.
    return next((text for name in _MICROSOFT_ADDRESSES if "@" in (text := _text(claims, name))), "")


def _text(claims: Mapping[str, object], name: str) -> str:
    """Give a claim as one line; what is too long to be one is nothing."""
    value = claims.get(name)
    if not isinstance(value, str) or len(value) > _LONGEST or not value.isprintable():
        return ""
    return value.strip()
