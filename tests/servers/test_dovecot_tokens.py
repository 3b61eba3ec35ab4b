"""Access tokens at a real Dovecot that asks a practice provider about them (RFC 7662)."""

from collections.abc import Callable, Iterator

import pytest

from tests.servers.dovecot import PATIENCE, Dovecot
from tests.servers.plugin import DovecotWith
from tests.servers.test_dovecot import detail as step
from tests.servers.token_check import TokenCheck
from webapp.core.diagnosis import diagnose
from webapp.core.imap import AccessToken, Report, Security, ServerSettings, StepName, run_check
from webapp.practice.oauth_server.client import MAIL_SERVER_ID, MAIL_SERVER_SECRET
from webapp.practice.oauth_server.http_server import ProviderServer
from webapp.practice.oauth_server.sample_users import WORKSPACE

ANNA, OTTO = f"anna@{WORKSPACE}", f"otto@{WORKSPACE}"
ENOUGH_TO_KNOW_SOMEBODY = "openid email"

# What Dovecot says of any token that it refuses, whatever the reason, in the two mechanisms.
XOAUTH2_CHALLENGE = "status 401, schemes bearer, scope mail"
OAUTHBEARER_CHALLENGE = "status invalid_token"


@pytest.fixture(scope="module")
def running_google() -> Iterator[ProviderServer]:
    with ProviderServer.start("google") as authority:
        yield authority


@pytest.fixture
def google(running_google: ProviderServer) -> ProviderServer:
    running_google.reset()
    return running_google


def asking(authority: ProviderServer, *, client_secret: str = MAIL_SERVER_SECRET) -> TokenCheck:
    """Ask a practice provider."""
    return TokenCheck(
        introspection=authority.introspection,
        client_id=MAIL_SERVER_ID,
        client_secret=client_secret,
        scope=authority.profile.mail_scope,
    )


def check(server: Dovecot, token: str, *, user: str = ANNA, security: Security = Security.TLS) -> Report:
    port = server.tls_port if security is Security.TLS else server.port
    settings = ServerSettings(host=server.address, port=port, security=security, user=user)
    return run_check(settings, AccessToken(token), network=server.network, limits=PATIENCE)


def good(google: ProviderServer) -> str:
    return str(google.issue_token(ANNA)["access_token"])


def expired(google: ProviderServer) -> str:
    google.store.set_lifetime(ANNA, 0)
    return good(google)


def bogus(google: ProviderServer) -> str:
    return good(google)[::-1]


def revoked(google: ProviderServer) -> str:
    token = good(google)
    google.revoke(ANNA)
    return token


def of_another(google: ProviderServer) -> str:
    return str(google.issue_token(OTTO)["access_token"])


def without_the_scope(google: ProviderServer) -> str:
    return str(google.issue_token(ANNA, scope=ENOUGH_TO_KNOW_SOMEBODY)["access_token"])


REFUSED = pytest.mark.parametrize("make", [expired, bogus, revoked, of_another, without_the_scope])


@pytest.mark.parametrize("security", list(Security))
def test_an_issued_token_opens_the_mailbox(
    dovecot_with: DovecotWith, google: ProviderServer, security: Security
) -> None:
    server = dovecot_with(asking(google))

    report = check(server, good(google), security=security)

    assert report.failure is None
    assert step(report, StepName.AUTHENTICATE) == "AUTHENTICATE XOAUTH2"
    assert (report.messages, report.mailboxes) == (0, 1)


def test_where_oauthbearer_alone_is_offered_an_issued_token_goes_by_it(
    dovecot_with: DovecotWith, google: ProviderServer
) -> None:
    server = dovecot_with(asking(google), auth_mechanisms="plain oauthbearer")

    report = check(server, good(google))

    assert report.failure is None
    assert step(report, StepName.AUTHENTICATE) == "AUTHENTICATE OAUTHBEARER"


def test_a_token_is_not_taken_for_a_password_where_no_mechanism_for_it_is_offered(dovecot: Dovecot) -> None:
    report = check(dovecot, "a token", user="ann@example.com")

    assert report.failure
    assert report.failure.text == "The server offers AUTH=PLAIN AUTH=LOGIN"
    assert diagnose(report.failure).problem.slug == "auth-mechanism-unsupported"


@REFUSED
@pytest.mark.parametrize(
    ("mechanism", "challenge"), [("xoauth2", XOAUTH2_CHALLENGE), ("oauthbearer", OAUTHBEARER_CHALLENGE)]
)
def test_a_refused_token_is_called_one_with_the_challenge_and_never_quoted(
    dovecot_with: DovecotWith,
    google: ProviderServer,
    make: Callable[[ProviderServer], str],
    mechanism: str,
    challenge: str,
) -> None:
    server = dovecot_with(asking(google), auth_mechanisms=f"plain {mechanism}")
    token = make(google)

    report = check(server, token)

    assert report.failure
    assert report.failure.text == (
        f"AUTHENTICATE {mechanism.upper()}: NO [AUTHENTICATIONFAILED] Authentication failed. {challenge}"
    )
    assert diagnose(report.failure).problem.slug == "oauth-token-rejected"
    assert token not in repr(report)


def test_a_server_that_cannot_ask_the_provider_is_not_taken_for_a_refusal(
    dovecot_with: DovecotWith, google: ProviderServer
) -> None:
    server = dovecot_with(asking(google, client_secret="another"))

    report = check(server, good(google))

    assert report.failure
    assert "[UNAVAILABLE]" in report.failure.text
    assert diagnose(report.failure).problem.slug == "server-unavailable"
