"""Signing in with an access token: what is sent, how a refusal is answered, and where the token comes from."""

import base64
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.core.imap.certificates import Authority
from tests.core.imap.servers import SECRET, Peer, imap, serving, silent
from webapp.core.diagnosis import diagnose
from webapp.core.diagnosis.failure import Stage
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap import (
    AccessToken,
    GrantFacts,
    Limits,
    ObtainedCredential,
    Outcome,
    Report,
    StepName,
    TokenError,
)

Check = Callable[..., Report]

ANN, BOB = "ann@example.com", "bob@example.com"
GOOGLE_SCOPE = "https://mail.google.com/"
BOTH = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=OAUTHBEARER AUTH=XOAUTH2 SASL-IR] Ready"
ALL_BUT_PLAIN = "* OK [CAPABILITY IMAP4rev1 AUTH=OAUTHBEARER SASL-IR] Ready"
STEPS = ["lookup", "connect", "tls", "greeting", "authenticate", "inbox", "mailboxes", "logout"]


def source(
    detail: str = "From the store, 12 minutes old, for mail", **more: object
) -> Callable[[], ObtainedCredential]:
    return lambda: ObtainedCredential(credential=AccessToken(SECRET), detail=detail, **more)  # type: ignore[arg-type]


def evidence(account: str = ANN, scopes: frozenset[str] | None = frozenset({GOOGLE_SCOPE})) -> GrantFacts:
    expires_at = datetime.now(UTC) + timedelta(minutes=30)
    return GrantFacts(account=account, scopes=scopes, mail_scope=GOOGLE_SCOPE, expires_at=expires_at)


def challenge(words: bytes) -> str:
    return f"+ {base64.b64encode(words).decode()}"


@pytest.mark.parametrize("at_once", [True, False], ids=["SASL-IR", "no SASL-IR"])
@pytest.mark.parametrize(
    ("offered", "mechanism", "response"),
    [
        ("AUTH=OAUTHBEARER AUTH=XOAUTH2", "XOAUTH2", "user=ånn=,@example.com\1auth=Bearer {token}\1\1"),
        (
            "AUTH=OAUTHBEARER",
            "OAUTHBEARER",
            "n,a=ånn=3D=2C@example.com,\1host=127.0.0.1\1port={port}\1auth=Bearer {token}\1\1",
        ),
    ],
)
def test_token_is_sent_as_the_mechanism_wants_it(
    check: Check, offered: str, mechanism: str, response: str, at_once: bool
) -> None:
    heard: list[str] = []

    def authenticate(peer: Peer, tag: str, rest: bytes) -> None:
        name, *first = rest.split()
        if not first:
            peer.say("+ ")
            first = [peer.hear()]
        heard.extend([name.decode(), base64.b64decode(first[0]).decode()])
        peer.say(f"{tag} OK [CAPABILITY IMAP4rev1] Done")

    greeting = f"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN {offered}{' SASL-IR' * at_once}] Ready"
    with serving(imap(greeting, AUTHENTICATE=authenticate)) as port:
        report = check(port, user="ånn=,@example.com", credential=AccessToken(SECRET))

    assert report.passed
    assert heard == [mechanism, response.format(token=SECRET, port=port)]


@pytest.mark.parametrize(
    ("greeting", "error", "line", "words"),
    [
        (
            BOTH,
            b'{"schemes":"Bearer","status":"400","scope":"https://mail.google.com/"}',
            b"",
            "status 400, schemes Bearer, scope https://mail.google.com/",
        ),
        (
            ALL_BUT_PLAIN,
            b'{"status":"invalid_token","openid-configuration":"https://example.com/.well-known"}',
            b"AQ==",
            "status invalid_token, openid-configuration https://example.com/.well-known",
        ),
    ],
    ids=["XOAUTH2", "OAUTHBEARER"],
)
def test_error_challenge_is_answered_and_told_in_words(
    check: Check, greeting: str, error: bytes, line: bytes, words: str
) -> None:
    answers: list[bytes] = []

    def authenticate(peer: Peer, tag: str, _: bytes) -> None:
        peer.say(challenge(error))
        answers.append(peer.hear())
        peer.say(f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)")

    with serving(imap(greeting, AUTHENTICATE=authenticate)) as port:
        report = check(port, credential=AccessToken(SECRET))

    assert answers == [line]
    assert report.failure
    assert report.failure.text.endswith(f": NO [AUTHENTICATIONFAILED] Invalid credentials (Failure) {words}")
    assert diagnose(report.failure).problem.slug == "oauth-token-rejected"


def test_token_never_goes_into_a_login_command(check: Check) -> None:
    with serving(imap("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] Ready")) as port:
        report = check(port, credential=AccessToken(SECRET))

    assert report.failure
    assert report.failure.symptom == Symptom.NO_COMMON_MECHANISM


@pytest.mark.parametrize("value", ["", "a\1auth=Bearer b", "a\r\nA1 LOGOUT", "a\0", "a\x7f", "\t"])
def test_token_that_could_say_more_than_a_token_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="not allowed"):
        AccessToken(value)


def test_token_shows_itself_nowhere(check: Check, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    def echo(peer: Peer, tag: str, rest: bytes) -> None:
        peer.say(challenge(f'{{"status":"{SECRET}"}}'.encode()))
        peer.hear()
        peer.say(tag.encode() + b" NO " + rest + b" " + SECRET.encode() + b"\r\n")

    with serving(imap(BOTH, AUTHENTICATE=echo)) as port:
        report = check(port, credential=source(evidence=evidence()))

    assert report.failure
    assert report.failure.text.startswith("AUTHENTICATE XOAUTH2: NO XOAUTH2 •••")
    assert SECRET not in repr(report) + caplog.text + repr(source()())
    assert base64.b64encode(SECRET.encode()).decode()[4:-4] not in repr(report)


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_obtaining_the_token_is_the_first_step(check: Check, authority: Authority, security: str) -> None:
    def start_tls(peer: Peer, tag: str, _: bytes) -> None:
        peer.say(f"{tag} OK Begin")
        peer.start_tls(authority.server())

    talk = imap(
        "* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=XOAUTH2 SASL-IR] Ready",
        STARTTLS=start_tls,
        CAPABILITY="* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR\nTAG OK Done",
    )
    with serving(talk, authority.server() if security == "tls" else None) as port:
        report = check(port, security, credential=source(warning="The grant ends in 2 days"))

    assert report.passed
    order = STEPS if security != "starttls" else ["lookup", "connect", "greeting", "tls", *STEPS[4:]]
    assert [step.name.value for step in report.steps] == ["access_token", *order]
    first = report.steps[0]
    assert (first.outcome, first.detail, first.warning) == (
        Outcome.PASSED,
        "From the store, 12 minutes old, for mail",
        "The grant ends in 2 days",
    )
    assert first.seconds is not None


def test_password_has_no_such_step(check: Check) -> None:
    with serving(imap()) as port:
        report = check(port)

    assert [step.name.value for step in report.steps] == STEPS


def test_without_a_token_no_server_is_touched(check: Check) -> None:
    visitors: list[Peer] = []

    def refuse() -> ObtainedCredential:
        raise TokenError("invalid_grant: AADSTS50079: enrol\x1b[0m", symptom=Symptom.GRANT_ENDED)

    with serving(visitors.append) as port:
        report = check(port, credential=refuse)

    assert visitors == []
    assert [step.outcome.value for step in report.steps] == ["failed", *["not_reached"] * 8]
    assert [step.name.value for step in report.steps] == ["access_token", *STEPS]
    assert report.failure
    assert (report.failure.stage, report.failure.symptom) == (Stage.TOKEN, "grant-ended")
    assert report.failure.text == "invalid_grant: AADSTS50079: enrol [0m"
    assert diagnose(report.failure).problem.slug == "mfa-required"


def test_source_that_breaks_in_a_way_nobody_foresaw_is_a_failure_of_its_step(
    check: Check, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks() -> ObtainedCredential:
        raise RuntimeError(f"Authorization: Bearer {SECRET}")

    report = check(1, credential=breaks)

    assert report.stopped_at
    assert report.stopped_at.name is StepName.ACCESS_TOKEN
    assert report.failure
    assert report.failure.stage is Stage.TOKEN
    assert report.failure.text.startswith("RuntimeError: Authorization: Bearer •••")
    assert "RuntimeError" in caplog.text
    assert SECRET not in repr(report) + caplog.text


def test_time_spent_on_the_token_is_taken_from_the_session(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("webapp.core.imap.check.run.monotonic", lambda: now[0])

    def takes_long() -> ObtainedCredential:
        now[0] = 59.5
        return source()()

    began = time.monotonic()
    with serving(silent) as port:
        report = check(port, credential=takes_long, limits=Limits(total=60, least=0, greeting=50, read=50, probe=50))

    assert time.monotonic() - began < 20
    assert report.failure
    assert report.failure.symptom == Symptom.SILENT
    assert report.steps[0].seconds == 59.5


def test_unencrypted_connection_warns_of_the_token(check: Check) -> None:
    with serving(imap(BOTH)) as port:
        report = check(port, credential=source())

    assert report.steps[3].warning == "Everybody on the way can read the access token and the mail"


def test_refusal_is_compared_with_the_grant(check: Check) -> None:
    with serving(imap(BOTH, AUTHENTICATE="TAG NO AUTHENTICATE failed.")) as port:
        report = check(port, credential=source(evidence=evidence(account=BOB)))

    assert report.failure
    assert report.failure.symptom == Symptom.ANOTHER_SIGNED_IN
    assert f"mailbox: {ANN}; signed in: {BOB}" in report.failure.text
    assert report.stopped_at
    assert report.stopped_at.detail == report.failure.text


@pytest.mark.parametrize(
    "answers",
    [
        {"EXAMINE": "TAG BAD User is authenticated but not connected.\n* BYE Connection closed. 14"},
        {
            "AUTHENTICATE": "TAG OK AUTHENTICATE completed.",
            "CAPABILITY": "TAG BAD User is authenticated but not connected.\n* BYE Connection closed. 14",
        },
        {
            "AUTHENTICATE": "TAG OK [CAPABILITY IMAP4rev1 ID] Done",
            "ID": "TAG BAD User is authenticated but not connected.\n* BYE Connection closed. 14",
        },
    ],
    ids=["EXAMINE", "CAPABILITY", "ID"],
)
@pytest.mark.parametrize(("account", "slug"), [(ANN, "imap-disabled"), (BOB, "mailbox-access-denied")])
def test_mailbox_that_stays_shut_after_a_good_token_is_compared_with_the_grant(
    check: Check, answers: dict[str, str], account: str, slug: str
) -> None:
    with serving(imap(BOTH, **answers)) as port:
        report = check(port, credential=source(evidence=evidence(account=account)))

    assert report.stopped_at
    assert report.stopped_at.name is StepName.INBOX
    assert report.failure
    assert "User is authenticated but not connected." in report.failure.text
    assert diagnose(report.failure).problem.slug == slug


def test_failure_on_the_way_to_the_server_is_not_blamed_on_the_grant(check: Check) -> None:
    report = check(1, credential=source(evidence=evidence(account=BOB, scopes=frozenset())))

    assert report.failure
    assert report.failure.symptom == Symptom.REFUSED
    assert BOB not in report.failure.text


def test_list_of_mailboxes_refused_is_not_blamed_on_the_grant(check: Check) -> None:
    with serving(imap(BOTH, LIST="TAG NO No")) as port:
        report = check(port, credential=source(evidence=evidence(account=BOB)))

    assert report.failure
    assert report.failure.symptom is None
