"""Verifies an ID token: signature, issuer, audience, nonce, times, access token (OIDC Core section 3.1.3.7).

Each refusal names what did not fit. Imported only when a person signs in: joserfc costs the portal's start.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from joserfc import jws
from joserfc.errors import JoseError

from webapp.core.diagnosis.symptom import Symptom
from webapp.core.net.http import HttpResponse
from webapp.core.oauth.endpoints import TENANT_MARK, is_guid
from webapp.core.oauth.errors import FailureKind, OAuthError
from webapp.core.oauth.jwks import JWKS_CACHE, Key, NamedKey, parse_jwks
from webapp.core.oauth.provider_rules import STANDARD_RULES, ProviderRules
from webapp.core.oauth.token_response import parse_json_response

Claims = Mapping[str, object]

# Never "none", and never an HMAC, whose key would be the public key. All of these hash with SHA-256.
_ALGORITHMS = frozenset({"RS256", "PS256", "ES256"})

_LEEWAY = 120
# An ID token comes straight from its maker, so its age shows how far the clocks are apart. Microsoft dates its tokens
# five minutes back.
_OLDEST = 300 + _LEEWAY


@dataclass(frozen=True, kw_only=True)
class ExpectedClaims:
    """What an ID token must say, and what must not be quoted."""

    issuer: str
    client_id: str
    nonce: str = field(repr=False)
    access_token: str = field(repr=False)
    rules: ProviderRules = STANDARD_RULES
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def verification_error(self, text: str, symptom: Symptom) -> OAuthError:
        """Return that a token does not fit."""
        return OAuthError(text, kind=FailureKind.REFUSED, symptom=symptom, secrets=self.secrets)


def verify(id_token: str, expected: ExpectedClaims, *, jwks_uri: str, fetch: Callable[[str], HttpResponse]) -> Claims:
    """Return the claims of an ID token that passed every check."""
    header = _part(id_token, 0, expected)
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in _ALGORITHMS:
        raise expected.verification_error(
            f"Invalid JWT signature: alg {algorithm!r} is not accepted", Symptom.SIGNATURE_WRONG
        )
    if not isinstance(kid, str | None):
        raise expected.verification_error("the id_token's kid is not a text", Symptom.ID_TOKEN_UNUSABLE)

    def ask() -> tuple[NamedKey, ...]:
        return parse_jwks(parse_json_response(fetch(jwks_uri), secrets=expected.secrets))

    keys = JWKS_CACHE.find(jwks_uri, kid, ask)
    if not keys:
        raise expected.verification_error(
            f"Invalid JWT signature: no key {kid!r} for {algorithm} among those of the provider",
            Symptom.SIGNATURE_WRONG,
        )
    if not any(_is_signed(id_token, key, algorithm) for key in keys):
        raise expected.verification_error(
            "Invalid JWT signature: it does not fit the provider's key", Symptom.SIGNATURE_WRONG
        )
    claims = _part(id_token, 1, expected)
    for check in (_check_issuer, _check_audience, _check_nonce, _check_times, _check_access_token):
        check(claims, expected)
    return claims


def _part(id_token: str, index: int, expected: ExpectedClaims) -> Claims:
    parts = id_token.split(".")
    try:
        text = parts[index].encode("ascii") if len(parts) == 3 else b""
        found = json.loads(base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        what = "an id_token that is not a signed JWT" if id_token else "no id_token in the answer"
        raise expected.verification_error(what, Symptom.ID_TOKEN_UNUSABLE)
    return found


def _is_signed(id_token: str, key: Key, algorithm: str) -> bool:
    try:
        jws.deserialize_compact(id_token, key, algorithms=[algorithm])
    except (JoseError, ValueError, TypeError, KeyError):
        return False
    return True


def _check_issuer(claims: Claims, expected: ExpectedClaims) -> None:
    issuer, tenant = claims.get("iss"), claims.get("tid")
    aliases = frozenset(expected.rules.issuer_aliases)
    accepted = aliases if expected.issuer in aliases else frozenset({expected.issuer})
    if TENANT_MARK in expected.issuer:
        known = isinstance(tenant, str) and is_guid(tenant)
        accepted = frozenset({expected.issuer.replace(TENANT_MARK, str(tenant))} if known else ())
    if isinstance(issuer, str) and issuer in accepted:
        return
    text = f"the id_token is from {issuer!r} (tid {tenant!r}), the portal expects {expected.issuer}"
    if expected.rules.tenant_claim:
        raise expected.verification_error(f"Invalid tenant: {text}", Symptom.TENANT_DIFFERS)
    raise expected.verification_error(f"No valid verifier for this issuer: {text}", Symptom.ISSUER_DIFFERS)


def _check_audience(claims: Claims, expected: ExpectedClaims) -> None:
    audience, authorized = claims.get("aud"), claims.get("azp")
    several = audience if isinstance(audience, list) else [audience]
    if expected.client_id in several and (len(several) == 1 or authorized == expected.client_id):
        return
    raise expected.verification_error(
        f"No valid verifier for this audience: the id_token is for {audience!r} (azp {authorized!r}), "
        f"the portal's client ID is {expected.client_id}",
        Symptom.AUDIENCE_DIFFERS,
    )


def _check_nonce(claims: Claims, expected: ExpectedClaims) -> None:
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not _constant_time_equal(nonce, expected.nonce):
        what = "another nonce" if nonce else "no nonce"
        raise expected.verification_error(
            f"Invalid state of the sign-in: the id_token has {what}", Symptom.NONCE_DIFFERS
        )


def _check_times(claims: Claims, expected: ExpectedClaims) -> None:
    now = time.time()
    issued, expires = (_numeric_date(claims, name, expected) for name in ("iat", "exp"))
    begins = _numeric_date(claims, "nbf", expected) if "nbf" in claims else issued
    behind = max(issued, begins) - now
    ahead = now - issued
    if behind > _LEEWAY:
        raise expected.verification_error(_clocks("ahead of", behind), Symptom.CLOCK_DIFFERS)
    if ahead > _OLDEST or now - expires > _LEEWAY:
        raise expected.verification_error(_clocks("behind", max(ahead, now - expires)), Symptom.CLOCK_DIFFERS)


def _clocks(where: str, seconds: float) -> str:
    return f"The clocks are not synchronized: by the id_token the provider's time is {_span(seconds)} {where} ours"


def _span(seconds: float) -> str:
    return f"about {seconds / 60:.0f} minutes" if seconds < 7200 else f"about {seconds / 3600:.0f} hours"


def _numeric_date(claims: Claims, name: str, expected: ExpectedClaims) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e11:
        raise expected.verification_error(f"the id_token's {name} is not a time", Symptom.ID_TOKEN_UNUSABLE)
    return value


def _check_access_token(claims: Claims, expected: ExpectedClaims) -> None:
    """Compare the left half of the access token's hash (OIDC Core section 3.1.3.6)."""
    if "at_hash" not in claims:
        return
    digest = hashlib.sha256(expected.access_token.encode()).digest()
    wanted = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    if not _constant_time_equal(str(claims["at_hash"]), wanted):
        raise expected.verification_error(
            "Invalid state of the sign-in: at_hash in the id_token is of another access token",
            Symptom.ACCESS_TOKEN_DIFFERS,
        )


def _constant_time_equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))
