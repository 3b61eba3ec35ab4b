"""The settings of an OAuth provider: client, endpoints for sovereign clouds and test servers, and IMAP server."""

import re
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from webapp.core.imap import Security
from webapp.core.net.loopback import is_loopback

_SERVER = re.compile(
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s:\[\]]+):(?P<port>[0-9]{1,5})(?::(?P<security>tls|starttls|none))?"
)


class ImapServer(NamedTuple):
    """Where the mailboxes of a provider are."""

    host: str
    port: int
    security: Security


def provider_fields(
    key: str, *, company: str, imap_server: str, has_revocation: bool, is_tenant: Callable[[str], bool] | None
) -> dict[str, Any]:
    """Return the fields of one provider's settings, named `<key>_…`, as `pydantic.create_model` takes them.

    `is_tenant` says what can be a tenant; None where the provider has no tenants. What is empty is as the provider
    has it.
    """
    endpoint = Annotated[str, AfterValidator(_safe_url)]
    fields: dict[str, Any] = {
        "client_id": (str, Field("", description=f"Client ID of the portal at {company}; empty: as set on the page.")),
        "client_secret": (SecretStr, Field(SecretStr(""), description="Client secret that belongs to it.")),
    }
    if is_tenant:
        tenant = "`organizations`, `common`, `consumers`, a tenant ID or domain; empty: as set on the page."
        fields["tenant"] = (Annotated[str, AfterValidator(_tenant(is_tenant))], Field("", description=tenant))
    issuer = "Issuer named in ID tokens" + (", `{tenantid}` stands for its tenant" if is_tenant else "")
    fields |= {
        "authorization_endpoint": (endpoint, Field("", description=f"Where people sign in; empty: {company}'s.")),
        "token_endpoint": (endpoint, Field("", description=f"Where tokens are issued; empty: {company}'s.")),
        "jwks_uri": (endpoint, Field("", description=f"Keys that sign ID tokens; empty: {company}'s.")),
        "issuer": (str, Field("", description=f"{issuer}; empty: {company}'s.")),
    }
    if has_revocation:
        revocation = f"Where grants are revoked; empty: {company}'s."
        fields["revocation_endpoint"] = (endpoint, Field("", description=revocation))
    server = Annotated[str, AfterValidator(_imap_server)]
    fields["imap_server"] = (server, Field(imap_server, description="`host:port` or `host:port:starttls`."))
    return {f"{key}_{name}": field for name, field in fields.items()}


def parse_imap_server(text: str) -> ImapServer:
    """Parse `host:port` or `host:port:security`; raise `ValueError`."""
    found = _SERVER.fullmatch(text)
    if not found or not 0 < int(found[2]) < 65536:
        raise ValueError("must look like imap.example.com:993 or imap.example.com:143:starttls")
    host, port, security = found.groups()
    return ImapServer(host.strip("[]"), int(port), Security(security or ("starttls" if port == "143" else "tls")))


def _safe_url(value: str) -> str:
    parts = urlsplit(value)
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if value and not (safe and parts.hostname and not parts.fragment):
        raise ValueError("must be an https:// address; http:// only on this machine")
    return value


def _imap_server(value: str) -> str:
    parse_imap_server(value)
    return value


def _tenant(is_tenant: Callable[[str], bool]) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value and not is_tenant(value):
            raise ValueError("must be organizations, common, consumers, a tenant ID or a domain")
        return value

    return check
