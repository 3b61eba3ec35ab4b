"""Where a provider signs people in, issues tokens and publishes its keys; nothing is discovered at run time."""

import re
from dataclasses import dataclass

# In an issuer it stands for the tenant that the ID token names.
TENANT_MARK = "{tenantid}"

_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Endpoints:
    """The addresses of one provider, and the issuer in its ID tokens; `revocation` is empty where it has none."""

    authorization: str
    token: str
    jwks_uri: str
    issuer: str
    revocation: str = ""


def is_guid(text: str) -> bool:
    """Return whether a text is a GUID, as tenant IDs and the IDs of client secrets are."""
    return bool(_GUID.fullmatch(text))
