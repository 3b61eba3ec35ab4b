"""A client of the practice provider: the portal, or the mail server that only asks about tokens."""

import secrets
from dataclasses import dataclass, field

from authlib.oauth2.rfc6749 import ClientMixin

SECRET_METHODS = ["client_secret_post", "client_secret_basic"]
MAIL_SERVER_ID = "practice-mail-server"
MAIL_SERVER_SECRET = "practice-mail-server-secret"
"""With these a mail server may ask the introspection endpoint about anybody's tokens."""


@dataclass(kw_only=True)
class RegisteredClient(ClientMixin):  # type: ignore[misc]
    """One registration, always with a secret; without redirect URIs it cannot ask for anybody's consent."""

    client_id: str
    secret: str = field(repr=False)
    redirect_uris: set[str] = field(default_factory=set)

    def get_client_id(self) -> str:
        """Return the client ID."""
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """Have none: every request names it."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Allow what the provider has; nothing is no scope (RFC 6749 section 3.3)."""
        return scope or None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Compare character by character (RFC 9700 section 2.1)."""
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        """Compare the secret."""
        return secrets.compare_digest(self.secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Take the secret in the form or in the header."""
        return method in SECRET_METHODS

    def check_response_type(self, response_type: str) -> bool:
        """Allow codes only."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Allow codes and their refreshing to the person who can ask for consent."""
        return bool(self.redirect_uris) and grant_type in ("authorization_code", "refresh_token")
