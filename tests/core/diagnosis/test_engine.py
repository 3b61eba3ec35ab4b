"""How observation, wording, stage and provider together decide."""

import ast
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from webapp.core.diagnosis import diagnose
from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.core.diagnosis.failure import Failure, OAuthSign, Stage
from webapp.core.diagnosis.observation_rules import (
    CERTAIN_OBSERVATIONS,
    LIKELY_OBSERVATIONS,
    OBSERVED,
    WEAK_OBSERVATIONS,
)
from webapp.core.diagnosis.problem import UNKNOWN, Actor
from webapp.core.diagnosis.rules import RULES
from webapp.core.diagnosis.rules.entra_codes import AADSTS
from webapp.core.diagnosis.rules.rule import Rule, combine
from webapp.core.imap.protocol.errors import Sign
from webapp.core.oauth.errors import Sign as OAuthClientSign

ROOT = Path(__file__).parents[3]


def named(text: str, *, stage: Stage | None = None, provider: str | None = None, sign: str | None = None) -> str:
    return diagnose(Failure(text=text, stage=stage, provider=provider, sign=sign)).problem.slug


@pytest.mark.parametrize("sign", [*Sign, *OAuthSign])
def test_every_sign_has_a_meaning(sign: str) -> None:
    slug = named("", sign=sign)

    assert slug != UNKNOWN
    assert slug in PROBLEMS


def test_no_meaning_stands_for_a_sign_that_nobody_raises_and_none_has_two() -> None:
    assert sorted([*CERTAIN_OBSERVATIONS, *WEAK_OBSERVATIONS, *LIKELY_OBSERVATIONS]) == sorted([*Sign, *OAuthSign])


@pytest.mark.parametrize("sign", [*Sign, *OAuthSign])
def test_what_the_portal_saw_is_told_in_one_plain_sentence(sign: str) -> None:
    observed = diagnose(Failure(text="odd", sign=sign)).observed

    assert observed == OBSERVED[sign]
    assert re.fullmatch(r"[A-Z][^.]{20,120}\.", observed)
    assert not re.search(r"\b(scope|grant|audience|nonce|issuer|handshake|socket|JWT|id_token)s?\b", observed)


def test_a_text_that_somebody_pasted_was_observed_by_nobody() -> None:
    assert diagnose(Failure(text="Connection refused")).observed == ""
    assert set(OBSERVED) == {*Sign, *OAuthSign}


def signs_given(path: Path) -> Iterator[str]:
    """Give every sign that stands in a call to the letter, as in `OAuthFailure("…", sign="nonce-differs")`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "sign" and isinstance(node.value, ast.Constant):
            yield from filter(None, [node.value.value])


def test_whoever_writes_a_sign_to_the_letter_writes_a_known_one() -> None:
    given = {(path.name, sign) for path in (ROOT / "webapp").rglob("*.py") for sign in signs_given(path)}

    assert {sign for _, sign in given} <= {*Sign, *OAuthSign}


def test_the_oauth_client_raises_only_signs_that_have_a_meaning() -> None:
    assert {*OAuthClientSign} <= {*OAuthSign}


def test_a_certain_sign_outweighs_any_wording() -> None:
    assert named("[AUTHENTICATIONFAILED] Invalid credentials", sign=Sign.CERTIFICATE_EXPIRED) == "tls-expired"


@pytest.mark.parametrize(
    ("sign", "slug", "who"),
    [
        ("clock-differs", "clock-skew", Actor.OPERATOR),
        ("attempt-unknown", "sign-in-restart", Actor.USER),
        ("attempt-expired", "sign-in-restart", Actor.USER),
        ("nonce-differs", "sign-in-restart", Actor.USER),
        ("sign-in-interrupted", "sign-in-restart", Actor.USER),
        ("no-refresh-token", "oauth-client-misconfigured", Actor.OPERATOR),
        ("issuer-differs", "oauth-client-misconfigured", Actor.OPERATOR),
        ("audience-differs", "oauth-client-misconfigured", Actor.OPERATOR),
        ("tenant-differs", "wrong-tenant", Actor.OPERATOR),
        ("signature-wrong", "oauth-client-misconfigured", Actor.OPERATOR),
        ("access-token-differs", "sign-in-restart", Actor.USER),
        ("id-token-unusable", "oauth-client-misconfigured", Actor.OPERATOR),
        ("personal-google-account", "personal-account-unsupported", Actor.USER),
        ("mail-scope-not-granted", "scope-missing", Actor.USER),
        ("other-account", "wrong-account", Actor.USER),
        ("not-connected-yet", "reconnect-required", Actor.USER),
        ("grant-ended", "reconnect-required", Actor.USER),
        ("client-not-set-up", "client-unknown", Actor.OPERATOR),
        ("client-changed", "reconnect-required", Actor.USER),
    ],
)
def test_what_the_portal_saw_while_somebody_signed_in_names_the_problem_and_who_acts(
    sign: str, slug: str, who: Actor
) -> None:
    problem = diagnose(Failure(text="", stage=Stage.TOKEN, sign=sign)).problem

    assert (problem.slug, problem.who) == (slug, who)


def test_a_case_with_another_actor_or_sentence_leaves_the_catalogue_as_it_is() -> None:
    unticked = diagnose(Failure(text="", sign=OAuthSign.MAIL_SCOPE_NOT_GRANTED)).problem

    assert (unticked.who, PROBLEMS["scope-missing"].who) == (Actor.USER, Actor.OPERATOR)
    assert unticked.verdict != PROBLEMS["scope-missing"].verdict
    assert unticked.fields == PROBLEMS["scope-missing"].fields
    assert diagnose(Failure(text="invalid_scope")).problem == PROBLEMS["scope-missing"]


@pytest.mark.parametrize("sign", sorted([*CERTAIN_OBSERVATIONS, *WEAK_OBSERVATIONS, *LIKELY_OBSERVATIONS]))
def test_a_sentence_of_a_case_is_as_short_as_one_of_the_catalogue(sign: str) -> None:
    verdict = diagnose(Failure(text="", sign=sign)).problem.verdict

    assert 10 < len(verdict) < 80
    assert verdict[0].isupper()
    assert not verdict.endswith(".")


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("invalid_grant: AADSTS50079: you must enrol in multi-factor authentication", "mfa-required"),
        ("invalid_grant: reauth related error (invalid_rapt)", "session-policy-expiry"),
        ("invalid_grant: Account has been deleted", "account-disabled"),
        ("invalid_grant: Token has been expired or revoked.", "reconnect-required"),
        ("interaction_required", "reconnect-required"),
        ("It is over", "reconnect-required"),
        ("", "reconnect-required"),
    ],
)
def test_a_grant_that_ended_wants_a_new_sign_in_unless_something_better_was_said(text: str, slug: str) -> None:
    assert named(text, stage=Stage.TOKEN, sign=OAuthSign.GRANT_ENDED) == slug


@pytest.mark.parametrize("sign", sorted(LIKELY_OBSERVATIONS))
def test_a_likely_sign_explains_a_bare_refusal_and_gives_way_to_a_named_cause(sign: str) -> None:
    for text in ("AUTHENTICATE XOAUTH2: NO AUTHENTICATE failed.", "User is authenticated but not connected.", "odd"):
        assert named(text, stage=Stage.AUTH, provider="microsoft", sign=sign) == LIKELY_OBSERVATIONS[sign].slug

    assert named("NO [UNAVAILABLE] Try later", stage=Stage.AUTH, sign=sign) == "server-unavailable"


@pytest.mark.parametrize(
    ("text", "sign", "slug"),
    [
        ("* BYE Too many connections from your IP", Sign.DROPPED, "too-many-connections"),
        ("* BYE [UNAVAILABLE] Temporary failure", Sign.DROPPED, "server-unavailable"),
        ("connection closed", Sign.DROPPED, "connection-dropped"),
        ("timed out", Sign.DROPPED, "connection-dropped"),
        ("", Sign.SILENT, "connection-timeout"),
        ("gibberish", Sign.OUT_OF_TIME, "connection-timeout"),
        ("220 mail.example.com ESMTP", Sign.SILENT, "not-an-imap-server"),
    ],
)
def test_a_server_s_words_outweigh_how_the_connection_ended(text: str, sign: Sign, slug: str) -> None:
    assert named(text, sign=sign) == slug


@pytest.mark.parametrize(
    ("provider", "slug"),
    [
        ("generic", "wrong-password"),
        ("google", "wrong-password"),
        ("yahoo", "app-password-required"),
        ("icloud", "app-password-required"),
        ("aol", "app-password-required"),
        ("qq", "app-password-required"),
        ("163", "app-password-required"),
        ("fastmail", "app-password-required"),
        ("microsoft", "basic-auth-disabled"),
        ("nobody-knows-this-one", "wrong-password"),
        (None, "wrong-password"),
    ],
)
def test_the_same_refusal_means_what_the_provider_means_by_it(provider: str | None, slug: str) -> None:
    text = "[AUTHENTICATIONFAILED] Authentication failed."

    assert named(text, stage=Stage.AUTH, provider=provider) == slug


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("imap.mail.yahoo.com: NO [AUTHENTICATIONFAILED] invalid login", "app-password-required"),
        ("connected to outlook.office365.com: login failed", "basic-auth-disabled"),
        ("A1 NO LOGIN failed.", "basic-auth-disabled"),
        ("A1 NO AUTHENTICATE failed.", "oauth-token-rejected"),
        ("A1 NO LOGIN Invalid credentials", "app-password-required"),
    ],
)
def test_the_provider_is_recognised_from_the_text_when_nobody_names_it(text: str, slug: str) -> None:
    assert named(text) == slug


def test_a_manner_of_speaking_proves_nothing_on_a_server_of_ones_own() -> None:
    assert named("A1 NO LOGIN failed.", stage=Stage.AUTH, provider="generic") == "wrong-password"


def test_what_a_server_can_do_is_not_taken_for_what_happened() -> None:
    text = "* CAPABILITY IMAP4rev1 ACL AUTH=XOAUTH2 STARTTLS\r\n1 NO [AUTHENTICATIONFAILED] Authentication failed."

    assert named(text) == "wrong-password"


def test_a_password_refused_by_microsoft_is_not_taken_for_a_token() -> None:
    text = "AUTHENTICATE PLAIN: NO AUTHENTICATE failed."

    assert named(text, stage=Stage.AUTH, provider="microsoft") == "basic-auth-disabled"


@pytest.mark.parametrize(
    "text", ["", " ", "\x00\ud800", "frobnicate the gribble", "Something odd happened", "%", "&#xd800;"]
)
def test_what_nobody_understands_is_unknown(text: str) -> None:
    diagnosis = diagnose(Failure(text=text))

    assert diagnosis.problem.slug == UNKNOWN
    assert diagnosis.alternatives == ()
    assert diagnosis.evidence == ""


@pytest.mark.parametrize("provider", ["yahoo", "icloud", "microsoft", "google", "generic"])
def test_a_provider_alone_is_no_cause(provider: str) -> None:
    assert named("1000 BAD Parse Error", stage=Stage.AUTH, provider=provider) == UNKNOWN


def test_the_evidence_is_quoted_as_the_server_said_it() -> None:
    diagnosis = diagnose(Failure(text="A1 NO [UNAVAILABLE] Temporary   Authentication\nFailure. [mail1]"))

    assert diagnosis.evidence == "Temporary Authentication"


def test_the_problem_itself_is_not_among_its_alternatives() -> None:
    diagnosis = diagnose(Failure(text="LOGIN Invalid credentials", stage=Stage.AUTH, provider="yahoo"))

    assert "wrong-password" in diagnosis.alternatives
    assert diagnosis.problem.slug not in diagnosis.alternatives


@pytest.mark.parametrize("code", sorted(AADSTS.slugs))
def test_a_number_of_microsoft_s_is_understood_without_its_sentence(code: int) -> None:
    expected = AADSTS.slugs[code]

    assert named(f"AADSTS{code}: ") == expected
    assert named(f"{{'error_codes': [{code}]}}") == expected


def test_a_number_that_only_announces_another_gives_way_to_it() -> None:
    assert named("AADSTS70002: Error validating credentials. AADSTS50126: …") == "wrong-password"


def test_rules_name_only_known_problems() -> None:
    slugs: set[str] = set(AADSTS.slugs.values())
    for rule in RULES:
        if isinstance(rule, Rule):
            slugs |= {rule.slug, *rule.alternatives}
    for finding in (*CERTAIN_OBSERVATIONS.values(), *WEAK_OBSERVATIONS.values(), *LIKELY_OBSERVATIONS.values()):
        slugs |= {finding.slug, *finding.alternatives}

    assert slugs <= set(PROBLEMS)


def test_every_problem_can_be_recognised() -> None:
    reachable = set(AADSTS.slugs.values()) | {rule.slug for rule in RULES if isinstance(rule, Rule)}
    reachable |= {finding.slug for finding in (*CERTAIN_OBSERVATIONS.values(), *WEAK_OBSERVATIONS.values())}

    assert set(PROBLEMS) - reachable == {UNKNOWN}


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "a ",
        "_",
        "\\",
        "\\n",
        "%41",
        "%",
        "&amp;",
        "&",
        "CAPABILITY IMAP4 ",
        "aadsts1 ",
        "error codes ",
        "certificate ",
        "é",
        "密",
    ],
)
def test_a_megabyte_of_hostile_text_costs_next_to_nothing(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    diagnose(Failure(text="warm-up"))

    started = time.process_time()
    diagnose(Failure(text=text))

    assert time.process_time() - started < 0.5


def test_every_combination_of_phrases_is_spelt_out() -> None:
    assert combine("account; user", "; is", "locked") == (
        "account locked; account is locked; user locked; user is locked"
    )


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("UserStrongAuthEnrollmentRequired", "mfa-required"),
        ("FolderNotFoundException: Archive", "mailbox-not-found"),
        ("AuthenticationFailedError", "wrong-password"),
        ("setTimeout at listOnTimeout (timers.js)", "unknown"),
    ],
)
def test_the_name_of_an_error_is_read_as_words(text: str, slug: str) -> None:
    assert named(text) == slug


def test_the_end_of_a_long_text_counts() -> None:
    assert named("at frame\n" * 50_000 + "OSError: [Errno 113] No route to host") == "connection-timeout"
