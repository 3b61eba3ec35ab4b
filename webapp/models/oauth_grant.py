"""What a person's consent gave us (RFC 6749): one row an account and OAuth client, however many connections use it."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Model, utcnow
from webapp.models.connection import CredentialType, CredentialTypeColumn


class Grant(Model):
    """One grant; `version` counts what was written to its tokens, so that no one overwrites what is newer.

    `subject` is the account's stable key at the provider and `account` the address that it signed in with. While a
    renewal is under way, `lease_owner` holds it until `lease_until`; a lease that has lapsed says that
    a person asked and no answer was stored. `ended_at` and `ended_failure` (JSON) say when and with which words the
    provider ended the grant.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    credential_type: Mapped[CredentialType] = mapped_column(CredentialTypeColumn())
    client_id: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(600))
    account: Mapped[str] = mapped_column(String(254), index=True)
    tenant: Mapped[str] = mapped_column(String(253), default="")
    scopes: Mapped[str] = mapped_column(default="")
    sealed_refresh_token: Mapped[str] = mapped_column(default="")
    sealed_access_token: Mapped[str] = mapped_column(default="")
    access_expires_at: Mapped[datetime] = mapped_column(default=utcnow)
    obtained_at: Mapped[datetime] = mapped_column(default=utcnow)
    consented_at: Mapped[datetime] = mapped_column(default=utcnow)
    version: Mapped[int] = mapped_column(default=1)
    lease_owner: Mapped[str] = mapped_column(String(43), default="")
    lease_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_failure: Mapped[str] = mapped_column(default="")

    __table_args__ = (UniqueConstraint("credential_type", "client_id", "subject"),)
