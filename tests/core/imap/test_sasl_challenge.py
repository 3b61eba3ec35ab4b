"""The error challenge in words, whatever a server sends as one."""

from base64 import b64encode

import pytest

from webapp.core.imap.protocol.sasl_challenge import read_challenge


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b'{"status":"401","schemes":"bearer mac","scope":"a b"}', "status 401, schemes bearer mac, scope a b"),
        (b'{"scope":"a","status":"invalid_token"}', "status invalid_token, scope a"),
        (b'{"status":400,"error":"x"}', "status 400, error x"),
        (b'{"status":["400"],"scope":"a"}', "scope a"),
        (b'{"status":"a\\u0000b\\r\\nc"}', "status a b c"),
        (b"{}", "{}"),
        (b'{"status":', '{"status":'),
        (b"{" * 100_000, "{" * 8000),
        (b'{"a":' * 1000, '{"a":' * 1000),
        (b"Username:", ""),
        (b"[1]", ""),
        (b"", ""),
        (b"\xff\xfe{", ""),
    ],
)
def test_a_challenge_is_read(said: bytes, words: str) -> None:
    assert read_challenge(b64encode(said)) == words


def test_a_remark_that_is_not_base64_is_no_error() -> None:
    assert read_challenge(b"Ready for additional command text") == ""


def test_a_long_number_is_no_trouble() -> None:
    assert read_challenge(b64encode(b'{"status":' + b"9" * 5000 + b"}")).startswith('{"status":999')
