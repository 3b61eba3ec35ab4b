"""Turn a host name into addresses that may be reached, once, so that no second answer of DNS can differ."""

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass

import idna

from webapp.core.diagnosis.symptom import Symptom
from webapp.core.net.address_policy import Address, is_allowed, parse
from webapp.core.net.deadline import Budget
from webapp.core.net.dns import LookupTimeoutError, look_up_addresses
from webapp.core.net.errors import NameResolutionError
from webapp.core.net.network import Network

_NAME = re.compile(r"(?=.{1,253}\Z)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")

# A name whose last label is a number is read as an IPv4 address by much software: 127.1, 2130706433, 0x7f000001.
_ENDS_IN_A_NUMBER = re.compile(r"(.*\.)?([0-9]+|0x[0-9a-f]*)")

_NO_ADDRESS = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", -5), getattr(socket, "EAI_ADDRFAMILY", -9)}


@dataclass(frozen=True)
class ResolvedHost:
    """The name a certificate must carry, and the vetted addresses behind it."""

    name: str
    addresses: tuple[Address, ...]


def resolve_public_addresses(host: str, network: Network, budget: Budget, at_most: float) -> ResolvedHost:
    """Return the addresses of a host, every one of them checked; a single forbidden one rules out the name."""
    name = normalize_hostname(host)
    literal = parse(name)
    addresses = (literal,) if literal else _look_up(name, network.hosts, budget.timeout(at_most))
    for address in addresses:
        if not is_allowed(address, network.allowed):
            refused = str(address) if literal else f"{name} ({address})"
            raise NameResolutionError(f"{refused} is not a public address", symptom=Symptom.ADDRESS_NOT_ALLOWED)
    return ResolvedHost(name, addresses)


def normalize_hostname(host: str) -> str:
    """Return a host in the one form in which it is looked up: lower case, A-labels, no brackets, no final dot."""
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if ":" in bare and "%" not in bare and (address := parse(bare)):
        return str(address)
    try:
        ascii_name = bare if bare.isascii() else idna.encode(bare, uts46=True, transitional=False).decode()
    except UnicodeError as error:
        raise _no_such_name(host, str(error)) from None
    name = ascii_name.lower().removesuffix(".")
    if not _NAME.fullmatch(name) or (_ENDS_IN_A_NUMBER.fullmatch(name) and not parse(name)):
        raise _no_such_name(host, "not a host name")
    return name


def _look_up(name: str, known: Mapping[str, str], seconds: float) -> tuple[Address, ...]:
    known_address = known.get(name) or known.get("*." + name.partition(".")[2])
    if known_address and (address := parse(known_address)):
        return (address,)
    if known_address or not (found := _query(name, seconds)):
        raise _no_such_name(name, "no address")
    return found


def _query(name: str, seconds: float) -> tuple[Address, ...]:
    if name.endswith(".invalid"):  # RFC 6761 section 6.4: answered without a query
        raise _no_such_name(name, "Name or service not known")
    try:
        return look_up_addresses(name, seconds)
    except LookupTimeoutError:
        raise NameResolutionError(f"no answer about {name}", symptom=Symptom.NAME_LOOKUP_BROKEN) from None
    except (OSError, UnicodeError) as error:
        if isinstance(error, socket.gaierror) and error.errno not in _NO_ADDRESS:
            raise NameResolutionError(f"{name}: {error}", symptom=Symptom.NAME_LOOKUP_BROKEN) from None
        raise _no_such_name(name, str(error)) from None


def _no_such_name(host: str, why: str) -> NameResolutionError:
    return NameResolutionError(f"{host[:255]}: {why[:255]}", symptom=Symptom.NO_SUCH_NAME)
