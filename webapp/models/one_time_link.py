"""A link that works once: to join, to choose a new password, to consent to a connection, or to step into practice."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Enum, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Model, utcnow
from webapp.models.user import Role, User


class Purpose(StrEnum):
    """What a link lets its holder do."""

    SET_UP = "set-up"
    JOIN = "join"
    PASSWORD = "password"  # noqa: S105  (a purpose, no secret)
    PRACTICE = "practice"
    CONSENT = "consent"


class OneTimeLink(Model):
    """A link handed out once; only the hash of its token is stored."""

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[Purpose] = mapped_column(
        Enum(Purpose, native_enum=False, length=20, values_callable=lambda e: [m.value for m in e])
    )
    role: Mapped[Role | None] = mapped_column(
        Enum(Role, native_enum=False, length=20, values_callable=lambda e: [m.value for m in e])
    )
    address: Mapped[str] = mapped_column(String(254), default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    connection_id: Mapped[int | None] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship(foreign_keys=[user_id])

    @property
    def usable(self) -> bool:
        """Return whether the link still opens."""
        return self.used_at is None and self.expires_at > utcnow()
