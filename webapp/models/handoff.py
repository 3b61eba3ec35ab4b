"""A problem handed to a person who can fix it and has no account here."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Model, utcnow
from webapp.models.connection import Connection, CredentialType, CredentialTypeColumn
from webapp.models.user import User


class Handoff(Model):
    """A link that shows what is asked and how it stands; the person who has it needs no account.

    It is asked about a saved connection or, where a sign-in failed before there was one, about the `mailbox` alone
    (which is another one than that of the `address` where it is a shared one).
    `failure` (JSON) and `technical` are what was seen at `asked_at`; what a later test finds goes before them. The
    token is found by its hash, and sealed so that the person who asked can copy the link again.
    """

    __tablename__ = "hand_off"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    sealed_token: Mapped[str] = mapped_column(default="")
    connection_id: Mapped[int | None] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"), index=True)
    credential_type: Mapped[CredentialType] = mapped_column(CredentialTypeColumn())
    address: Mapped[str] = mapped_column(String(254))
    mailbox: Mapped[str] = mapped_column(String(254))
    account: Mapped[str] = mapped_column(String(254), default="")
    problem: Mapped[str] = mapped_column(String(50))
    failure: Mapped[str]
    technical: Mapped[str] = mapped_column(default="")
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    asked_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    opened_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    asked_by: Mapped[User | None] = relationship()
    connection: Mapped[Connection | None] = relationship()

    @property
    def asker(self) -> str:
        """Return who asks."""
        return self.asked_by.name if self.asked_by else "Somebody who has left"

    @property
    def is_open(self) -> bool:
        """Return whether the link still opens: in its time, and no other mailbox than the one it was made for."""
        in_time = self.withdrawn_at is None and self.expires_at > utcnow()
        return in_time and (self.connection is None or self.connection.address == self.address)
