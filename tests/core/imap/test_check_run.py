"""Checks that pass, and what their reports say."""

from collections.abc import Callable

import pytest

from tests.core.imap.certificates import Authority
from tests.core.imap.servers import Peer, imap, serving
from webapp.core.imap import Network, Outcome, Password, Report, Security, ServerSettings, StepName
from webapp.core.imap.check.run import SessionOpenError, open_session

Check = Callable[..., Report]


def outcomes(report: Report) -> dict[str, str]:
    return {step.name.value: step.outcome.value for step in report.steps}


def step(report: Report, name: StepName) -> str:
    return next(step.detail for step in report.steps if step.name is name)


def test_check_over_tls_passes_every_step_in_order(check: Check, authority: Authority) -> None:
    with serving(imap(), authority.server()) as port:
        report = check(port, "tls", host="localhost")

    assert [step.name for step in report.steps] == [
        StepName.LOOKUP,
        StepName.CONNECT,
        StepName.TLS,
        StepName.GREETING,
        StepName.AUTHENTICATE,
        StepName.INBOX,
        StepName.MAILBOXES,
        StepName.LOGOUT,
    ]
    assert {step.outcome for step in report.steps} == {Outcome.PASSED}
    assert (report.passed, report.messages, report.mailboxes) == (True, 3, 2)


def test_report_says_in_plain_words_what_each_step_found(check: Check, authority: Authority) -> None:
    with serving(imap(), authority.server()) as port:
        report = check(port, "tls", host="localhost")

    assert step(report, StepName.LOOKUP) == "127.0.0.1"
    assert step(report, StepName.CONNECT) == f"port {port}"
    assert step(report, StepName.TLS).startswith("TLS 1.3, Example CA, certificate until ")
    assert step(report, StepName.GREETING) == "Ready"
    assert step(report, StepName.AUTHENTICATE) == "AUTHENTICATE PLAIN"
    assert step(report, StepName.INBOX) == "3 messages"
    assert step(report, StepName.MAILBOXES) == "2 mailboxes"


def test_starttls_comes_after_the_greeting(check: Check, authority: Authority) -> None:
    def start_tls(peer: Peer, tag: str, _: bytes) -> None:
        peer.say(f"{tag} OK Begin")
        peer.start_tls(authority.server())

    talk = imap("* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] Ready", STARTTLS=start_tls)
    with serving(talk) as port:
        report = check(port, "starttls")

    assert [step.name for step in report.steps][2:4] == [StepName.GREETING, StepName.TLS]
    assert report.passed


def test_no_encryption_is_a_skipped_step_with_a_warning(check: Check) -> None:
    with serving(imap()) as port:
        report = check(port)

    tls = report.steps[2]
    assert (tls.name, tls.outcome, tls.detail) == (StepName.TLS, Outcome.SKIPPED, "not encrypted")
    assert "password" in tls.warning


def test_certificate_that_expires_soon_is_a_warning(check: Check, authority: Authority) -> None:
    with serving(imap(), authority.server(days=(-1, 5.5))) as port:
        report = check(port, "tls")

    assert report.passed
    assert report.steps[2].warning.endswith(", in 5 days")


def test_preauthenticated_connection_needs_no_password(check: Check, authority: Authority) -> None:
    with serving(imap("* PREAUTH Welcome"), authority.server()) as port:
        report = check(port, "tls")

    assert report.passed
    assert outcomes(report)["authenticate"] == "skipped"


def test_alert_of_the_server_is_a_warning(check: Check) -> None:
    login = "* OK [ALERT] Mailbox moves on Sunday\nTAG OK [CAPABILITY IMAP4rev1] Done"
    with serving(imap(AUTHENTICATE=login)) as port:
        report = check(port)

    assert report.steps[4].warning == "Mailbox moves on Sunday"


@pytest.mark.parametrize(
    ("farewell", "outcome"),
    [(None, "skipped"), ("TAG BAD No", "passed"), ("* OK never ending", "skipped"), ("* BYE Bye", "passed")],
)
def test_failing_logout_takes_nothing_away(check: Check, farewell: str | None, outcome: str) -> None:
    with serving(imap(LOGOUT=farewell)) as port:
        report = check(port)

    assert report.passed
    assert outcomes(report)["logout"] == outcome


def test_refused_sign_in_is_followed_by_logout(check: Check) -> None:
    heard: list[str] = []

    def log_out(peer: Peer, tag: str, _: bytes) -> None:
        heard.append("LOGOUT")
        peer.say(f"* BYE Bye\r\n{tag} OK Done")

    with serving(imap(AUTHENTICATE="TAG NO [AUTHENTICATIONFAILED] No", LOGOUT=log_out)) as port:
        report = check(port)

    assert heard == ["LOGOUT"]
    assert outcomes(report) == {
        "lookup": "passed",
        "connect": "passed",
        "tls": "skipped",
        "greeting": "passed",
        "authenticate": "failed",
        "inbox": "not_reached",
        "mailboxes": "not_reached",
        "logout": "passed",
    }


def test_what_could_not_be_opened_keeps_whose_words_the_refusal_is_in(network: Network) -> None:
    with serving(imap(AUTHENTICATE="TAG NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)")) as port:
        server = ServerSettings(host="127.0.0.1", port=port, security=Security.NONE, user="ann")
        with pytest.raises(SessionOpenError) as refused:
            open_session(server, Password("secret"), network=network, provider="gmail")

    assert refused.value.failure(None) == refused.value.report.failure
    assert refused.value.failure(None).provider == "gmail"


def test_capabilities_are_asked_only_when_they_did_not_come_unasked(check: Check) -> None:
    asked: list[str] = []

    def capability(peer: Peer, tag: str, _: bytes) -> None:
        asked.append(tag)
        peer.say(f"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n{tag} OK Done")

    with serving(imap(CAPABILITY=capability)) as port:
        check(port)
    assert asked == []

    with serving(imap("* OK Ready", CAPABILITY=capability, AUTHENTICATE=plain_in_two_lines)) as port:
        check(port)
    assert len(asked) == 2


def plain_in_two_lines(peer: Peer, tag: str, _: bytes) -> None:
    peer.say("+ ")
    peer.hear()
    peer.say(f"{tag} OK Done")


def test_id_is_sent_where_offered_before_a_mailbox_is_opened(check: Check) -> None:
    heard: list[bytes] = []

    def identify(peer: Peer, tag: str, fields: bytes) -> None:
        heard.append(fields)
        peer.say(f"{tag} NO Not you")

    def examine(peer: Peer, tag: str, _: bytes) -> None:
        heard.append(b"EXAMINE")
        peer.say(f"* 1 EXISTS\r\n{tag} OK Done")

    login = "TAG OK [CAPABILITY IMAP4rev1 ID] Done"
    with serving(imap(AUTHENTICATE=login, ID=identify, EXAMINE=examine)) as port:
        report = check(port)

    assert report.passed
    assert heard[0].startswith(b'("name" "Postroom" "version" ')
    assert heard[1] == b"EXAMINE"


@pytest.mark.parametrize(
    "listing",
    [
        b'* LIST () "/" "&Jjo-\xff"\r\n* LIST () NIL INBOX\r\nTAG OK Done\r\n',
        b'* LIST () "/" {5}\r\nINBOX\r\n* LIST () "/" ""\r\nTAG OK Done\r\n',
        b'* LIST () "." "&&&&"\r\n* LIST (\\Noselect) "/" "[Gmail]"\r\nTAG OK\r\n',
        b"* LIST\r\n* LIST () \"/\" 'a b'\r\nTAG OK Done\r\n",
    ],
)
def test_awkward_mailbox_names_are_counted(check: Check, listing: bytes) -> None:
    with serving(imap(LIST=listing)) as port:
        report = check(port)

    assert (report.passed, report.mailboxes) == (True, 2)
