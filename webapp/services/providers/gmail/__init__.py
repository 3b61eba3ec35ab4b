"""Gmail OAuth2: a Google Workspace mailbox, by signing in with Google."""

from webapp.services.providers.gmail.spec import GMAIL, GOOGLE

__all__ = ["GMAIL", "GOOGLE"]
