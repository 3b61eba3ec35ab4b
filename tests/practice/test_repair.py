"""What an administrator fixes in practice mode: the same test passes afterwards, and fails once it is broken again."""

import imaplib
import ssl
from collections.abc import Callable, Iterator, Mapping

import pytest
import requests

from tests.practice.clients import Elsewhere, PortalClient
from tests.practice.conftest import Connect, HereClient, OpenClient
from tests.practice.test_oauth_scenarios import ENDS, KEYS, examine, walk
from webapp.practice.imap_server.scenarios import SCENARIOS, Scenario
from webapp.practice.oauth_scenarios import OAUTH_SCENARIOS, OAuthScenario
from webapp.practice.oauth_server.profiles import PROFILES
from webapp.practice.oauth_server.repair_keys import REPAIRABLE
from webapp.practice.oauth_server.sample_users import OFFICE, WORKSPACE
from webapp.practice.process import PracticeServers
from webapp.practice.provider_overrides import imap_host

AT_SIGN_IN = [each for each in SCENARIOS if each.repaired_as and each.port_name == "moods"]
BY_OAUTH = [each for each in OAUTH_SCENARIOS if each.repaired_as]
EXPIRED = next(each for each in SCENARIOS if each.key == "tls-expired")

Mend = Callable[..., requests.Response]


@pytest.fixture
def mend(elsewhere: Mapping[str, Elsewhere]) -> Iterator[Mend]:
    """Fix a scenario, or break it again; nothing stays fixed for the tests after this one."""
    provider = elsewhere["microsoft"]
    yield lambda key, mended="yes": provider.hook(f"mended/{key}", mended=mended)
    provider.hook("reset")


def mended_at(provider: Elsewhere) -> list[str]:
    return list(requests.get(f"{provider.url}/practice/state", timeout=10).json()["mended"])


def test_at_least_what_an_administrator_is_asked_for_most_can_be_mended() -> None:
    assert {
        *("imap-disabled", "mailbox-access-denied", "account-disabled"),
        *("gmail-blocked", "outlook-admin-consent", "outlook-shared-denied"),
        *("outlook-no-mailbox", "outlook-secret-expired"),
    } <= REPAIRABLE


def test_what_can_be_mended_is_a_scenario_that_fails_and_is_proved_here() -> None:
    proved = {each.key: each.expected_slug for each in (*AT_SIGN_IN, EXPIRED)}
    proved |= {each.key: each.expected_slug for each in BY_OAUTH}

    assert set(proved) == REPAIRABLE
    assert all(proved.values())


@pytest.mark.parametrize("key", PROFILES)
def test_nobody_is_mended_twice_and_everybody_stays_who_they_are(key: str) -> None:
    mends = PROFILES[key].repairs.values()

    addresses = [person.address for person in mends]

    assert len(set(addresses)) == len(addresses)
    assert {person.name for person in mends} <= {person.name for person in PROFILES[key].users}


def opens(connect: Connect, scenario: Scenario) -> bool:
    client = connect(scenario)
    try:
        client.login(scenario.login, scenario.password)
        return client.select("INBOX", readonly=True)[0] == "OK"
    except imaplib.IMAP4.error:
        return False


@pytest.mark.parametrize("scenario", AT_SIGN_IN, ids=lambda scenario: scenario.key)
def test_a_mended_mailbox_opens_until_it_is_broken_again(connect: Connect, mend: Mend, scenario: Scenario) -> None:
    before = opens(connect, scenario)
    mend(scenario.key)
    mended = opens(connect, scenario)
    mend(scenario.key, "no")

    assert (before, mended, opens(connect, scenario)) == (False, True, False)


def test_mending_one_mailbox_mends_no_other(connect: Connect, mend: Mend) -> None:
    mend("imap-disabled")

    assert [each.key for each in AT_SIGN_IN if opens(connect, each)] == ["imap-disabled"]


def test_a_mended_mailbox_still_wants_the_right_password(connect: Connect, mend: Mend) -> None:
    mend("imap-disabled")
    client = connect(next(each for each in SCENARIOS if each.key == "imap-disabled"))

    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        client.login("imap-disabled@practice.test", "another")


def test_a_mended_inbox_is_empty_and_says_so(connect: Connect, mend: Mend) -> None:
    mend("account-disabled")
    scenario = next(each for each in SCENARIOS if each.key == "account-disabled")
    client = connect(scenario)
    client.login(scenario.login, scenario.password)

    assert client.select("INBOX", readonly=True) == ("OK", [b"0"])
    assert client.list() == ("OK", [b'() "/" INBOX'])


def test_an_expired_certificate_is_replaced_until_it_is_broken_again(connect: Connect, mend: Mend) -> None:
    mend(EXPIRED.key)
    opened = opens(connect, EXPIRED)
    mend(EXPIRED.key, "no")

    assert opened
    with pytest.raises(ssl.SSLCertVerificationError, match="has expired"):
        connect(EXPIRED)


@pytest.mark.parametrize("scenario", BY_OAUTH, ids=lambda scenario: scenario.key)
def test_a_mended_sign_in_leads_into_the_mailbox_until_it_is_broken_again(
    elsewhere: Mapping[str, Elsewhere], open_client: OpenClient, mend: Mend, scenario: OAuthScenario
) -> None:
    key = KEYS[scenario.credential_type]
    provider = elsewhere[key]

    def end() -> str:
        return walk(PortalClient(provider), scenario) or examine(open_client, key, scenario, provider)

    mend(scenario.key)
    mended = end()
    mend(scenario.key, "no")

    assert mended == "INBOX: OK 12"
    assert end().startswith(ENDS[scenario.key])


def test_what_is_mended_meanwhile_counts_for_a_token_that_was_given_before(
    elsewhere: Mapping[str, Elsewhere], open_client: OpenClient, mend: Mend
) -> None:
    token = elsewhere["microsoft"].issue(f"lena@{OFFICE}")
    mend("outlook-no-mailbox")
    client = open_client(imap_host("microsoft"), "microsoft_mail")

    client.authenticate("XOAUTH2", lambda _: f"user=lena@{OFFICE}\x01auth=Bearer {token}\x01\x01".encode())

    assert client.select("INBOX", readonly=True) == ("OK", [b"12"])


def test_a_code_given_before_the_secret_was_renewed_is_redeemed_with_the_new_one(
    elsewhere: Mapping[str, Elsewhere], mend: Mend
) -> None:
    client = PortalClient(elsewhere["microsoft"])
    code = client.sign_in(f"silas@{OFFICE}")["code"]
    mend("outlook-secret-expired")

    assert client.redeem(code).status_code == 200


def test_whoever_was_mended_can_still_have_everything_taken_back(
    elsewhere: Mapping[str, Elsewhere], mend: Mend
) -> None:
    mend("gmail-blocked")
    client, bea = PortalClient(elsewhere["google"]), f"bea@{WORKSPACE}"
    refresh_token = client.tokens(bea)["refresh_token"]
    mend("gmail-blocked", "no")

    elsewhere["google"].hook(f"accounts/{bea}/revoke")

    assert client.refresh(refresh_token).json()["error"] == "invalid_grant"


def test_all_servers_know_of_it_whichever_was_told(elsewhere: Mapping[str, Elsewhere], mend: Mend) -> None:
    elsewhere["google"].hook("mended/outlook-no-mailbox")
    mend("imap-disabled")

    assert (
        mended_at(elsewhere["google"]) == mended_at(elsewhere["microsoft"]) == ["imap-disabled", "outlook-no-mailbox"]
    )


def test_the_page_of_accounts_says_what_is_so_now(elsewhere: Mapping[str, Elsewhere], mend: Mend) -> None:
    before = requests.get(elsewhere["google"].url, timeout=10).text
    mend("gmail-blocked")

    after = requests.get(elsewhere["google"].url, timeout=10).text

    assert "Her administrator has blocked the app." in before
    assert "Her administrator trusts the app now." in after
    assert "Her administrator has blocked the app." not in after


def test_mending_twice_is_mending_and_a_reset_breaks_everything_again(
    elsewhere: Mapping[str, Elsewhere], mend: Mend
) -> None:
    mend("imap-disabled")
    mend("imap-disabled")
    before = mended_at(elsewhere["google"])

    elsewhere["google"].hook("reset")

    assert (before, mended_at(elsewhere["google"])) == (["imap-disabled"], [])


def test_the_servers_start_with_nothing_mended(tmp_path_factory: pytest.TempPathFactory) -> None:
    servers = PracticeServers.start(tmp_path_factory.mktemp("fresh"))
    try:
        assert mended_at(Elsewhere.at("microsoft", servers.ports)) == []
    finally:
        servers.stop()


@pytest.mark.parametrize("key", ["works", "wrong-password", "outlook-works", "nonsense"])
def test_what_cannot_be_mended_is_not_found(microsoft: HereClient, key: str) -> None:
    answer = requests.post(f"{microsoft.authority.url}/practice/mended/{key}", timeout=10)

    assert answer.status_code == 404
