"""Makes a text fit to be shown and stored: secrets become dots, control characters disappear.

Knows nothing of diagnoses; whoever quotes a server or a library passes the text through `mask` first.
"""

import base64
import binascii
import html
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

MASK = "•••"

# Shorter secrets are hidden only where they stand alone: a password "a" must not turn every word into dots.
_SHORT = 4

_TERMINAL_COLOUR = re.compile(r"\x1b\[[0-9;]{0,16}[A-Za-z]")
# Controls but for line feed and tab, marks that change the reading direction, halves of surrogate pairs.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{6,}={0,2}")
# SASL PLAIN (RFC 4616) is "authzid NUL authcid NUL password", XOAUTH2 and OAUTHBEARER (RFC 7628) carry "auth=Bearer".
_CREDENTIALS = re.compile(rb"\A[^\x00]{0,255}\x00[^\x00]{1,255}\x00.|auth=bearer ", re.IGNORECASE | re.DOTALL)
_STRING = r'(?:"(?:[^"\\\n]|\\.)*"|[^\s"]\S*)'

# What stays is group 1; what follows it is hidden. Each repetition is bounded or ends where it cannot go on.
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?i)(\bbearer\s{1,4})[A-Za-z0-9._~+/=-]{8,}",
        r"()\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?",
        # Google's access and refresh tokens, client secrets and codes; Microsoft's refresh tokens and codes.
        r"()\bya29\.[\w.-]+",
        r"()\b1//0[\w-]{10,}",
        r"()\bGOCSPX-[\w-]+",
        r"()\b4/0A[\w-]{10,}",
        r"()\b[01]\.A[\w-]{20,}(?:\.[\w.-]*)?",
        r"()\bM\.[CR]\d{1,4}_[\w.!*$-]{10,}",
        rf"(?i)((?<![\w.])(?:[a-z]{{0,16}}\d{{1,10}}|[a-z.]) LOGIN {_STRING} )(?!failed|invalid|credential)[^\n]+",
        r'(?i)(\bLOGIN "(?:[^"\\\n]|\\.)*" )"(?:[^"\\\n]|\\.)*"',
        r"(\bAUTHENTICATE [A-Z][A-Z0-9-]{1,20} )(?=[a-z]{0,80}[A-Z0-9+/=])[A-Za-z0-9+/=]{8,}",
        (
            r"(?i)((?:access_token|refresh_token|id_token|client_secret|client_assertion|code_verifier|device_code)"
            r"[\\\"']{0,2}\s{0,2}(?:=>|[=:])\s{0,2}u?[\\\"']{0,2})[^\s\"'\\&,;<>})]+"
        ),
        r"(?i)(\b(?:password|passwd|pass|pwd)[\\\"']{0,2}=[\\\"']{0,2})[^\s\"'\\&,;<>})]+",
        r"(?i)([\"'](?:password|passwd|pass|pwd)\\?[\"']\s{0,2}(?::|=>)\s{0,2}u?\\?[\"'])[^\"'\n]+",
        r"(?i)([?&]code=)[^\s\"'&<>]+",
        r"(\bcode=)(?![A-Z_]+\b)[\w%./~!*$-]{20,}",
        # Gmail's WEBALERT address signs its reader in.
        r"(?i)(\[WEBALERT )[^\]\s]+",
    )
)


def mask(text: str, *known_secrets: str) -> str:
    """Hide the known secrets and whatever else looks like one, and drop control characters."""
    text = _without_controls(text)
    for spelling in sorted({s for secret in known_secrets for s in _spellings(secret)}, key=len, reverse=True):
        text = _hide(spelling, text)
    cores = tuple(core for secret in known_secrets for core in _base64_cores(secret))
    text = _BASE64.sub(lambda found: MASK if _carries(found[0], cores) else found[0], text)
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\1{MASK}", text)
    return text


def _without_controls(text: str) -> str:
    return _UNWANTED.sub("", _TERMINAL_COLOUR.sub("", text.replace("\r\n", "\n")))


def _spellings(secret: str) -> Iterator[str]:
    """List how a secret may stand in a text: as it is, and as IMAP, JSON, Python, URL and HTML quote it."""
    if not secret.strip():
        return
    raw = secret.encode("utf-8", "surrogatepass")
    plain = (
        secret,
        secret.replace("\\", "\\\\").replace('"', '\\"'),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
        repr(raw)[2:-1],
        raw.decode("latin-1"),
        quote(raw, safe=""),
        quote_plus(raw),
        html.escape(secret),
    )
    yield from filter(None, map(_without_controls, plain))


def _base64_cores(secret: str) -> Iterator[str]:
    """Give the characters that a secret leaves in any base64 it is part of, for its three possible alignments."""
    raw = secret.encode("utf-8", "surrogatepass")
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw).decode()
        core = encoded[(0, 2, 3)[shift] : (shift + len(raw)) * 8 // 6]
        if len(core) >= _SHORT:
            yield from (core, core.replace("+", "-").replace("/", "_"))


def _hide(spelling: str, text: str) -> str:
    if len(spelling) >= _SHORT:
        return text.replace(spelling, MASK)
    return re.sub(rf"(?<!\w){re.escape(spelling)}(?!\w)", MASK, text)


def _carries(encoded: str, cores: tuple[str, ...]) -> bool:
    """Say whether a base64 run holds a known secret or credentials."""
    if any(core in encoded for core in cores):
        return True
    plain = encoded.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return bool(_CREDENTIALS.search(base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)))
    except binascii.Error:
        return False
