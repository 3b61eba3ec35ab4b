"""The IMAP core: check a connection step by step, and say what was found. Knows no web page and no database."""

from webapp.imap.budget import Limits
from webapp.imap.check import run_check
from webapp.imap.credentials import AccessToken, Credential, Password
from webapp.imap.errors import (
    AuthenticationError,
    ConnectError,
    ImapError,
    MailboxError,
    NameResolutionError,
    ProtocolError,
    Sign,
    TlsError,
    TokenError,
)
from webapp.imap.report import Outcome, Report, Step, StepName
from webapp.imap.server import Network, Security, ServerSettings
from webapp.imap.sources import GrantEvidence, Obtained, Source

__all__ = [
    "AccessToken",
    "AuthenticationError",
    "ConnectError",
    "Credential",
    "GrantEvidence",
    "ImapError",
    "Limits",
    "MailboxError",
    "NameResolutionError",
    "Network",
    "Obtained",
    "Outcome",
    "Password",
    "ProtocolError",
    "Report",
    "Security",
    "ServerSettings",
    "Sign",
    "Source",
    "Step",
    "StepName",
    "TlsError",
    "TokenError",
    "run_check",
]
