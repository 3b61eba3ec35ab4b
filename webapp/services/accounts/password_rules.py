"""The rules for passwords of people (NIST SP 800-63B, RFC 8265)."""

import unicodedata
from collections.abc import Sequence

from webapp.security.password_hashing import LONGEST, SHORTEST


def normal_password(value: str | None) -> str | None:
    """Compose the characters of a password (NFC), so that every keyboard types the same one (RFC 8265, section 4.2)."""
    return unicodedata.normalize("NFC", value) if value is not None else None


def password_fault(password: str, own_words: Sequence[str]) -> str:
    """Return what is wrong with a new password; nothing where it will do."""
    if len(password) < SHORTEST:
        return f"{SHORTEST} characters at least; this has {len(password)}."
    if len(password) > LONGEST:
        return f"{LONGEST} characters at most; this has {len(password):,}."
    if password.strip().casefold() in {word.casefold() for word in own_words if word}:
        return "This is your own name or address: everybody would try it first."
    return ""
