"""Makes a text fit to be shown and stored: secrets become dots, control characters disappear.

Knows nothing of diagnoses; the person who quotes a server or a library passes the text through `mask` first.
"""

import base64
import binascii
import html
import json
import re
import string
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
# As long and as mixed as this only random values are; but for the line by which Google says why it refused a token.
_RANDOM_FROM = 40
_DIGITS = 2
_STATUS = "eyJzdGF0dXMi"
_STRING = r'(?:"(?:[^"\\\n]|\\.)*"|[^\s"]\S*)'

# How far a part is read beyond its ends, and what a token consists of.
_MARGIN = 1_000
_OF_TOKENS = string.ascii_letters + string.digits + "._~+/=!*$%-"

# What stays is group 1; what follows it is hidden. Each repetition is bounded or ends where it cannot go on. Before
# each the letters without which it fits nowhere: looking for them is far quicker than trying the pattern.
_PATTERNS = tuple(
    (letters.split(), re.compile(pattern))
    for letters, pattern in (
        ("bearer", r"(?i)(\bbearer\s{1,4})[A-Za-z0-9._~+/=-]{8,}"),
        ("basic", r"(?i)(\bauthorization[\"']?\s{0,2}[:=]\s{0,2}[\"']?basic\s{1,4})[A-Za-z0-9+/=]{4,}"),
        ("cookie:", r"(?i)(\bcookie:\s{0,2})[^\n]+"),
        ("://", r"(://[^\s/:@\"']{1,100}:)[^\s/@\"']{1,200}(?=@)"),
        # A token (JWT), Google's access and refresh tokens, client secrets and codes; Microsoft's refresh tokens, codes
        # and client secrets.
        (
            "eyj ya29. 1//0 gocspx- 4/0a 0.a 1.a m.c m.r q~",
            r"()\b(?:eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?|ya29\.[\w.-]+|1//0[\w-]{10,}|GOCSPX-[\w-]+|4/0A[\w-]{10,}"
            r"|[01]\.A[\w-]{20,}(?:\.[\w.-]*)?|M\.[CR]\d{1,4}_[\w.!*$-]{10,}|\w{3}\dQ~[\w.~-]{20,})",
        ),
        # What a client sends ends where a server's answer begins.
        (
            "login",
            rf"(?i)((?<![\w.])(?:[a-z]{{0,16}}\d{{1,10}}|[a-z.]) LOGIN {_STRING} )(?!failed|invalid|credential)"
            r"(?:(?! (?:S: |<[-=] |(?:\*|\w{1,12}) (?:OK|NO|BAD|BYE) ))[^\n])+",
        ),
        ("login", r'(?i)(\bLOGIN "(?:[^"\\\n]|\\.)*" )"(?:[^"\\\n]|\\.)*"'),
        ("authenticate", r"(\bAUTHENTICATE [A-Z][A-Z0-9-]{1,20} )(?=[a-z]{0,80}[A-Z0-9+/=])[A-Za-z0-9+/=]{8,}"),
        (
            "_token client_ code_verifier device_code",
            r"(?i)((?:access_token|refresh_token|id_token|client_secret|client_assertion|code_verifier|device_code)"
            r"[\\\"']{0,2}\s{0,2}(?:=>|[=:])\s{0,2}u?[\\\"']{0,2})[^\s\"'\\&,;<>})]+",
        ),
        ("pass pwd", r"(?i)(\b(?:password|passwd|pass|pwd)[\\\"']{0,2}=[\\\"']{0,2})[^\s\"'\\&,;<>})]+"),
        ("pass pwd", r"(?i)([\"'](?:password|passwd|pass|pwd)\\?[\"']\s{0,2}(?::|=>)\s{0,2}u?\\?[\"'])[^\"'\n]+"),
        # A line of a configuration; words that a server would say of a password stay.
        (
            "pass secret",
            r"(?im)(^[ \t]{0,20}[\w.-]{0,40}(?:password|passwd|pass|secret)[ \t]{0,4}[:=][ \t]{0,4})"
            r"(?!(?:incorrect|invalid|wrong|required|expired|rejected|not|too|must|is|has|was|authentication)\b)[^\s\u2022][^\n]*",
        ),
        ("code=", r"(?i)([?&]code=)[^\s\"'&<>]+"),
        ("code=", r"(\bcode=)(?![A-Z_]+\b)[\w%./~!*$-]{20,}"),
        # Gmail's WEBALERT address signs its reader in.
        ("[webalert ", r"(?i)(\[WEBALERT )[^\]\s]+"),
    )
)


def redact(text: str, *known_secrets: str) -> str:
    """Hide the known secrets and whatever else looks like one, and drop control characters."""
    text = _without_controls(text)
    for spelling in sorted({s for secret in known_secrets for s in _spellings(secret)}, key=len, reverse=True):
        text = _hide(spelling, text)
    cores = tuple(core for secret in known_secrets for core in _base64_cores(secret))
    lowered = text.casefold()
    for letters, pattern in _PATTERNS:
        if any(each in lowered for each in letters):
            text = pattern.sub(rf"\1{MASK}", text)
    return _BASE64.sub(lambda found: MASK if _carries(found[0], cores) or _is_random(found[0]) else found[0], text)


def redact_span(text: str, start: int, end: int) -> str:
    """Mask a part of a text as if the whole were masked: what begins before the part is hidden in it, too."""
    before, after = max(0, start - _MARGIN), min(len(text), end + _MARGIN)
    hidden = redact(text[before:after])
    part = hidden[len(redact(text[before:start])) : len(hidden) - len(redact(text[end:after]))]
    # A token that is longer than the margin is not known for one by its middle.
    part = part.lstrip(_OF_TOKENS) if start else part
    return part.rstrip(_OF_TOKENS) if end < len(text) else part


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
    """Yield the characters that a secret leaves in any base64 it is part of, for its three possible alignments."""
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
    """Return whether a base64 run holds a known secret or credentials."""
    if any(core in encoded for core in cores):
        return True
    if encoded.islower():  # a zero byte or a capital would show as a capital
        return False
    plain = encoded.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return bool(_CREDENTIALS.search(base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)))
    except binascii.Error:
        return False


def _is_random(run: str) -> bool:
    """Return whether a run of letters and digits can only be a token: long, and mixed as no name of anything is."""
    if len(run) < _RANDOM_FROM or run.startswith(_STATUS):
        return False
    part = max(run.split("/"), key=len)
    if len(part) < _RANDOM_FROM:
        return False
    return any(map(str.isupper, part)) and any(map(str.islower, part)) and sum(map(str.isdigit, part)) > _DIGITS
