"""No secret survives, and what a person needs to read does."""

import base64
import json
import string
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.diagnosis.secret_masking import MASK, redact, redact_span

SECRETS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf"]), min_size=4, max_size=24).filter(
    lambda secret: secret.strip() != "" and MASK not in secret and secret not in MASK
)
AROUND = st.text(string.ascii_letters + string.digits + ' \n"\\:=<>', max_size=40)


@given(secret=SECRETS, before=AROUND, after=AROUND)
def test_a_planted_secret_never_survives(secret: str, before: str, after: str) -> None:
    hidden = redact(f"{before}{secret}{after}", secret)

    assert secret not in hidden


@given(secret=SECRETS, before=st.binary(max_size=5), after=st.binary(max_size=5))
def test_a_secret_inside_base64_never_survives(secret: str, before: bytes, after: bytes) -> None:
    encoded = base64.b64encode(before + secret.encode() + after).decode()

    hidden = redact(f"C: {encoded}", secret)

    assert encoded not in hidden


@given(secret=SECRETS)
def test_a_quoted_secret_never_survives(secret: str) -> None:
    imap = secret.replace("\\", "\\\\").replace('"', '\\"')
    spellings = [
        imap,
        json.dumps(secret)[1:-1],
        repr(secret)[1:-1],
        repr(secret.encode())[2:-1],
        quote(secret, safe=""),
    ]

    for spelling in [*spellings, quote_plus(secret)]:
        assert redact(f"x {spelling} y", secret) == f"x {MASK} y"


@given(text=st.text(max_size=200))
def test_any_text_can_be_masked_and_encoded(text: str) -> None:
    redact(text, text).encode()


PLAIN = base64.b64encode(b"\0ann@example.com\0hunter2").decode()
BEARER = base64.b64encode(b"user=ann@example.com\x01auth=Bearer ya29.abc\x01\x01").decode()
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Authorization: Bearer abcdefgh123", f"Authorization: Bearer {MASK}"),
        ('A1 LOGIN "ann@example.com" "hunter2"', f'A1 LOGIN "ann@example.com" {MASK}'),
        ("> b'ABCD1 LOGIN ann hunter2'", f"> b'ABCD1 LOGIN ann {MASK}"),
        (f"A1 AUTHENTICATE PLAIN {PLAIN}", f"A1 AUTHENTICATE PLAIN {MASK}"),
        (f"C: {PLAIN}", f"C: {MASK}"),
        (f"C: {BEARER}", f"C: {MASK}"),
        ('{"access_token": "abc", "token_type": "Bearer"}', f'{{"access_token": "{MASK}", "token_type": "Bearer"}}'),
        ("refresh_token=abc&client_secret=def", f"refresh_token={MASK}&client_secret={MASK}"),
        ("{'client_secret': 'x y'}", f"{{'client_secret': '{MASK} y'}}"),
        ("https://portal.example/callback?code=abc&state=1", f"https://portal.example/callback?code={MASK}&state=1"),
        ('{"password": "two words"}', f'{{"password": "{MASK}"}}'),
        ("password=hunter2", f"password={MASK}"),
        (f"token {JWT} refused", f"token {MASK} refused"),
        ("ya29.a0AfH6SMBx", MASK),
        ("abC8Q~Xk3mZpQ7rTvWxYz0123456789abcdef", MASK),
        ("Authorization: Basic YW5uOmh1bnRlcjI=", f"Authorization: Basic {MASK}"),
        ("Set-Cookie: session=abc; Path=/\nnext", f"Set-Cookie: {MASK}\nnext"),
        ("imaps://ann:hunter2@imap.example.com", f"imaps://ann:{MASK}@imap.example.com"),
        ("host: imap.example.com\n  imap_password: hunter2 x", f"host: imap.example.com\n  imap_password: {MASK}"),
        ('C: A1 LOGIN "ann" hunter2 S: A1 NO LOGIN failed.', f'C: A1 LOGIN "ann" {MASK} S: A1 NO LOGIN failed.'),
        ("key dGhpc0lzQVZlcnlMb25nUmFuZG9tVG9rZW4xMjM0NTY3ODkw used", f"key {MASK} used"),
        ("1//03AdLApMwkixv", MASK),
        ("GOCSPX-sRRv15qq", MASK),
        ("* NO [WEBALERT https://accounts.google.com/x?y=z] Web login", f"* NO [WEBALERT {MASK}] Web login"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str, hidden: str) -> None:
    assert redact(text) == hidden


@pytest.mark.parametrize(
    "text",
    [
        "A1 NO [AUTHENTICATIONFAILED] LOGIN Invalid credentials",
        "A1 NO LOGIN failed.",
        "A1 NO AUTHENTICATE failed.",
        "AADSTS50011: The redirect URI does not match",
        "{ code: 'ECONNREFUSED', syscall: 'connect' }",
        "code=ECONNREFUSED",
        "command LOGIN illegal in state AUTH, only allowed in states NONAUTH",
        "+ eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ==",
        "[ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)",
        "Falsches Paßwort\n\tzweite Zeile",
        "Password: incorrect",
        "Basic authentication is disabled",
        "OAuth2IdPRefreshTokenRedemptionUserErrorException",
        "/opt/ruby/master/lib/ruby/gems/3.5.0/gems/net-protocol-0.2.2/lib/net/Protocol.rb:46",
        "Connected to imaps://imap.example.com:993/ as ann@example.com",
    ],
)
def test_what_a_server_says_stays_as_it_is(text: str) -> None:
    assert redact(text, "hunter2") == text


def test_controls_colours_and_marks_of_direction_disappear() -> None:
    assert redact("a\x1b[31mred\x1b[0m\x00\x07\u202eb\r\nc\x9f") == "aredb\nc"


def test_a_secret_broken_up_by_controls_does_not_survive() -> None:
    assert redact("hun\x00ter2", "hunter2") == MASK


def test_a_very_short_secret_is_hidden_only_where_it_stands_alone() -> None:
    assert redact('Authentication of "a" failed', "a") == f'Authentication of "{MASK}" failed'


def test_an_empty_secret_hides_nothing() -> None:
    assert redact("LOGIN failed", "", "  ") == "LOGIN failed"


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        " ",
        "eyJ",
        'A1 LOGIN "',
        "A1 LOGIN ",
        'LOGIN "\\',
        "access_token",
        '"password":',
        "1//0",
        "bearer ",
        "x.",
        "[WEBALERT ",
    ],
)
def test_masking_takes_time_in_proportion_to_the_text(piece: str) -> None:
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        started = time.process_time()
        redact(text, "hunter2", "pw")
        return time.process_time() - started

    seconds(10_000)

    assert seconds(400_000) < 5 * seconds(200_000) + 0.1


@given(text=st.text(max_size=80), start=st.integers(0, 80), end=st.integers(0, 80))
def test_any_part_of_a_text_can_be_masked(text: str, start: int, end: int) -> None:
    start, end = sorted((min(start, len(text)), min(end, len(text))))

    assert redact_span(text, 0, len(text)) == redact(text)
    redact_span(text, start, end).encode()


@pytest.mark.parametrize("place", range(1, 40))
def test_a_secret_across_the_edge_of_a_part_is_hidden_from_it(place: int) -> None:
    text = "x " * 2_000 + '{"password": "correct horse battery staple"}' + " y" * 2_000

    for part in (redact_span(text, 4_000 + place, 6_000), redact_span(text, 2_000, 4_000 + place)):
        assert not any(word in part for word in ("correct", "horse", "battery", "staple"))


@pytest.mark.parametrize("piece", ["a", "eyJ", '"password":', "&code=", 'A1 LOGIN "', "\\\"'", "Cookie: "])
def test_a_megabyte_is_masked_in_under_a_second(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))

    started = time.process_time()
    redact(text)

    assert time.process_time() - started < 1
