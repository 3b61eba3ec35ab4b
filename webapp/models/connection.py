"""A named, saved way into one mailbox, with what the last check found."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Dialect, Enum, ForeignKey, Index, String, TypeDecorator
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Model, utcnow
from webapp.models.user import User


class CredentialType(str):
    """The key of a credential type, as stored, such as `credentials`; the registry of providers explains it."""

    __slots__ = ()

    @property
    def value(self) -> str:
        """Return the key as plain text."""
        return str(self)


class CredentialTypeColumn(TypeDecorator[CredentialType]):
    """Stores the key of a credential type as text."""

    impl = String(20)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Store the key."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> CredentialType | None:
        """Read the key."""
        return None if value is None else CredentialType(value)


class CheckState(StrEnum):
    """What the last check said of a connection."""

    NOT_TESTED = "not_tested"
    WORKS = "works"
    FAILS = "fails"

    @property
    def label(self) -> str:
        """Name it as the pages do."""
        return {"not_tested": "Not tested", "works": "Works", "fails": "Fails"}[self]


def enum_column(enum: type[StrEnum]) -> Any:
    """Return the column type of an enumeration: its values as text, the same on every database."""
    return Enum(enum, native_enum=False, length=20, values_callable=lambda e: [member.value for member in e])


class Connection(Model):
    """One connection; `name_key` is the name as it is compared, `version` counts the edits (optimistic lock).

    A connection by OAuth has a grant instead of a password, and none until a person has signed in for it.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(300), unique=True)
    address: Mapped[str] = mapped_column(String(254), index=True)
    credential_type: Mapped[CredentialType] = mapped_column(CredentialTypeColumn())
    host: Mapped[str] = mapped_column(String(253), default="")
    port: Mapped[int] = mapped_column(default=993)
    security: Mapped[str] = mapped_column(String(10), default="tls")
    user: Mapped[str] = mapped_column(String(254), default="")
    sealed_password: Mapped[str] = mapped_column(default="")
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("grant.id", ondelete="SET NULL"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    version: Mapped[int] = mapped_column(default=1)

    state: Mapped[CheckState] = mapped_column(enum_column(CheckState), default=CheckState.NOT_TESTED)
    state_since: Mapped[datetime | None]
    last_checked_at: Mapped[datetime | None]
    last_seconds: Mapped[float | None]
    last_verdict: Mapped[str] = mapped_column(String(300), default="")
    last_problem: Mapped[str] = mapped_column(String(50), default="")
    # While a check runs: until when it is taken for running. A second one is refused meanwhile.
    checking_until: Mapped[datetime | None]

    owner: Mapped[User | None] = relationship()

    __table_args__ = (
        Index(None, "state", "name_key"),
        Index(None, "credential_type", "name_key"),
        Index(None, "last_checked_at", "name_key"),
    )
    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012


def name_key(name: str) -> str:
    """Return a name as it is compared: without regard to case and to the number of blanks."""
    return " ".join(name.casefold().split())
