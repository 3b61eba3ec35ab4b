"""Which servers may be reached, in every notation an address can be written in."""

import socket
import time
from ipaddress import ip_address, ip_network

import pytest

from webapp.core.diagnosis.symptom import Symptom
from webapp.core.net.address_policy import is_allowed
from webapp.core.net.deadline import Budget
from webapp.core.net.errors import NameResolutionError
from webapp.core.net.network import Network
from webapp.core.net.resolver import ResolvedHost, normalize_hostname, resolve_public_addresses

PUBLIC_ONLY = Network()
LOOPBACK = Network(allowed=(ip_network("127.0.0.0/8"), ip_network("::1/128")))


def look_up(host: str, network: Network = PUBLIC_ONLY) -> ResolvedHost:
    return resolve_public_addresses(host, network, Budget(5, 1000), 5)


def symptom_of(host: str, network: Network = PUBLIC_ONLY) -> str | None:
    with pytest.raises(NameResolutionError) as raised:
        look_up(host, network)
    return raised.value.symptom


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.9",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::10.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "64:ff9b:1:7f00:0:100::",
        "64:ff9b:1::1",
        "100::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a00:1::",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_address_that_is_not_public_is_refused(address: str) -> None:
    assert symptom_of(address) is Symptom.ADDRESS_NOT_ALLOWED


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "::ffff:93.184.216.34", "64:ff9b::5db8:d822", "2002:5db8:d822::"],
)
def test_public_address_may_be_reached(address: str) -> None:
    assert look_up(address).addresses == (ip_address(address),)


@pytest.mark.parametrize(
    "host",
    [
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.0.0.01",
        "0",
        "0x",
        "127.0.0.1.1",
        "256.256.256.256",
        "1.2.3",
        "imap.example.123",
        "fe80::1%lo",
        "[fe80::1%25lo]",
        "::ffff:127.1",
        "[127.0.0.1",
        "http://127.0.0.1",
        "user@127.0.0.1",
        "127.0.0.1:993",
        "127.0.0.1/8",
        "a..b",
        ".",
        "-a.example",
        "a b",
        "a\u200bb\u3002",
        "\u2460.\u2488",
        "xn--a.",
        "😀" * 80,
    ],
)
@pytest.mark.parametrize("network", [PUBLIC_ONLY, LOOPBACK], ids=["public only", "loopback allowed"])
def test_odd_notation_never_slips_through(host: str, network: Network) -> None:
    assert symptom_of(host, network) is Symptom.NO_SUCH_NAME


@pytest.mark.parametrize(
    "host", ["127.0.0.1.", "[::1]", "[::ffff:7f00:1]", "１２７.0.0.1", "127。0。0。1", "LOCALHOST", "localhost."]
)
def test_other_spelling_of_this_machine_is_recognised(host: str) -> None:
    assert symptom_of(host) is Symptom.ADDRESS_NOT_ALLOWED


def test_allowed_range_opens_what_is_inside_it_and_nothing_else() -> None:
    allowed = [ip_network("10.1.0.0/16"), ip_network("fd00::/8")]

    assert is_allowed(ip_address("10.1.2.3"), allowed)
    assert is_allowed(ip_address("::ffff:10.1.2.3"), allowed)
    assert is_allowed(ip_address("fd12::1"), allowed)
    assert not is_allowed(ip_address("10.2.0.1"), allowed)
    assert not is_allowed(ip_address("127.0.0.1"), allowed)


def test_range_in_which_addresses_are_wrapped_does_not_open_what_they_wrap() -> None:
    assert not is_allowed(ip_address("64:ff9b::7f00:1"), [ip_network("64:ff9b::/96")])


def test_localhost_is_found_when_loopback_is_allowed() -> None:
    assert ip_address("127.0.0.1") in look_up("localhost", LOOPBACK).addresses


def test_one_forbidden_address_spoils_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", ("93.184.216.34", 0)), (0, 0, 0, "", ("10.0.0.1", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)

    assert symptom_of("mail.example.com") is Symptom.ADDRESS_NOT_ALLOWED


@pytest.mark.parametrize(
    ("errno", "symptom"),
    [
        (socket.EAI_NONAME, Symptom.NO_SUCH_NAME),
        (socket.EAI_NODATA, Symptom.NO_SUCH_NAME),
        (socket.EAI_AGAIN, Symptom.NAME_LOOKUP_BROKEN),
        (socket.EAI_FAIL, Symptom.NAME_LOOKUP_BROKEN),
        (socket.EAI_SYSTEM, Symptom.NAME_LOOKUP_BROKEN),
    ],
)
def test_missing_name_and_broken_look_up_are_told_apart(
    monkeypatch: pytest.MonkeyPatch, errno: int, symptom: Symptom
) -> None:
    def answer(*_: object, **__: object) -> None:
        raise socket.gaierror(errno, "said the resolver")

    monkeypatch.setattr(socket, "getaddrinfo", answer)

    assert symptom_of("mail.example.com") is symptom


def test_look_up_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(*_: object, **__: object) -> list[object]:
        time.sleep(0.2)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", answer)

    with pytest.raises(NameResolutionError) as raised:
        resolve_public_addresses("mail.example.com", PUBLIC_ONLY, Budget(5, 1000), 0.05)

    assert raised.value.symptom is Symptom.NAME_LOOKUP_BROKEN


def test_known_host_is_not_asked_for_and_is_vetted_all_the_same() -> None:
    hosts = {"*.practice.test": "127.0.0.1", "one.practice.test": "127.0.0.9"}

    assert look_up("imap.practice.test", Network(allowed=LOOPBACK.allowed, hosts=hosts)).addresses == (
        ip_address("127.0.0.1"),
    )
    assert look_up("ONE.practice.test.", Network(allowed=LOOPBACK.allowed, hosts=hosts)).addresses == (
        ip_address("127.0.0.9"),
    )
    assert symptom_of("imap.practice.test", Network(hosts=hosts)) is Symptom.ADDRESS_NOT_ALLOWED


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("IMAP.Example.COM.", "imap.example.com"),
        ("imap.bücher.example", "imap.xn--bcher-kva.example"),
        ("BÜCHER。example", "xn--bcher-kva.example"),
        ("_imaps.example.com", "_imaps.example.com"),
        ("[2606:4700::1111]", "2606:4700::1111"),
        ("straße.example", "xn--strae-oqa.example"),
    ],
)
def test_host_has_one_canonical_form(host: str, name: str) -> None:
    assert normalize_hostname(host) == name
