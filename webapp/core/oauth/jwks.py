"""Keeps the keys by which providers sign, and asks for them again when one is not known or an hour has passed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

_LIFETIME = 3600.0
# A token with an invented key ID must not make the portal ask more often.
_BETWEEN_RETRIES = 60.0
_MOST_PROVIDERS = 16

Key = RSAKey | ECKey
_KINDS: Mapping[object, type[RSAKey] | type[ECKey]] = {"RSA": RSAKey, "EC": ECKey}


@dataclass(frozen=True)
class NamedKey:
    """A public key and its `kid`, if it has one."""

    kid: str | None
    key: Key


@dataclass
class _CachedKeys:
    keys: tuple[NamedKey, ...] = ()
    asked: float = float("-inf")
    asked_again: float = float("-inf")
    lock: Lock = field(default_factory=Lock)


class JwksCache:
    """The keys of each `jwks_uri`; threads that need the same ones wait for one request."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._kept: dict[str, _CachedKeys] = {}
        self._lock = Lock()

    def find(self, uri: str, kid: str | None, fetch: Callable[[], tuple[NamedKey, ...]]) -> tuple[Key, ...]:
        """Return the keys a token may be signed by: the one it names, or all when it names none."""
        kept = self._of(uri)
        with kept.lock:
            now = self._now()
            if now - kept.asked > _LIFETIME:
                kept.keys, kept.asked = fetch(), now
            elif not _find_named(kept.keys, kid) and now - kept.asked_again > _BETWEEN_RETRIES:
                kept.asked_again = now
                kept.keys, kept.asked = fetch(), now
            return _find_named(kept.keys, kid)

    def forget(self) -> None:
        """Forget every key."""
        with self._lock:
            self._kept.clear()

    def _of(self, uri: str) -> _CachedKeys:
        with self._lock:
            if uri not in self._kept and len(self._kept) >= _MOST_PROVIDERS:
                self._kept.clear()
            return self._kept.setdefault(uri, _CachedKeys())


def parse_jwks(jwks: Mapping[str, object]) -> tuple[NamedKey, ...]:
    """Read the usable signing keys of a JWK Set (RFC 7517); one of another kind does not spoil the rest."""
    found = jwks.get("keys")
    entries = found if isinstance(found, list) else []
    return tuple(key for entry in entries if isinstance(entry, dict) and (key := _read_key(entry)))


def _read_key(entry: dict[str, str | list[str]]) -> NamedKey | None:
    kid, kind = entry.get("kid"), entry.get("kty")
    if not isinstance(kind, str) or kind not in _KINDS or entry.get("use", "sig") != "sig":
        return None
    try:
        return NamedKey(kid if isinstance(kid, str) else None, _KINDS[kind].import_key(entry))
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _find_named(keys: tuple[NamedKey, ...], kid: str | None) -> tuple[Key, ...]:
    return tuple(named.key for named in keys if kid is None or named.kid == kid)


JWKS_CACHE = JwksCache()
