"""How a Dovecot finds out about access tokens: it asks the person who issued them."""

from dataclasses import dataclass, field
from urllib.parse import quote


@dataclass(frozen=True, kw_only=True)
class TokenCheck:
    """Whom Dovecot asks about an access token (RFC 7662), how it proves itself there, and what an answer must say."""

    introspection: str
    client_id: str
    client_secret: str = field(repr=False)
    username_attribute: str = "username"
    scope: str

    def configuration(self) -> str:
        """Return the file of Dovecot's passdb `oauth2`."""
        scheme, _, rest = self.introspection.partition("://")
        settings = {
            "introspection_url": f"{scheme}://{quote(self.client_id)}:{quote(self.client_secret)}@{rest}",
            "introspection_mode": "post",
            "username_attribute": self.username_attribute,
            "active_attribute": "active",
            "active_value": "true",
            "scope": self.scope,
        }
        return "".join(f"{name} = {value}\n" for name, value in settings.items())
