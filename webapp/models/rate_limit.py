"""A counter of attempts within a window."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Model


class RateLimit(Model):
    """How often something was tried until `expires` (Unix time)."""

    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    count: Mapped[int]
    expires: Mapped[float] = mapped_column(index=True)
