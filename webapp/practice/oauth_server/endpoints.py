"""Where the endpoints of a practice provider are, and what its client calls itself."""

from dataclasses import dataclass

from webapp.core.oauth.endpoints import Endpoints
from webapp.practice.oauth_server.provider_profile import ProviderProfile

ANY_TENANT = "organizations"


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """The endpoints a client of the provider uses, and two that others may ask."""

    endpoints: Endpoints
    introspection: str
    discovery: str

    @classmethod
    def of(cls, house: ProviderProfile, base_url: str) -> "Addresses":
        """Return the addresses of a provider; Microsoft's are those for any tenant."""
        tenant = ANY_TENANT if house.prefix else ""
        place = f"{base_url}/{tenant}" if tenant else base_url
        return cls(
            endpoints=Endpoints(
                authorization=place + house.authorize_path,
                token=place + house.token_path,
                jwks_uri=place + house.jwks_path,
                issuer=house.issuer(base_url, tenant),
                revocation=base_url + house.revoke_path if house.revoke_path else "",
            ),
            introspection=base_url + house.introspect_path,
            discovery=place + house.discovery_path,
        )
