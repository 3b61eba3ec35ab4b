"""The table of well-known servers: every row is sound, and addresses and hosts find theirs."""

from collections import Counter
from dataclasses import fields
from urllib.parse import urlsplit

import pytest

from webapp.core.imap import Security, ServerSettings
from webapp.core.net.resolver import normalize_hostname
from webapp.services.providers.known_servers import KNOWN_SERVERS, KnownServer, find_by_address, find_by_host

each_server = pytest.mark.parametrize("server", KNOWN_SERVERS, ids=lambda server: server.key)


@each_server
def test_a_row_makes_settings_that_a_check_accepts(server: KnownServer) -> None:
    settings = ServerSettings(host=server.host, port=server.port, security=server.security, user="ann")

    assert normalize_hostname(settings.host) == server.host
    assert 0 < settings.port < 65536
    assert settings.port == settings.security.port or server.key == "proton"


@each_server
def test_a_row_says_in_whole_sentences_what_the_provider_wants(server: KnownServer) -> None:
    sentences = [server.wants, *filter(None, [server.imap_hint])]

    assert all(sentence.endswith(".") and len(sentence) < 200 for sentence in sentences), sentences
    assert not server.wants.removesuffix(".").endswith(".")


@each_server
def test_a_row_is_found_by_its_host_and_by_each_of_its_endings(server: KnownServer) -> None:
    ours = {name for name in server.hosts if find_by_host(f"mx1.{name}") is server and find_by_host(name) is server}

    assert ours == set(server.hosts)


@each_server
def test_a_row_is_found_by_addresses_of_its_domains(server: KnownServer) -> None:
    addresses = [f"Ann.Lee@{'contoso' if domain.startswith('.') else ''}{domain}" for domain in server.domains]

    assert all(find_by_address(address) is server for address in addresses)


@each_server
def test_a_row_is_spelt_as_it_is_looked_up(server: KnownServer) -> None:
    texts = [getattr(server, field.name) for field in fields(server) if field.type is str]
    names = [server.host, *server.domains, *server.hosts]

    assert all(text == text.strip() for text in texts)
    assert all(name == name.lower() and name.isascii() for name in names)
    assert not server.app_password_url or urlsplit(server.app_password_url).scheme == "https"


def test_keys_labels_domains_and_endings_belong_to_one_row_each() -> None:
    names = [f"{kind} {name}" for server in KNOWN_SERVERS for kind, name in _names(server)]

    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_every_server_is_recognised_by_its_own_host_unless_it_is_rented_or_at_home() -> None:
    strangers = {server.key for server in KNOWN_SERVERS if find_by_host(server.host) is not server}

    # Outlook.com lives on the hosts of Microsoft 365, Cox on Yahoo's, and Proton Bridge on one's own machine.
    assert strangers == {"outlook", "cox", "proton"}


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("ann@gmail.com", "google"),
        ("ann@YAHOO.CO.UK", "yahoo"),
        ("ann@hotmail.com.", "outlook"),
        ("ann@contoso.onmicrosoft.com", "microsoft"),
        ('"odd@name"@icloud.com', "icloud"),
        ("ann@163.com", "163"),
        ("ann@proton.me", "proton"),
    ],
)
def test_an_address_finds_its_server(address: str, key: str) -> None:
    server = find_by_address(address)

    assert server
    assert server.key == key


@pytest.mark.parametrize(
    "address",
    ["", "ann", "gmail.com", "ann@", "ann@example.com", "ann@notgmail.com", "ann@x.gmail.com", "ann@onmicrosoft.com"],
)
def test_an_address_elsewhere_finds_nothing(address: str) -> None:
    assert find_by_address(address) is None


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("imap.gmail.com", "google"),
        ("ASPMX.L.GOOGLE.COM.", "google"),
        ("alt1.aspmx.l.google.com", "google"),
        ("outlook.office365.com", "microsoft"),
        ("contoso-com.mail.protection.outlook.com", "microsoft"),
        ("hotmail-com.olc.protection.outlook.com", "outlook"),
        ("export.imap.mail.yahoo.com", "yahoo"),
        ("in1-smtp.messagingengine.com", "fastmail"),
        ("mx1.emailsrvr.com", "rackspace"),
        ("smtp.secureserver.net", "godaddy"),
        ("imappro.zoho.com", "zoho"),
        ("mx.zoho.eu", "zoho-eu"),
        ("mx.yandex.net", "yandex"),
        ("imap.yandex.ru", "yandex"),
        ("smtpin.rzone.de", "strato"),
        ("www99.your-server.de", "hetzner"),
        ("pro2.mail.ovh.net", "ovh"),
        ("imap.qiye.163.com", "netease-enterprise"),
        ("imap.163.com", "163"),
    ],
)
def test_a_host_or_the_target_of_an_mx_record_is_recognised(host: str, key: str) -> None:
    server = find_by_host(host)

    assert server
    assert server.key == key


@pytest.mark.parametrize("host", ["", ".", "example.com", "notgmail.com", "gmail.com.example.com", "127.0.0.1", "com"])
def test_a_host_elsewhere_is_not_recognised(host: str) -> None:
    assert find_by_host(host) is None


def test_the_user_name_is_the_address_or_its_local_part() -> None:
    yahoo, icloud = find_by_address("ann@yahoo.com"), find_by_address("ann@icloud.com")

    assert yahoo
    assert yahoo.user_for("ann@yahoo.com") == "ann@yahoo.com"
    assert icloud
    assert icloud.user_for("ann@icloud.com") == "ann"
    assert icloud.user_for("ann@example.com") == "ann@example.com"


def test_google_and_microsoft_suggest_their_own_credential_type() -> None:
    suggested = {server.key: server.oauth for server in KNOWN_SERVERS if server.oauth}

    assert suggested == {"google": "gmail_oauth2", "microsoft": "outlook_oauth2", "outlook": "outlook_oauth2"}


def test_proton_says_that_its_bridge_lives_on_ones_own_machine() -> None:
    proton = find_by_address("ann@pm.me")

    assert proton
    assert (proton.host, proton.port, proton.security) == ("127.0.0.1", 1143, Security.STARTTLS)
    assert "one's own machine" in proton.wants


def _names(server: KnownServer) -> list[tuple[str, str]]:
    return [
        ("key", server.key),
        ("label", server.label),
        *(("domain", name) for name in server.domains),
        *(("ending", name) for name in server.hosts),
    ]
