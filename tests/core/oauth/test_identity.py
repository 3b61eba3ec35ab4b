"""Which account signed in, from the claims of either provider."""

import pytest

from webapp.core.oauth.identity import Identity, parse_identity
from webapp.services.providers.outlook.spec import SPEC as OUTLOOK_SPEC

TENANT = "5f2c1d7e-0a41-4b5c-9d55-3f0d2c1b7a90"


def test_google_names_account_address_and_domain() -> None:
    claims = {
        "sub": "11", "email": "ann@example.com", "email_verified": True, "hd": "example.com", "name": "Ann", "tid": "x",
    }  # fmt: skip

    assert parse_identity(claims) == Identity(
        subject="11", address="ann@example.com", name="Ann", hosted_domain="example.com"
    )


@pytest.mark.parametrize(
    ("verified", "address"),
    [(True, "ann@example.com"), ("true", "ann@example.com"), (False, ""), ("false", ""), (None, ""), ("TRUE ", "")],
)
def test_only_a_verified_address_counts(verified: object, address: str) -> None:
    claims = {"sub": "11", "email": "ann@example.com", "email_verified": verified}

    assert parse_identity(claims).address == address


def test_microsoft_names_the_account_by_tenant_and_object() -> None:
    claims = {
        "sub": "pairwise",
        "tid": TENANT,
        "oid": "0-1",
        "preferred_username": "ann@contoso.example",
        "name": "Ann",
    }

    assert parse_identity(claims, OUTLOOK_SPEC.rules) == Identity(
        subject=f"{TENANT}:0-1", address="ann@contoso.example", name="Ann", tenant=TENANT
    )


@pytest.mark.parametrize(
    ("claims", "address"),
    [
        ({"preferred_username": "a@x.example", "email": "b@x.example", "upn": "c@x.example"}, "a@x.example"),
        ({"preferred_username": "+49 30 1234", "email": "b@x.example"}, "b@x.example"),
        ({"upn": "c@x.example"}, "c@x.example"),
        ({"preferred_username": "ann"}, ""),
        ({"preferred_username": ["a@x.example"], "email": "a\r\n@x.example", "upn": "@" * 300}, ""),
        ({}, ""),
    ],
)
def test_microsoft_names_the_address_in_one_of_three_claims(claims: dict[str, object], address: str) -> None:
    assert parse_identity({"sub": "1", **claims}, OUTLOOK_SPEC.rules).address == address


def test_without_an_object_the_subject_remains() -> None:
    assert parse_identity({"sub": "pairwise", "tid": TENANT}, OUTLOOK_SPEC.rules).subject == "pairwise"
