"""The IMAP core: check a connection step by step, and say what was found. Knows no web page and no database."""

from webapp.imap.budget import Limits
from webapp.imap.check import run_check
from webapp.imap.credentials import Credential, Password
from webapp.imap.errors import (
    AuthenticationError,
    ConnectError,
    ImapError,
    MailboxError,
    NameResolutionError,
    ProtocolError,
    Sign,
    TlsError,
)
from webapp.imap.report import Outcome, Report, Step, StepName
from webapp.imap.server import Network, Security, ServerSettings

__all__ = [
    "AuthenticationError",
    "ConnectError",
    "Credential",
    "ImapError",
    "Limits",
    "MailboxError",
    "NameResolutionError",
    "Network",
    "Outcome",
    "Password",
    "ProtocolError",
    "Report",
    "Security",
    "ServerSettings",
    "Sign",
    "Step",
    "StepName",
    "TlsError",
    "run_check",
]
