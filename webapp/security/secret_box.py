"""Seals secrets for the database: AES-256-GCM, bound to the row and column they belong to, with a ring of keys."""

import base64
import binascii
import json
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = "v1"
_NONCE = 12


class SecretBoxError(Exception):
    """A sealed value cannot be opened, or the keys cannot be used; the text names the key, never its value."""


class SecretBox:
    """Seals with the primary key and opens with any key of the ring."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """Take the keys, `id: 32 bytes`; the first is the primary."""
        if not keys:
            raise SecretBoxError("there is no data key")
        self._ring = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self.primary = next(iter(self._ring))

    def encrypt(self, plain: str, *context: object) -> str:
        """Seal a text so that it opens only in the same context (table, row id, column)."""
        nonce = os.urandom(_NONCE)
        body = self._ring[self.primary].encrypt(nonce, plain.encode(), _associated(self.primary, context))
        return f"{_VERSION}.{self.primary}.{base64.urlsafe_b64encode(nonce + body).decode()}"

    def decrypt(self, sealed: str, *context: object) -> str:
        """Open a sealed text; raise `SecretBoxError` when the key is missing, wrong, or the context another one."""
        try:
            _, key_id, encoded = sealed.split(".", 2)
            raw = base64.urlsafe_b64decode(encoded)
        except (ValueError, binascii.Error):
            raise SecretBoxError("a sealed value is damaged") from None
        if key_id not in self._ring:
            raise SecretBoxError(f"the data key '{key_id}' is missing (keys at hand: {', '.join(self._ring)})")
        try:
            return self._ring[key_id].decrypt(raw[:_NONCE], raw[_NONCE:], _associated(key_id, context)).decode()
        except (InvalidTag, ValueError):
            raise SecretBoxError(f"the data key '{key_id}' is not the one that sealed this value") from None


def _associated(key_id: str, context: tuple[object, ...]) -> bytes:
    return json.dumps([_VERSION, key_id, *map(str, context)]).encode()


def parse_keys(text: str) -> dict[str, bytes]:
    """Read a key ring, `id:base64,id:base64`; raise `SecretBoxError` naming the faulty entry by its place."""
    keys: dict[str, bytes] = {}
    for place, entry in enumerate(filter(None, (part.strip() for part in text.split(","))), start=1):
        key_id, _, encoded = entry.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error):
            key = b""
        if not key_id.isalnum() or len(key) != 32:
            raise SecretBoxError(f"entry {place} of the data keys is not `id:base64` of 32 bytes")
        keys[key_id] = key
    return keys


def new_key() -> str:
    """Make a key ring of one fresh key."""
    return f"k1:{base64.b64encode(os.urandom(32)).decode()}"
