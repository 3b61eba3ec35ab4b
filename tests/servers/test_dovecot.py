"""The check against a real Dovecot: connection security, ways to authenticate, and mailboxes with awkward names."""

import imaplib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from tests.servers.awkward_names import AWKWARD_NAMES
from tests.servers.dovecot import PATIENCE, USERS, Dovecot
from tests.servers.plugin import DovecotWith
from webapp.core.diagnosis import diagnose
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap import Network, Outcome, Password, Report, Security, ServerSettings, StepName, run_check
from webapp.core.imap.protocol.credentials import Credential, Sasl

ANN = "ann@example.com"
EVERY_SECURITY = pytest.mark.parametrize("security", list(Security))


class LoginOnly(Password):
    """A password that goes by the LOGIN command even where a server offers better."""

    def sasl(self, user: str, host: str = "", port: int = 0) -> tuple[Sasl, ...]:
        return ()


def check(
    server: Dovecot,
    *,
    user: str = ANN,
    credential: Credential | None = None,
    security: Security = Security.TLS,
    network: Network | None = None,
) -> Report:
    port = server.tls_port if security is Security.TLS else server.port
    settings = ServerSettings(host=server.address, port=port, security=security, user=user)
    return run_check(settings, credential or Password(USERS[user]), network=network or server.network, limits=PATIENCE)


def slug(report: Report) -> str:
    assert report.failure, report.steps
    return diagnose(report.failure).problem.slug


def detail(report: Report, name: StepName) -> str:
    return next(step.detail for step in report.steps if step.name is name)


@EVERY_SECURITY
def test_check_passes_every_step_over_every_security(dovecot: Dovecot, security: Security) -> None:
    report = check(dovecot, security=security)

    outcomes = {step.name: step.outcome for step in report.steps}
    tls = Outcome.SKIPPED if security is Security.NONE else Outcome.PASSED
    assert report.failure is None
    due = [name for name in StepName if name is not StepName.ACCESS_TOKEN]
    assert outcomes == {name: tls if name is StepName.TLS else Outcome.PASSED for name in due}


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_check_names_the_protocol_and_the_issuer_of_the_certificate(dovecot: Dovecot, security: Security) -> None:
    report = check(dovecot, security=security)

    assert re.match(r"TLS 1\.[23], Example CA, certificate until ", detail(report, StepName.TLS))


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_check_distrusts_a_certificate_whose_authority_is_not_given(dovecot: Dovecot, security: Security) -> None:
    strict = replace(dovecot.network, ca_file=None)

    report = check(dovecot, security=security, network=strict)

    assert slug(report) == "tls-untrusted-cert"
    assert _nothing_was_sent(report)


def test_check_of_implicit_tls_on_the_starttls_port_says_so(dovecot: Dovecot) -> None:
    settings = ServerSettings(host=dovecot.address, port=dovecot.port, security=Security.TLS, user=ANN)

    report = run_check(settings, Password(USERS[ANN]), network=dovecot.network)

    assert report.failure
    assert report.failure.symptom == Symptom.SPEAKS_PLAIN_IMAP


def test_check_without_tls_sends_no_password_where_the_server_forbids_it(dovecot_with: DovecotWith) -> None:
    server = dovecot_with(disable_plaintext_auth="yes")

    report = check(server, security=Security.NONE)

    assert slug(report) == "login-disabled-use-tls"
    assert "auth attempts" not in _log_about(server, ANN)


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_check_with_tls_passes_where_the_server_forbids_passwords_without(
    dovecot_with: DovecotWith, security: Security
) -> None:
    server = dovecot_with(disable_plaintext_auth="yes")

    report = check(server, security=security)

    assert report.failure is None


@EVERY_SECURITY
def test_check_passes_where_the_server_offers_nothing_but_plain(dovecot_with: DovecotWith, security: Security) -> None:
    server = dovecot_with(auth_mechanisms="plain")

    report = check(server, security=security)

    assert report.failure is None
    assert detail(report, StepName.AUTHENTICATE).endswith("AUTHENTICATE PLAIN")


@EVERY_SECURITY
def test_check_passes_where_the_server_offers_nothing_but_login(dovecot_with: DovecotWith, security: Security) -> None:
    # Without PLAIN, Dovecot serves no LOGIN command either: what is left is the mechanism that is called LOGIN.
    server = dovecot_with(auth_mechanisms="login")

    report = check(server, security=security)

    assert report.failure is None
    assert detail(report, StepName.AUTHENTICATE).endswith("AUTHENTICATE LOGIN")


def test_a_utf8_password_goes_through_the_mechanism_login(dovecot_with: DovecotWith) -> None:
    server = dovecot_with(auth_mechanisms="login")

    outcomes = {user: check(server, user=user).failure for user in USERS}

    assert outcomes == dict.fromkeys(USERS)


@pytest.mark.parametrize("user", USERS)
def test_authenticate_plain_takes_any_password(dovecot: Dovecot, user: str) -> None:
    report = check(dovecot, user=user)

    assert report.failure is None
    assert detail(report, StepName.AUTHENTICATE) == "AUTHENTICATE PLAIN"


@pytest.mark.parametrize("user", USERS)
def test_login_takes_any_password(dovecot: Dovecot, user: str) -> None:
    report = check(dovecot, user=user, credential=LoginOnly(USERS[user]))

    assert report.failure is None
    assert detail(report, StepName.AUTHENTICATE) == "LOGIN"


@pytest.mark.parametrize("kind", [Password, LoginOnly])
@pytest.mark.parametrize("password", ["correct horse battery ", "falsch, сильно 🔒"])
def test_a_wrong_password_is_called_one_and_never_quoted(dovecot: Dovecot, kind: type[Password], password: str) -> None:
    report = check(dovecot, credential=kind(password))

    assert slug(report) == "wrong-password"
    assert password not in repr(report)


def test_an_unknown_user_looks_like_a_wrong_password(dovecot: Dovecot) -> None:
    report = check(dovecot, user="nobody@example.com", credential=Password("whatever"))

    assert slug(report) == "wrong-password"


def test_check_counts_sixty_awkward_mailboxes_and_those_above_them(dovecot: Dovecot) -> None:
    user = "awkward@example.com"
    for name in AWKWARD_NAMES:
        dovecot.create_mailbox(user, name)
    parents = {str(parent) for name in AWKWARD_NAMES for parent in PurePosixPath(name).parents}

    report = check(dovecot, user=user)

    assert len(set(AWKWARD_NAMES)) == 60
    assert report.failure is None
    assert report.mailboxes == len({"INBOX"} | set(AWKWARD_NAMES) | parents - {"."})


def test_check_counts_the_messages_in_inbox(dovecot: Dovecot) -> None:
    for flags in (None, None, "", "S", "FS"):
        dovecot.deliver(ANN, flags=flags)

    report = check(dovecot)

    assert report.messages == 5
    assert detail(report, StepName.INBOX) == "5 messages"


def test_check_leaves_every_message_as_recent_and_as_unseen_as_it_was(dovecot: Dovecot) -> None:
    user = "flags@example.com"
    dovecot.deliver(user, flags="FS")
    with _signed_in(dovecot, user) as client:
        client.select()
    new = [dovecot.deliver(user), dovecot.deliver(user)]

    report = check(dovecot, user=user)

    assert report.messages == 3
    assert all(message.exists() for message in new)
    with _signed_in(dovecot, user) as client:
        client.select()
        assert client.response("RECENT") == ("RECENT", [b"2"])
        assert client.search(None, "UNSEEN") == ("OK", [b"2 3"])
        assert client.search(None, "FLAGGED SEEN") == ("OK", [b"1"])


@contextmanager
def _signed_in(server: Dovecot, user: str) -> Iterator[imaplib.IMAP4]:
    with imaplib.IMAP4(server.address, server.port, timeout=5) as client:
        client.login(user, USERS[user])
        yield client


def _nothing_was_sent(report: Report) -> bool:
    late = (StepName.AUTHENTICATE, StepName.INBOX, StepName.MAILBOXES)
    return all(step.outcome is Outcome.NOT_REACHED for step in report.steps if step.name in late)


def _log_about(server: Dovecot, user: str) -> str:
    lines = (server.folder / "dovecot.log").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if user in line)
