"""Says what is wrong with a connection, who can mend it and where: texts and facts in, a named problem out. Knows no network."""

from webapp.diagnosis.engine import diagnose

__all__ = ["diagnose"]
