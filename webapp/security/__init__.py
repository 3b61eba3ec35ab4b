"""Secrets, passwords, headers and limits: what keeps people and the portal safe. Knows no page."""
