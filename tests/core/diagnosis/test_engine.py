"""How observation, wording, stage and provider together decide."""

import re
import time
from pathlib import Path

import pytest

from webapp.core.diagnosis import diagnose
from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.core.diagnosis.failure import Failure, Stage
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
from webapp.core.diagnosis.symptom import Symptom

ROOT = Path(__file__).parents[3]


def named(text: str, *, stage: Stage | None = None, provider: str | None = None, symptom: Symptom | None = None) -> str:
    return diagnose(Failure(text=text, stage=stage, provider=provider, symptom=symptom)).problem.slug


@pytest.mark.parametrize("symptom", Symptom)
def test_every_symptom_has_a_meaning(symptom: Symptom) -> None:
    slug = named("", symptom=symptom)

    assert slug != UNKNOWN
    assert slug in PROBLEMS


def test_every_symptom_weighs_in_exactly_one_way() -> None:
    assert sorted([*CERTAIN_OBSERVATIONS, *WEAK_OBSERVATIONS, *LIKELY_OBSERVATIONS]) == sorted(Symptom)


@pytest.mark.parametrize("symptom", Symptom)
def test_what_the_portal_saw_is_told_in_one_plain_sentence(symptom: Symptom) -> None:
    observed = diagnose(Failure(text="odd", symptom=symptom)).observed

    assert observed == OBSERVED[symptom]
    assert re.fullmatch(r"[A-Z][^.]{20,120}\.", observed)
    assert not re.search(r"\b(scope|grant|audience|nonce|issuer|handshake|socket|JWT|id_token)s?\b", observed)


def test_a_text_that_somebody_pasted_was_observed_by_nobody() -> None:
    assert diagnose(Failure(text="Connection refused")).observed == ""
    assert set(OBSERVED) == set(Symptom)


def test_a_certain_sign_outweighs_any_wording() -> None:
    assert named("[AUTHENTICATIONFAILED] Invalid credentials", symptom=Symptom.CERTIFICATE_EXPIRED) == "tls-expired"


@pytest.mark.parametrize(
    ("symptom", "slug", "who"),
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
    symptom: Symptom, slug: str, who: Actor
) -> None:
    problem = diagnose(Failure(text="", stage=Stage.TOKEN, symptom=symptom)).problem

    assert (problem.slug, problem.who) == (slug, who)


def test_a_case_with_another_actor_or_sentence_leaves_the_catalogue_as_it_is() -> None:
    unticked = diagnose(Failure(text="", symptom=Symptom.MAIL_SCOPE_NOT_GRANTED)).problem

    assert (unticked.who, PROBLEMS["scope-missing"].who) == (Actor.USER, Actor.OPERATOR)
    assert unticked.verdict != PROBLEMS["scope-missing"].verdict
    assert unticked.fields == PROBLEMS["scope-missing"].fields
    assert diagnose(Failure(text="invalid_scope")).problem == PROBLEMS["scope-missing"]


@pytest.mark.parametrize("symptom", sorted([*CERTAIN_OBSERVATIONS, *WEAK_OBSERVATIONS, *LIKELY_OBSERVATIONS]))
def test_a_sentence_of_a_case_is_as_short_as_one_of_the_catalogue(symptom: Symptom) -> None:
    verdict = diagnose(Failure(text="", symptom=symptom)).problem.verdict

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
    assert named(text, stage=Stage.TOKEN, symptom=Symptom.GRANT_ENDED) == slug


@pytest.mark.parametrize("symptom", sorted(LIKELY_OBSERVATIONS))
def test_a_likely_symptom_explains_a_bare_refusal_and_gives_way_to_a_named_cause(symptom: Symptom) -> None:
    for text in ("AUTHENTICATE XOAUTH2: NO AUTHENTICATE failed.", "User is authenticated but not connected.", "odd"):
        assert named(text, stage=Stage.AUTH, provider="microsoft", symptom=symptom) == LIKELY_OBSERVATIONS[symptom].slug

    assert named("NO [UNAVAILABLE] Try later", stage=Stage.AUTH, symptom=symptom) == "server-unavailable"


@pytest.mark.parametrize(
    ("text", "symptom", "slug"),
    [
        ("* BYE Too many connections from your IP", Symptom.DROPPED, "too-many-connections"),
        ("* BYE [UNAVAILABLE] Temporary failure", Symptom.DROPPED, "server-unavailable"),
        ("connection closed", Symptom.DROPPED, "connection-dropped"),
        ("timed out", Symptom.DROPPED, "connection-dropped"),
        ("", Symptom.SILENT, "connection-timeout"),
        ("gibberish", Symptom.OUT_OF_TIME, "connection-timeout"),
        ("220 mail.example.com ESMTP", Symptom.SILENT, "not-an-imap-server"),
    ],
)
def test_a_server_s_words_outweigh_how_the_connection_ended(text: str, symptom: Symptom, slug: str) -> None:
    assert named(text, symptom=symptom) == slug


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
