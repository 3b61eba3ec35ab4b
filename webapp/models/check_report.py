"""A stored report of a check."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Model


class CheckReport(Model):
    """One check of a saved connection; `body` is the whole report as JSON."""

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    started_at: Mapped[datetime]
    seconds: Mapped[float]
    passed: Mapped[bool]
    verdict: Mapped[str] = mapped_column(String(300))
    problem: Mapped[str] = mapped_column(String(50), default="")
    body: Mapped[str]

    __table_args__ = (Index(None, "connection_id", "started_at"),)
