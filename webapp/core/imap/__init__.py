"""The IMAP core: check a connection step by step, and say what was found. Knows no web page and no database."""

from webapp.core.imap.check.credential_source import CredentialSource, GrantFacts, ObtainedCredential
from webapp.core.imap.check.report import Outcome, Report, Step, StepName
from webapp.core.imap.check.run import run_check
from webapp.core.imap.protocol.credentials import AccessToken, Credential, Password
from webapp.core.imap.protocol.errors import (
    AuthenticationError,
    ConnectError,
    ImapError,
    MailboxError,
    NameResolutionError,
    ProtocolError,
    TlsError,
    TokenError,
)
from webapp.core.imap.protocol.limits import Limits
from webapp.core.imap.protocol.server_settings import Network, Security, ServerSettings

__all__ = [
    "AccessToken",
    "AuthenticationError",
    "ConnectError",
    "Credential",
    "CredentialSource",
    "GrantFacts",
    "ImapError",
    "Limits",
    "MailboxError",
    "NameResolutionError",
    "Network",
    "ObtainedCredential",
    "Outcome",
    "Password",
    "ProtocolError",
    "Report",
    "Security",
    "ServerSettings",
    "Step",
    "StepName",
    "TlsError",
    "TokenError",
    "run_check",
]
