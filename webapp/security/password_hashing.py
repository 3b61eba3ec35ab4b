"""People's passwords: Argon2id, stored as PHC strings (RFC 9106)."""

import os
from functools import cache
from threading import BoundedSemaphore

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

SHORTEST, LONGEST = 10, 200

# One lane: with several, OpenSSL 3 computes them on threads of its own, and a few sign-ins at the same moment wait for
# each other's threads for ever.
_LANES = 1
_MEMORY = 64 * 1024  # in KiB

# Each takes 64 MiB and a processor; a rush waits in line.
_AT_ONCE = BoundedSemaphore(4)


def hash_password(password: str) -> str:
    """Hash a password with a fresh salt; takes about 0.1 s and 64 MiB."""
    with _AT_ONCE:
        salt = os.urandom(16)
        argon2 = Argon2id(salt=salt, length=32, iterations=3, lanes=_LANES, memory_cost=_MEMORY)
        return argon2.derive_phc_encoded(password.encode())


def verify_password(password: str, stored: str | None) -> bool:
    """Return whether a password is the stored one; takes as long when there is nothing stored."""
    expected = stored or _nobody()
    try:
        with _AT_ONCE:
            Argon2id.verify_phc_encoded(password.encode(), expected)
    except InvalidKey:
        return False
    return bool(stored)


@cache
def _nobody() -> str:
    return hash_password("no one has this password")
