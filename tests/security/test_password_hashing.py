"""People's passwords at rest."""

from concurrent.futures import ThreadPoolExecutor

from webapp.security.password_hashing import hash_password, verify_password


def test_a_hash_verifies_its_own_password_only() -> None:
    stored = hash_password("correct horse battery")

    assert stored.startswith("$argon2id$")
    assert "correct" not in stored
    assert verify_password("correct horse battery", stored)
    assert not verify_password("correct horse batterz", stored)
    assert not verify_password("correct horse battery", None)


def test_two_hashes_of_one_password_differ() -> None:
    assert hash_password("the same password") != hash_password("the same password")


def test_forty_at_once_all_end() -> None:
    """With several lanes, OpenSSL's threads waited for each other for ever."""
    stored = hash_password("correct horse battery")

    with ThreadPoolExecutor(40) as pool:
        outcomes = list(pool.map(lambda place: verify_password("correct horse battery", stored), range(40), timeout=60))

    assert outcomes == [True] * 40
