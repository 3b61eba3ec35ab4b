"""The endpoints of Google and of each kind of Microsoft tenant."""

import pytest

from webapp.core.oauth.endpoints import is_guid
from webapp.services.providers.gmail import GOOGLE
from webapp.services.providers.outlook.spec import CONSUMERS_TENANT, microsoft

TENANT = "5f2c1d7e-0a41-4b5c-9d55-3f0d2c1b7a90"


@pytest.mark.parametrize(
    ("tenant", "segment", "in_issuer"),
    [
        ("organizations", "organizations", "{tenantid}"),
        ("common", "common", "{tenantid}"),
        ("contoso.example", "contoso.example", "{tenantid}"),
        ("consumers", "consumers", CONSUMERS_TENANT),
        (TENANT.upper(), TENANT.upper(), TENANT),
        ("../evil?x", "..%2Fevil%3Fx", "{tenantid}"),
    ],
)
def test_a_tenant_decides_endpoints_and_issuer(tenant: str, segment: str, in_issuer: str) -> None:
    endpoints = microsoft(tenant)

    base = f"https://login.microsoftonline.com/{segment}"
    assert endpoints.authorization == f"{base}/oauth2/v2.0/authorize"
    assert endpoints.token == f"{base}/oauth2/v2.0/token"
    assert endpoints.jwks_uri == f"{base}/discovery/v2.0/keys"
    assert endpoints.issuer == f"https://login.microsoftonline.com/{in_issuer}/v2.0"
    assert endpoints.revocation == ""


def test_google_can_revoke() -> None:
    assert GOOGLE.revocation == "https://oauth2.googleapis.com/revoke"


@pytest.mark.parametrize("text", ["", "organizations", TENANT + "\n", TENANT[:-1], "{" + TENANT + "}"])
def test_what_is_no_guid_is_none(text: str) -> None:
    assert not is_guid(text)
