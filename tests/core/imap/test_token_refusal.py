"""What a grant makes of a refusal: only what is beyond doubt, and never against a cause that the server names."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from webapp.core.diagnosis import diagnose
from webapp.core.diagnosis.failure import Failure, Stage
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap import GrantFacts
from webapp.core.imap.check.token_refusal import explain_token_refusal

ANN, BOB = "ann@example.com", "bob@example.com"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

GOOGLE = GrantFacts(
    account=ANN,
    scopes=frozenset({"openid", "email", "https://mail.google.com/"}),
    mail_scope="https://mail.google.com/",
    expires_at=NOW + timedelta(minutes=30),
)
MICROSOFT = GrantFacts(
    account=ANN,
    scopes=frozenset({"openid", "https://outlook.office.com/IMAP.AccessAsUser.All"}),
    mail_scope="https://outlook.office.com/IMAP.AccessAsUser.All",
    expires_at=NOW + timedelta(minutes=30),
)

GMAIL_400 = Failure(
    text="AUTHENTICATE XOAUTH2: NO [AUTHENTICATIONFAILED] Invalid credentials (Failure) "
    "status 400, schemes Bearer, scope https://mail.google.com/",
    stage=Stage.AUTH,
    provider="google",
)
EXCHANGE_NO = Failure(text="AUTHENTICATE XOAUTH2: NO AUTHENTICATE failed.", stage=Stage.AUTH, provider="microsoft")
NOT_CONNECTED = Failure(text="BAD User is authenticated but not connected.", stage=Stage.MAILBOX, provider="microsoft")
NOT_CONNECTED_BYE = replace(NOT_CONNECTED, text=f"{NOT_CONNECTED.text} Connection closed. 14", symptom=Symptom.DROPPED)


def diagnosed(failure: Failure, user: str, evidence: GrantFacts) -> tuple[str, tuple[str, ...]]:
    diagnosis = diagnose(explain_token_refusal(failure, user, evidence, now=NOW))
    return diagnosis.problem.slug, diagnosis.alternatives


@pytest.mark.parametrize(
    ("failure", "user", "evidence", "slug", "or_else"),
    [
        (GMAIL_400, ANN, replace(GOOGLE, scopes=frozenset({"openid"})), "scope-missing", "oauth-token-rejected"),
        (GMAIL_400, ANN, replace(GOOGLE, scopes=frozenset()), "scope-missing", "oauth-token-rejected"),
        (GMAIL_400, BOB, GOOGLE, "wrong-account", "mailbox-access-denied"),
        (GMAIL_400, ANN, GOOGLE, "oauth-token-rejected", "imap-disabled"),
        (EXCHANGE_NO, ANN, MICROSOFT, "oauth-token-rejected", "license-or-mailbox-missing"),
        (EXCHANGE_NO, BOB, MICROSOFT, "wrong-account", "mailbox-access-denied"),
        (
            EXCHANGE_NO,
            ANN,
            replace(MICROSOFT, scopes=frozenset({"https://graph.microsoft.com/IMAP.AccessAsUser.All"})),
            "scope-missing",
            "oauth-token-rejected",
        ),
        (EXCHANGE_NO, ANN, replace(MICROSOFT, audience="https://graph.microsoft.com"), "scope-missing", ""),
        (
            EXCHANGE_NO,
            ANN,
            replace(MICROSOFT, audience="00000003-0000-0000-c000-000000000000"),
            "scope-missing",
            "oauth-token-rejected",
        ),
        (NOT_CONNECTED, BOB, MICROSOFT, "mailbox-access-denied", "wrong-account"),
        (NOT_CONNECTED_BYE, BOB, MICROSOFT, "mailbox-access-denied", "wrong-account"),
        (NOT_CONNECTED, ANN, MICROSOFT, "imap-disabled", "license-or-mailbox-missing"),
        (NOT_CONNECTED_BYE, ANN, MICROSOFT, "imap-disabled", "license-or-mailbox-missing"),
        (replace(NOT_CONNECTED, text="NO EXAMINE failed."), BOB, MICROSOFT, "mailbox-access-denied", "wrong-account"),
    ],
)
def test_a_refusal_without_a_cause_gets_the_likeliest_one(
    failure: Failure, user: str, evidence: GrantFacts, slug: str, or_else: str
) -> None:
    found, alternatives = diagnosed(failure, user, evidence)

    assert found == slug
    assert not or_else or or_else in alternatives


@pytest.mark.parametrize(
    ("text", "stage", "slug"),
    [
        ("AUTHENTICATE XOAUTH2: NO [ALERT] IMAP access is disabled for your domain.", Stage.AUTH, "imap-disabled"),
        ("AUTHENTICATE XOAUTH2: NO [ALERT] Too many simultaneous connections.", Stage.AUTH, "too-many-connections"),
        ("AUTHENTICATE XOAUTH2: NO [UNAVAILABLE] Temporary System Error", Stage.AUTH, "server-unavailable"),
        ("AUTHENTICATE XOAUTH2: NO User account is disabled.", Stage.AUTH, "account-disabled"),
        ("AUTHENTICATE OAUTHBEARER: NO failed status insufficient_scope", Stage.AUTH, "scope-missing"),
        ("[NONEXISTENT] Unknown Mailbox: INBOX", Stage.MAILBOX, "mailbox-not-found"),
        ("BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds", Stage.MAILBOX, "rate-limited"),
    ],
)
@pytest.mark.parametrize(
    "evidence", [GOOGLE, replace(GOOGLE, account=BOB), replace(GOOGLE, scopes=frozenset({"openid"}))]
)
def test_a_cause_that_the_server_names_is_believed(text: str, stage: Stage, slug: str, evidence: GrantFacts) -> None:
    assert diagnosed(Failure(text=text, stage=stage, provider="google"), ANN, evidence)[0] == slug


@pytest.mark.parametrize(
    "failure",
    [
        replace(EXCHANGE_NO, text="AUTHENTICATE XOAUTH2: BAD Unknown command"),
        replace(EXCHANGE_NO, text="The server offers AUTH=PLAIN", symptom=Symptom.NO_COMMON_MECHANISM),
        replace(EXCHANGE_NO, text="The server took too long to answer", symptom=Symptom.OUT_OF_TIME),
        replace(EXCHANGE_NO, text="Connection closed. 14", symptom=Symptom.DROPPED),
        replace(NOT_CONNECTED, text="The server closed the connection", symptom=Symptom.DROPPED),
    ],
)
def test_what_is_no_refusal_is_left_as_it_is(failure: Failure) -> None:
    evidence = replace(MICROSOFT, account=BOB, scopes=frozenset())

    assert explain_token_refusal(failure, ANN, evidence, now=NOW) == failure


@pytest.mark.parametrize(
    "evidence",
    [
        replace(MICROSOFT, account=""),
        replace(MICROSOFT, scopes=None),
        replace(MICROSOFT, expires_at=None),
        replace(MICROSOFT, expires_at=NOW - timedelta(seconds=1)),
    ],
    ids=["account", "scopes", "expiry", "expired"],
)
def test_where_something_is_not_known_nothing_is_concluded_from_the_rest(evidence: GrantFacts) -> None:
    assert explain_token_refusal(EXCHANGE_NO, ANN, evidence, now=NOW) == EXCHANGE_NO


def test_not_connected_without_knowing_who_signed_in_is_left_to_the_wording() -> None:
    evidence = replace(MICROSOFT, account="")

    assert diagnosed(NOT_CONNECTED, ANN, evidence)[0] == "wrong-account"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann@Example.com", ANN),
        ("ann@googlemail.com", "ann@gmail.com"),
        (f" {ANN} ", ANN),
        ("ÅNN@example.com", "ånn@example.com"),
    ],
)
def test_spellings_of_one_account_are_one_account(one: str, other: str) -> None:
    thought = explain_token_refusal(GMAIL_400, one, replace(GOOGLE, account=other), now=NOW)

    assert thought.symptom == Symptom.GRANT_IN_ORDER


@pytest.mark.parametrize(
    "scope",
    [
        "https://outlook.office365.com/IMAP.AccessAsUser.All",
        "https://outlook.office.com/imap.accessasuser.all",
        "https://outlook.office.com/IMAP.AccessAsUser.All/",
    ],
)
def test_spellings_of_one_scope_are_one_scope(scope: str) -> None:
    thought = explain_token_refusal(EXCHANGE_NO, ANN, replace(MICROSOFT, scopes=frozenset({scope})), now=NOW)

    assert thought.symptom == Symptom.GRANT_IN_ORDER


@pytest.mark.parametrize(
    "audience",
    [
        "https://outlook.office365.com",
        "https://outlook.office.com/",
        "00000002-0000-0ff1-ce00-000000000000",
        "a-number",
    ],
)
def test_an_audience_that_may_be_right_proves_nothing(audience: str) -> None:
    thought = explain_token_refusal(EXCHANGE_NO, ANN, replace(MICROSOFT, audience=audience), now=NOW)

    assert thought.symptom == Symptom.GRANT_IN_ORDER


@pytest.mark.parametrize("scope", ["", "http://[", "https://", "mail", "https://mail.google.com:x/"])
def test_odd_scopes_and_audiences_break_nothing(scope: str) -> None:
    evidence = replace(GOOGLE, mail_scope=scope, scopes=frozenset({scope, "http://]"}), audience=scope)

    assert explain_token_refusal(GMAIL_400, ANN, evidence, now=NOW).text.startswith(GMAIL_400.text)


def test_the_comparison_is_told_in_one_line_without_controls() -> None:
    evidence = replace(GOOGLE, account="bob\r\n\x1b[31m@example.com", scopes=frozenset({"b", "a"}))

    text = explain_token_refusal(GMAIL_400, ANN, evidence, now=NOW).text

    assert text.endswith(
        "(mailbox: ann@example.com; signed in: bob [31m@example.com; granted: a b; needed: https://mail.google.com/)"
    )
    assert text.isprintable()


def test_granting_nothing_is_told_as_nothing() -> None:
    assert (
        "granted: nothing;" in explain_token_refusal(GMAIL_400, ANN, replace(GOOGLE, scopes=frozenset()), now=NOW).text
    )
