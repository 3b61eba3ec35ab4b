"""Reads what a token endpoint answers (RFC 6749 section 5) and says what each other answer means. Sends nothing."""

import html
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus

from webapp.core.net.http import HttpResponse
from webapp.core.oauth.errors import FailureKind, OAuthError

_LONGEST_TOKEN = 16 * 1024
_USUAL_LIFETIME = 3600
_LONGEST_LIFETIME = 86_400

# What RFC 6749 appendix A.12 allows in a token: nothing that could end a line of IMAP.
_TOKEN = re.compile(r"[\x20-\x7e]+")

# RFC 6749 appendix A.7 names the first two, the others are Microsoft's and Google's.
_SAID = ("error", "error_description", "suberror", "error_subtype", "error_codes")

_GRANT_IS_GONE = frozenset({"invalid_grant", "interaction_required"})
# Only with one of these `suberror`s do they speak of this grant and not of the request.
_GONE_WITH_SUBERROR = frozenset({"login_required", "consent_required"})
_SUBERRORS = frozenset(
    {
        "basic_action",
        "additional_action",
        "message_only",
        "consent_required",
        "user_password_expired",
        "bad_token",
        "token_expired",
        "protection_policy_required",
        "client_mismatch",
    }
)
_PASSING = frozenset({"temporarily_unavailable", "server_error", "slow_down", "rate_limit_exceeded"})
_TOO_OFTEN = HTTPStatus.TOO_MANY_REQUESTS


@dataclass(frozen=True, kw_only=True)
class TokenResponse:
    """What a token endpoint granted; `refresh_token` is empty where none was sent, `scopes` None where none are."""

    access_token: str = field(repr=False)
    expires_at: datetime
    refresh_token: str = field(default="", repr=False)
    scopes: frozenset[str] | None = None
    id_token: str = field(default="", repr=False)


def parse_json_response(answer: HttpResponse, *, secrets: tuple[str, ...]) -> Mapping[str, object]:
    """Read the JSON object of a successful answer; raise what any other one means."""
    said = _parse(answer.body)
    if not isinstance(said, dict):
        raise OAuthError(
            f"{_status(answer, passing=True)}: {_other(answer.body)}", kind=FailureKind.TEMPORARY, secrets=secrets
        )
    if not 200 <= answer.status < 300 or said.get("error"):
        raise _refusal(answer, said, secrets)
    return said


def parse_token_response(answer: HttpResponse, *, since: datetime, secrets: tuple[str, ...]) -> TokenResponse:
    """Read the tokens of a successful answer; `since` is a moment before the request was sent."""
    said = parse_json_response(answer, secrets=secrets)
    access_token = _token(said, "access_token")
    if not access_token:
        raise _unusable("an answer without an access token")
    kind = said.get("token_type") or "Bearer"
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise OAuthError(f"unsupported token_type {kind!r}", kind=FailureKind.REFUSED, secrets=(*secrets, access_token))
    id_token = said.get("id_token")
    return TokenResponse(
        access_token=access_token,
        expires_at=since + timedelta(seconds=_lifetime(said.get("expires_in"))),
        refresh_token=_token(said, "refresh_token"),
        scopes=_scopes(said.get("scope")),
        id_token=id_token if isinstance(id_token, str) else "",
    )


def _parse(body: bytes) -> object:
    try:
        return json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def _refusal(answer: HttpResponse, said: Mapping[str, object], secrets: tuple[str, ...]) -> OAuthError:
    error = said.get("error")
    code = error if isinstance(error, str) else ""
    kind = _kind(answer.status, code, said.get("suberror"))
    quoted = "; ".join(f"{name}={_plain(said[name])}" for name in _SAID if said.get(name))
    text = f"{_status(answer, passing=kind is FailureKind.TEMPORARY)}: {quoted or _plain(said)}"
    return OAuthError(text, kind=kind, error=code, secrets=secrets)


def _kind(status: int, error: str, suberror: object) -> FailureKind:
    if status in (HTTPStatus.REQUEST_TIMEOUT, _TOO_OFTEN) or status >= 500 or error in _PASSING:
        return FailureKind.TEMPORARY
    if error in _GRANT_IS_GONE or (error in _GONE_WITH_SUBERROR and suberror in tuple(_SUBERRORS)):
        return FailureKind.INVALID_GRANT
    return FailureKind.REFUSED


def _status(answer: HttpResponse, *, passing: bool) -> str:
    if answer.status == _TOO_OFTEN:
        return f"HTTP {answer.status} {_TOO_OFTEN.phrase}"
    return f"HTTP {answer.status}, service unavailable" if passing else f"HTTP {answer.status}"


def _other(body: bytes) -> str:
    if not body.strip():
        return "an empty answer"
    text = body.decode("utf-8", "replace")
    if "<" not in text[:1000]:
        return "an answer that is not a JSON object"
    # A title says most in the fewest words. Taken whole: cut off here, half a secret might slip through the mask.
    title = re.search(r"<title[^<>]{0,200}>([^<]+)", text, re.IGNORECASE)
    return f"a page instead of JSON: {html.unescape(title[1])}" if title else "a page instead of JSON"


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _token(said: Mapping[str, object], name: str) -> str:
    value = said.get(name)
    if value is None or value == "":
        return ""
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise _unusable(f"{name} with characters that no token may have")
    if len(value) > _LONGEST_TOKEN:
        raise _unusable(f"{name} longer than {_LONGEST_TOKEN} characters")
    return value


def _unusable(what: str) -> OAuthError:
    return OAuthError(f"service unavailable: {what}", kind=FailureKind.TEMPORARY)


def _lifetime(value: object) -> float:
    """Read `expires_in`, which some providers send as a text."""
    try:
        seconds = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        seconds = math.nan
    if math.isnan(seconds):
        return _USUAL_LIFETIME
    return min(max(seconds, 0), _LONGEST_LIFETIME)


def _scopes(value: object) -> frozenset[str] | None:
    words = value.split() if isinstance(value, str) else value if isinstance(value, list) else ()
    return frozenset(word for word in words if isinstance(word, str)) or None
