"""Connections: permissions, checks and their results, consent links, open mail sessions."""
