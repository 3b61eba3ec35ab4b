"""The two endpoints about tokens: introspection for mail servers, and Google's revocation."""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Request
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from webapp.practice.oauth_server.client import SECRET_METHODS, RegisteredClient
from webapp.practice.oauth_server.token_store import StoredToken


class Introspection(IntrospectionEndpoint):  # type: ignore[misc]
    """What a mail server asks about a token (RFC 7662); a client may ask about its own."""

    CLIENT_AUTH_METHODS = SECRET_METHODS

    def query_token(self, token_string: str, token_type_hint: str | None) -> StoredToken | None:
        """Find the token."""
        token: StoredToken | None = self.server.store.token(token_string)
        return token

    def check_permission(self, token: StoredToken, client: RegisteredClient, request: OAuth2Request) -> bool:
        """Let the mail server ask about all tokens, others about theirs."""
        return client is self.server.mail_server or token.check_client(client)

    def introspect_token(self, token: StoredToken) -> dict[str, Any]:
        """Describe an active token; Dovecot wants the mailbox in `username` or `email`."""
        person = token.grant.person
        return {
            "active": True,
            "client_id": token.grant.client_id,
            "username": person.address,
            "email": person.address,
            "scope": token.scope,
            "token_type": "refresh_token" if token.refreshes else "Bearer",
            "iat": int(token.issued_at),
            **({} if token.refreshes else {"exp": int(token.expires_at)}),
            "sub": self.server.claims(person)["sub"],
            "iss": self.server.claims(person)["iss"],
        }


class Revocation(RevocationEndpoint):  # type: ignore[misc]
    """Google's revocation (RFC 7009): it asks for no client, and ends all that the person has granted."""

    def authenticate_endpoint_client(self, request: OAuth2Request) -> None:
        """Ask for none."""

    def authenticate_token(self, request: OAuth2Request, client: None) -> StoredToken:
        """Find the token; Google calls one it does not know an error."""
        token: StoredToken | None = self.server.store.token(request.form.get("token", ""))
        if token is None or token.is_revoked():
            raise InvalidRequestError("Token expired or revoked.", error="invalid_token") from None
        return token

    def revoke_token(self, token: StoredToken, request: OAuth2Request) -> None:
        """End the person's grants."""
        self.server.store.revoke(token.grant.person)
