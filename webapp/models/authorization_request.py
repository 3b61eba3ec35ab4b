"""One trip to a provider, from the button to the callback."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Model, utcnow
from webapp.models.connection import Connection, CredentialType, CredentialTypeColumn
from webapp.models.oauth_grant import Grant


class AuthorizationRequest(Model):
    """One attempt, bound to the browser session that began it; its state is good for one callback.

    `key` names it on the pages of that session. `sealed_secrets` holds the nonce and the PKCE verifier, `sealed_form`
    what was typed, so that the half-filled form can come back. `account` is who signed in, `failure` (JSON) what went
    wrong instead; `settled` says that signed-in account and mailbox are one, or that a person decided so.
    """

    __tablename__ = "sign_in_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(43), unique=True)
    state_hash: Mapped[str] = mapped_column(String(64), unique=True)
    credential_type: Mapped[CredentialType] = mapped_column(CredentialTypeColumn())
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("user_session.id", ondelete="SET NULL"), index=True)
    connection_id: Mapped[int | None] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"), index=True)
    for_form: Mapped[bool] = mapped_column(default=True)
    popup: Mapped[bool] = mapped_column(default=False)
    address: Mapped[str] = mapped_column(String(254), default="")
    sealed_secrets: Mapped[str] = mapped_column(default="")
    sealed_form: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)
    expires_at: Mapped[datetime]
    called_back_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("grant.id", ondelete="SET NULL"), index=True)
    account: Mapped[str] = mapped_column(String(254), default="")
    settled: Mapped[bool] = mapped_column(default=False)
    failure: Mapped[str] = mapped_column(default="")

    grant: Mapped[Grant | None] = relationship()
    connection: Mapped[Connection | None] = relationship()
