"""A person who may sign in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Enum, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Model, utcnow


class Role(StrEnum):
    """What a person may do: members use every connection and change their own, administrators change everything."""

    ADMINISTRATOR = "administrator"
    MEMBER = "member"


class User(Model):
    """A person who may sign in; `address` is lower case."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    address: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(
        Enum(Role, native_enum=False, length=20, values_callable=lambda e: [m.value for m in e])
    )
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    @property
    def is_administrator(self) -> bool:
        """Return whether the person may change everything."""
        return self.role is Role.ADMINISTRATOR
