"""What the portal remembers: one file an entity."""

from webapp.models.api_token import ApiToken, Scope
from webapp.models.authorization_request import SignInAttempt
from webapp.models.base import Model, db, read_transaction, utcnow, write_transaction, writes
from webapp.models.check_report import CheckReport
from webapp.models.connection import Connection, CredentialType, State
from webapp.models.handoff import HandOff
from webapp.models.mail_action import BatchState, Kind, MailAct, MailActBatch
from webapp.models.oauth_client import OAuthClientSetting
from webapp.models.oauth_grant import Grant
from webapp.models.one_time_link import OneTimeLink, Purpose
from webapp.models.portal_setting import PortalSetting
from webapp.models.rate_limit import RateLimit
from webapp.models.user import Role, User
from webapp.models.user_session import UserSession, new_token, token_hash

__all__ = [
    "ApiToken",
    "BatchState",
    "CheckReport",
    "Connection",
    "CredentialType",
    "Grant",
    "HandOff",
    "Kind",
    "MailAct",
    "MailActBatch",
    "Model",
    "OAuthClientSetting",
    "OneTimeLink",
    "PortalSetting",
    "Purpose",
    "RateLimit",
    "Role",
    "Scope",
    "SignInAttempt",
    "State",
    "User",
    "UserSession",
    "db",
    "new_token",
    "read_transaction",
    "token_hash",
    "utcnow",
    "write_transaction",
    "writes",
]
