"""A value the portal keeps about itself."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Model


class PortalSetting(Model):
    """One named value."""

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    value: Mapped[str]
