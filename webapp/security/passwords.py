"""People's passwords: Argon2id, stored as PHC strings (RFC 9106, second recommended parameters)."""

import os
from functools import cache

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

SHORTEST, LONGEST = 10, 200


def hash_password(password: str) -> str:
    """Hash a password with a fresh salt; takes about 0.1 s and 64 MiB."""
    return Argon2id(salt=os.urandom(16), length=32, iterations=3, lanes=4, memory_cost=65536).derive_phc_encoded(
        password.encode()
    )


def verify_password(password: str, stored: str | None) -> bool:
    """Say whether a password is the stored one; takes as long when there is nothing stored."""
    try:
        Argon2id.verify_phc_encoded(password.encode(), stored or _nobody())
    except InvalidKey:
        return False
    return stored is not None


@cache
def _nobody() -> str:
    return hash_password("no one has this password")
