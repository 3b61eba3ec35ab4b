"""OAuth providers: registration, authorization requests, grants and fresh access tokens. Knows no page."""
