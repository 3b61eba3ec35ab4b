"""Which addresses may be reached: public ones, and the private ranges that are allowed. Knows nothing of names."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Subnet = IPv4Network | IPv6Network

# IPv4 is wrapped in IPv6 in several ways; what counts is the address that is reached in the end.
_IPV4_COMPATIBLE = IPv6Network("::/96")  # RFC 4291 section 2.5.5.1
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
_LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")  # RFC 8215

# The only part of IPv6 given out for global unicast, see the IANA registry "IPv6 Global Unicast Address Assignments".
_GLOBAL_IPV6 = IPv6Network("2000::/3")

# `is_global` of Python 3.11 takes these for public.
_NOT_PUBLIC: tuple[Subnet, ...] = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments, cloud metadata among them
    IPv4Network("192.88.99.0/24"),  # relays of 6to4, RFC 7526
    IPv4Network("168.63.129.16/32"),  # Azure's host, as seen from any machine in Azure
    IPv4Network("224.0.0.0/4"),  # multicast
    IPv6Network("2001::/32"),  # Teredo, whose tunnel may end anywhere, RFC 4380
    IPv6Network("3fff::/20"),  # documentation, RFC 9637
)


def parse(text: str) -> Address | None:
    """Return the address that a text is in its one proper notation, or None."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def is_allowed(address: Address, allowed: Iterable[Subnet]) -> bool:
    """Return whether an address is public or inside an allowed range."""
    reached = _embedded_ipv4(address)
    return any(reached in network for network in allowed) or _is_public(reached)


def _is_public(address: Address) -> bool:
    if address.version == 6 and address not in _GLOBAL_IPV6:
        return False
    return address.is_global and not any(address in network for network in _NOT_PUBLIC)


def _embedded_ipv4(address: Address) -> Address:
    if isinstance(address, IPv4Address):
        return address
    if address in _LOCAL_NAT64:  # RFC 6052 section 2.2: octets 6, 7, 9 and 10 of the address
        octets = address.packed
        return IPv4Address(octets[6:8] + octets[9:11])
    if address in _NAT64 or (address in _IPV4_COMPATIBLE and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
