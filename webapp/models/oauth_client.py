"""The portal's registration with an OAuth provider, as an administrator set it up on the page."""

from datetime import date, datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Model, utcnow
from webapp.models.connection import CredentialType, CredentialTypeColumn


class OAuthClientSetting(Model):
    """One OAuth client; its secret is sealed, `tenant` is Microsoft's, `secret_expires_on` as the console said."""

    __tablename__ = "oauth_client"

    credential_type: Mapped[CredentialType] = mapped_column(CredentialTypeColumn(), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(255), default="")
    sealed_secret: Mapped[str] = mapped_column(default="")
    tenant: Mapped[str] = mapped_column(String(253), default="")
    secret_expires_on: Mapped[date | None]
    changed_at: Mapped[datetime] = mapped_column(default=utcnow)

    @property
    def place(self) -> tuple[object, ...]:
        """Return the name of the place to which the sealed secret is bound."""
        return ("oauth_client", self.credential_type.value, "sealed_secret")
