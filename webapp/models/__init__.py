"""What the portal remembers: one file an entity."""

from webapp.models.api_token import ApiToken, Scope
from webapp.models.authorization_request import AuthorizationRequest
from webapp.models.base import Model, db, read_transaction, utcnow, write_transaction, writes
from webapp.models.check_report import CheckReport
from webapp.models.connection import CheckState, Connection, CredentialType
from webapp.models.handoff import Handoff
from webapp.models.mail_action import ActionKind, BatchState, MailAction, MailActionBatch
from webapp.models.oauth_client import OAuthClientSetting
from webapp.models.oauth_grant import Grant
from webapp.models.one_time_link import OneTimeLink, Purpose
from webapp.models.portal_setting import PortalSetting
from webapp.models.rate_limit import RateLimit
from webapp.models.user import Role, User
from webapp.models.user_session import UserSession, new_token, token_hash

__all__ = [
    "ActionKind",
    "ApiToken",
    "AuthorizationRequest",
    "BatchState",
    "CheckReport",
    "CheckState",
    "Connection",
    "CredentialType",
    "Grant",
    "Handoff",
    "MailAction",
    "MailActionBatch",
    "Model",
    "OAuthClientSetting",
    "OneTimeLink",
    "PortalSetting",
    "Purpose",
    "RateLimit",
    "Role",
    "Scope",
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
