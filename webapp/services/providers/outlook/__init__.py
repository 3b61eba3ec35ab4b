"""Outlook OAuth2: a mailbox at Microsoft, by connecting a Microsoft account."""

from webapp.services.providers.outlook.spec import OUTLOOK, microsoft

__all__ = ["OUTLOOK", "microsoft"]
