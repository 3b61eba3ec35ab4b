"""What a pasted text is explained as, what of it is shown, and that no secret in it is."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.core.diagnosis.explain import SHOWN_AT_MOST, Explanation, explain
from webapp.core.diagnosis.failure import Stage
from webapp.core.diagnosis.problem import UNKNOWN
from webapp.core.diagnosis.secret_masking import MASK

FILLER = "at com.example.Frame.call(Frame.java:42)\n"


def marked(explanation: Explanation) -> list[str]:
    return [explanation.excerpt[start:end] for start, end in explanation.marked]


def test_a_text_is_explained_with_the_words_that_decided_marked() -> None:
    explanation = explain("2026-11-27 ERROR AADSTS50079: Due to a configuration change you must enroll")

    assert explanation.diagnosis.problem.slug == "mfa-required"
    assert marked(explanation) == ["AADSTS50079"]
    assert explanation.excerpt == "2026-11-27 ERROR AADSTS50079: Due to a configuration change you must enroll"
    assert not explanation.shortened


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{'error_codes': [50079]}", "50079"),
        ("error_description=certificate%20has%20expired", "certificate%20has%20expired"),
        ("certificate\\nhas expired", "certificate\\nhas expired"),
        ("MCOErrorTooManySimultaneousConnections", "TooManySimultaneous"),
        ("Zertifikat: CERT_HAS_EXPIRED", "CERT_HAS_EXPIRED"),
        ("密码错误", "密码错误"),
    ],
)
def test_the_words_are_marked_as_they_stand_there(text: str, words: str) -> None:
    assert marked(explain(text)) == [words]


def test_nothing_is_marked_where_nobody_understands() -> None:
    explanation = explain("frobnicate the gribble")

    assert explanation.diagnosis.problem.slug == UNKNOWN
    assert explanation.marked == ()


def test_the_provider_is_guessed_or_taken_as_stated() -> None:
    assert explain("imap.gmail.com said: Invalid credentials (Failure)").provider == "google"
    assert explain("LOGIN failed", provider="gmail").provider == "google"
    assert explain("LOGIN failed", provider="generic").provider is None
    assert explain("LOGIN failed", provider="microsoft", stage=Stage.AUTH).diagnosis.problem.slug == (
        "basic-auth-disabled"
    )


@pytest.mark.parametrize("place", [0, 3_000, 300_000, 999_000])
def test_a_cause_is_found_anywhere_in_a_long_text_and_shown(place: int) -> None:
    before = FILLER * (place // len(FILLER))
    after = FILLER * ((1_000_000 - place) // len(FILLER))

    explanation = explain(f"{before}Caused by: x509: certificate signed by unknown authority\n{after}")

    assert explanation.diagnosis.problem.slug == "tls-untrusted-cert"
    assert marked(explanation) == ["unknown authority"]
    assert explanation.shortened
    assert len(explanation.excerpt) <= SHOWN_AT_MOST


def test_of_a_middling_text_what_surrounds_the_words_is_shown() -> None:
    explanation = explain(FILLER * 100 + "ECONNREFUSED\n" + FILLER * 100)

    assert marked(explanation) == ["ECONNREFUSED"]
    assert explanation.shortened
    assert explanation.excerpt.startswith("…")
    assert explanation.excerpt.endswith("…")
    assert len(explanation.excerpt) <= SHOWN_AT_MOST


SECRETS = (
    "eyJhbGciOiJSUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0" * 60 + ".c2lnbmF0dXJlU2lnbmF0dXJl",
    "ya29.a0AfH6SMBxV9kq3nQ7-x2",
    "GOCSPX-sRRv15qqKhPaLz9",
    "1//03AdLApMwkixvCgYIARAAGAMSNwF",
    "M.C556_SN1.0.U.-CtQ8hYbWzX9aa",
    "abC8Q~Xk3mZpQ7rTvWxYz0123456789abcdef",
    "dGhpc0lzQVZlcnlMb25nUmFuZG9tVG9rZW4xMjM0NTY3ODkw",
)


@pytest.mark.parametrize("secret", SECRETS, ids=lambda secret: secret[:6])
@pytest.mark.parametrize("around", ["{}", "token {}\n", '"x":"{}"', "Bearer {}", "a={}&b"])
@pytest.mark.parametrize("place", [0, 3_990, 5_000, 500_000, 996_990])
def test_a_token_is_not_shown_wherever_it_stands(secret: str, around: str, place: int) -> None:
    filler = "error: no\n"
    text = filler * (place // len(filler)) + around.format(secret) + filler * ((1_000_000 - place) // len(filler))

    shown = explain(text).excerpt

    assert not any(secret[start : start + 16] in shown for start in range(0, len(secret) - 16, 4))


@pytest.mark.parametrize(
    "text",
    [
        'A1 LOGIN "ann@example.com" "hunter2"',
        "A1 LOGIN ann hunter2",
        'C: A2 LOGIN "ann" hunter2 S: A2 NO LOGIN failed.',
        "Authorization: Basic aHVudGVyMjpodW50ZXIy hunter",
        "Cookie: session=hunter2; other=hunter2",
        "imaps://ann:hunter2@imap.example.com:993",
        "  imap-password: hunter2",
        "client_secret=hunter2&code_verifier=hunter2",
        '{"refresh_token": "hunter2", "password": "hunter2"}',
        "https://portal.example/oauth/gmail/callback?code=hunter2&state=1",
    ],
)
def test_what_stands_where_a_secret_stands_is_not_shown(text: str) -> None:
    shown = explain(text).excerpt

    assert MASK in shown
    assert "hunter2" not in shown
    assert "aHVudGVy" not in shown


def test_a_server_s_answer_after_a_hidden_password_still_counts() -> None:
    explanation = explain('C: A2 LOGIN "ann@x.onmicrosoft.com" secret S: A2 NO LOGIN failed. C: A3 LOGOUT')

    assert explanation.diagnosis.problem.slug == "basic-auth-disabled"


PIECES = (
    *("AADSTS50079: ", "LOGIN failed ", "certificate has expired", "\\n", "%20", "&amp;", "…", MASK, "\x00", "\ud800"),
    *("password=", "Bearer ", "code=", "\n", '"', "\\", "é", "密", "a" * 50, "A1 " * 20, "error: ", "eyJ", "."),
)


@settings(deadline=None)  # how long it may take has a test of its own
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=30), max_size=60).map("".join), st.integers(1, 60))
def test_any_text_is_explained_the_same_way_twice_with_marks_inside_what_is_shown(text: str, times: int) -> None:
    explanation = explain(text * times)

    assert explain(text * times) == explanation
    assert len(explanation.excerpt) <= SHOWN_AT_MOST
    explanation.excerpt.encode()
    assert all(0 <= start < end <= len(explanation.excerpt) for start, end in explanation.marked)


@pytest.mark.parametrize(
    "piece",
    [
        FILLER,
        "a",
        "é",
        "\\",
        '"password":"',
        "&code=a",
        "AUTHENTICATE X",
        'A1 LOGIN "',
        "authorization: basic ",
        "aadsts",
        "error: error_description ",
        "TooManyErrors",
        "this usually means 1. ",
        "CAPABILITY IMAP4",
        "&#xd8",
        "%",
    ],
)
def test_a_megabyte_of_anything_is_explained_in_no_time(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    explain("warm-up")

    started = time.process_time()
    explain(text)

    assert time.process_time() - started < 0.25


def test_a_megabyte_of_noise_with_secrets_is_explained_in_no_time_and_shows_none() -> None:
    dice = random.Random(4)
    words = ["error:", "password=hunter2hunter2", "NO", "[ALERT]", "at", "call()", "\n", "certificate", *SECRETS[1:]]
    text = " ".join(dice.choice(words) for _ in range(80_000))

    started = time.process_time()
    shown = explain(text).excerpt

    assert time.process_time() - started < 0.25
    assert not any(secret in shown for secret in ("hunter2", *SECRETS[1:]))
