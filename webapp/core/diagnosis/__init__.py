"""Says what is wrong with a connection and who can fix it: a failure in, a named problem out. Knows no network."""

from webapp.core.diagnosis.engine import diagnose

__all__ = ["diagnose"]
