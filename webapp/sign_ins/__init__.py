"""Signing in at a provider: the redirects there and back, and the panel that tells how it stands."""
