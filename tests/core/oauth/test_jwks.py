"""A provider's keys are kept, asked for again when one is missing, and never too often."""

import pytest

from tests.core.oauth.conftest import curve_key, jwks, signing_key
from webapp.core.oauth.errors import OAuthError
from webapp.core.oauth.jwks import JwksCache, NamedKey, parse_jwks


class Provider:
    """Counts how often it is asked."""

    def __init__(self, *kids: str) -> None:
        self.kids = kids
        self.asked = 0
        self.broken = False

    def __call__(self) -> tuple[NamedKey, ...]:
        self.asked += 1
        if self.broken:
            raise OAuthError("down")
        return tuple(NamedKey(kid, signing_key()) for kid in self.kids)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_keys_are_kept_for_an_hour() -> None:
    clock, provider = Clock(), Provider("a")
    cache = JwksCache(clock)

    for _ in range(3):
        assert len(cache.find("uri", "a", provider)) == 1
    assert provider.asked == 1

    clock.now += 3601
    cache.find("uri", "a", provider)
    assert provider.asked == 2


def test_each_provider_has_keys_of_its_own() -> None:
    cache, one, other = JwksCache(), Provider("a"), Provider("b")

    assert cache.find("one", "a", one)
    assert cache.find("other", "b", other)
    assert not cache.find("other", "a", other)


def test_an_unknown_key_is_asked_for_at_most_once_a_minute() -> None:
    clock, provider = Clock(), Provider("a")
    cache = JwksCache(clock)
    cache.find("uri", "a", provider)

    for _ in range(5):
        assert cache.find("uri", "invented", provider) == ()
    assert provider.asked == 2

    clock.now += 61
    provider.kids = ("a", "new")
    assert len(cache.find("uri", "new", provider)) == 1
    assert provider.asked == 3


def test_keys_survive_a_provider_that_is_down() -> None:
    cache, provider = JwksCache(), Provider("a")
    cache.find("uri", "a", provider)
    provider.broken = True

    with pytest.raises(OAuthError):
        cache.find("uri", "new", provider)

    assert len(cache.find("uri", "a", provider)) == 1


def test_many_providers_do_not_pile_up() -> None:
    cache = JwksCache()

    for number in range(100):
        assert cache.find(f"uri{number}", "a", Provider("a"))

    assert len(cache._kept) <= 16


def test_a_token_that_names_no_key_may_be_signed_by_any() -> None:
    assert len(JwksCache().find("uri", None, Provider("a", "b"))) == 2


def test_a_key_that_cannot_be_used_does_not_spoil_the_rest() -> None:
    good = jwks(signing_key(), curve_key())["keys"]
    odd = [
        {"kty": "oct", "k": "c2VjcmV0", "kid": "hmac"},
        {"kty": "AKP", "kid": "from the future"},
        {"kty": "RSA", "kid": "no modulus"},
        {"kty": "RSA", "n": 5, "e": [], "kid": "no text"},
        {**good[0], "use": "enc", "kid": "for encryption"},
        {"kty": ["RSA"]},
        "text",
        None,
    ]

    assert [named.kid for named in parse_jwks({"keys": [*odd, *good]})] == ["first", "curve"]


@pytest.mark.parametrize("jwks", [{}, {"keys": None}, {"keys": {"kid": "a"}}, {"keys": "text"}])
def test_what_is_no_key_set_has_no_keys(jwks: dict[str, object]) -> None:
    assert parse_jwks(jwks) == ()
