"""A bearer token of the JSON API, and the connections it is limited to."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Model, utcnow
from webapp.models.connection import Connection
from webapp.models.user import User


class Scope(StrEnum):
    """What a token lets a program do."""

    READ = "read"
    WRITE = "write"
    ACCESS_TOKEN = "access-token"  # noqa: S105  (a scope, no secret)
    MANAGE = "manage"

    @property
    def meaning(self) -> str:
        """Return it in words."""
        return {
            "read": "see connections, test them and read their mail",
            "write": "mark, copy, move and delete messages",
            "access-token": "get fresh access tokens, which open the whole mailbox",
            "manage": "make and delete connections",
        }[self]


api_token_connection = Table(
    "api_token_connection",
    Model.metadata,
    Column("token_id", ForeignKey("api_token.id", ondelete="CASCADE"), primary_key=True),
    Column("connection_id", ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class ApiToken(Model):
    """One token; it acts as its person, within its scopes, and only its hash is stored.

    `beginning` are its first characters, by which its person knows it again. Where it is `limited` it opens the named
    connections and no other, none at all once they are deleted.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    beginning: Mapped[str] = mapped_column(String(12))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    scopes: Mapped[str] = mapped_column(String(100))
    limited: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)
    connections: Mapped[list[Connection]] = relationship(secondary=api_token_connection, order_by="Connection.name_key")

    @property
    def has_expired(self) -> bool:
        """Return whether its time is over."""
        return self.expires_at is not None and self.expires_at <= utcnow()

    def allows(self, scope: Scope) -> bool:
        """Return whether a scope is among its own."""
        return scope.value in self.scopes.split()
