"""The settings of the OAuth providers: clients, endpoints for sovereign clouds and test servers, and IMAP servers."""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from webapp.core.imap import Security
from webapp.core.net.loopback import is_loopback

_SERVER = re.compile(
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s:\[\]]+):(?P<port>[0-9]{1,5})(?::(?P<security>tls|starttls|none))?"
)
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}")


class ImapServer(NamedTuple):
    """Where the mailboxes of a provider are."""

    host: str
    port: int
    security: Security


class ProviderSettings(BaseSettings):
    """What can be set from outside for Google and Microsoft; what is empty is as the provider has it."""

    gmail_client_id: str = Field("", description="Client ID of the portal at Google; empty: as set on the page.")
    gmail_client_secret: SecretStr = Field(SecretStr(""), description="Client secret that belongs to it.")
    gmail_authorization_endpoint: str = Field("", description="Where people sign in; empty: Google's.")
    gmail_token_endpoint: str = Field("", description="Where tokens are issued; empty: Google's.")
    gmail_jwks_uri: str = Field("", description="Keys that sign ID tokens; empty: Google's.")
    gmail_issuer: str = Field("", description="Issuer named in ID tokens; empty: Google's.")
    gmail_revocation_endpoint: str = Field("", description="Where grants are revoked; empty: Google's.")
    gmail_imap_server: str = Field("imap.gmail.com:993:tls", description="`host:port` or `host:port:starttls`.")
    outlook_client_id: str = Field("", description="Client ID of the portal at Microsoft; empty: as set on the page.")
    outlook_client_secret: SecretStr = Field(SecretStr(""), description="Client secret that belongs to it.")
    outlook_tenant: str = Field(
        "", description="`organizations`, `common`, `consumers`, a tenant ID or domain; empty: as set on the page."
    )
    outlook_authorization_endpoint: str = Field("", description="Where people sign in; empty: Microsoft's.")
    outlook_token_endpoint: str = Field("", description="Where tokens are issued; empty: Microsoft's.")
    outlook_jwks_uri: str = Field("", description="Keys that sign ID tokens; empty: Microsoft's.")
    outlook_issuer: str = Field(
        "", description="Issuer named in ID tokens, `{tenantid}` stands for its tenant; empty: Microsoft's."
    )
    outlook_imap_server: str = Field(
        "outlook.office365.com:993:tls", description="`host:port` or `host:port:starttls`."
    )

    @field_validator(
        "gmail_authorization_endpoint",
        "gmail_token_endpoint",
        "gmail_jwks_uri",
        "gmail_revocation_endpoint",
        "outlook_authorization_endpoint",
        "outlook_token_endpoint",
        "outlook_jwks_uri",
    )
    @classmethod
    def _is_safe_url(cls, value: str) -> str:
        parts = urlsplit(value)
        safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
        if value and not (safe and parts.hostname and not parts.fragment):
            raise ValueError("must be an https:// address; http:// only on this machine")
        return value

    @field_validator("gmail_imap_server", "outlook_imap_server")
    @classmethod
    def _is_imap_server(cls, value: str) -> str:
        parse_imap_server(value)
        return value

    @field_validator("outlook_tenant")
    @classmethod
    def _is_tenant(cls, value: str) -> str:
        if value and not is_tenant(value):
            raise ValueError("must be organizations, common, consumers, a tenant ID or a domain")
        return value


def is_tenant(text: str) -> bool:
    """Say whether a text can stand where Microsoft's endpoints name a tenant."""
    return bool(_TENANT.fullmatch(text)) and ".." not in text


def parse_imap_server(text: str) -> ImapServer:
    """Read `host:port` or `host:port:security`; raise `ValueError`."""
    found = _SERVER.fullmatch(text)
    if not found or not 0 < int(found[2]) < 65536:
        raise ValueError("must look like imap.example.com:993 or imap.example.com:143:starttls")
    host, port, security = found.groups()
    return ImapServer(host.strip("[]"), int(port), Security(security or ("starttls" if port == "143" else "tls")))
