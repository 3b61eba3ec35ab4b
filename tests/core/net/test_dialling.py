"""The first address that answers is connected to, both IP families are raced, and no socket is left open."""

import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from ipaddress import ip_address
from time import monotonic

import pytest

from webapp.core.diagnosis.symptom import Symptom
from webapp.core.net.address_policy import Address
from webapp.core.net.deadline import Budget
from webapp.core.net.dialling import ATTEMPT_DELAY, connect_tcp, interleave_families
from webapp.core.net.errors import ConnectError

FIRST, SECOND, IPV6 = ip_address("127.0.0.1"), ip_address("127.0.0.2"), ip_address("::1")

Listen = Callable[..., None]


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


OTHERS = pytest.mark.parametrize(
    "other",
    [SECOND, pytest.param(IPV6, marks=pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6"))],
    ids=["same family", "other family"],
)


@pytest.fixture
def port() -> int:
    """Return a port at which nothing listens yet."""
    with socket.create_server((str(FIRST), 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


@pytest.fixture
def listen(port: int) -> Iterator[Listen]:
    """Listen on an address at the port; one that hangs has a full queue, so that an attempt gets no answer at all."""
    with ExitStack() as opened:

        def start(address: Address, *, hangs: bool = False) -> None:
            family = socket.AF_INET if address.version == 4 else socket.AF_INET6
            opened.enter_context(socket.create_server((str(address), port), family=family, backlog=1 if hangs else 9))
            for _ in range(8 if hangs else 0):
                crowd = opened.enter_context(socket.socket(family))
                crowd.setblocking(False)
                crowd.connect_ex((str(address), port))

        yield start


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[socket.socket]:
    """Return the sockets on which a connection is attempted, in order."""
    found: list[socket.socket] = []

    class Watched(socket.socket):
        def connect_ex(self, address: object) -> int:
            found.append(self)
            return super().connect_ex(address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "socket", Watched)
    return found


def connect(port: int, *addresses: Address, at_most: float = 3, total: float = 5) -> socket.socket:
    return connect_tcp(addresses, port, Budget(total, 100), at_most)


@OTHERS
def test_the_next_address_is_tried_beside_one_that_hangs(
    port: int, listen: Listen, attempts: list[socket.socket], other: Address
) -> None:
    listen(FIRST, hangs=True)
    listen(other)
    attempts.clear()
    began = monotonic()

    with connect(port, FIRST, other) as sock:
        assert sock.getpeername()[0] == str(other)

    assert ATTEMPT_DELAY <= monotonic() - began < 4 * ATTEMPT_DELAY
    loser, winner = attempts
    assert winner is sock
    assert loser.fileno() == -1


@OTHERS
def test_the_next_address_is_tried_at_once_when_one_refuses(port: int, listen: Listen, other: Address) -> None:
    listen(other)
    began = monotonic()

    with connect(port, FIRST, other) as sock:
        assert sock.getpeername()[0] == str(other)

    assert monotonic() - began < ATTEMPT_DELAY


@OTHERS
def test_the_preferred_address_is_the_only_one_tried_when_it_answers(
    port: int, listen: Listen, attempts: list[socket.socket], other: Address
) -> None:
    listen(FIRST)
    listen(other)

    with connect(port, FIRST, other) as sock:
        assert sock.getpeername()[0] == str(FIRST)
        assert sock.gettimeout() is None
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

    assert attempts == [sock]


@OTHERS
def test_a_refusal_says_more_than_a_timeout(port: int, listen: Listen, other: Address) -> None:
    listen(FIRST, hangs=True)

    with pytest.raises(ConnectError) as raised:
        connect(port, FIRST, other, at_most=4 * ATTEMPT_DELAY)

    assert raised.value.symptom is Symptom.REFUSED


@OTHERS
def test_when_both_refuse_that_is_the_failure(port: int, attempts: list[socket.socket], other: Address) -> None:
    with pytest.raises(ConnectError, match="Connection refused") as raised:
        connect(port, FIRST, other)

    assert raised.value.symptom is Symptom.REFUSED
    assert [sock.fileno() for sock in attempts] == [-1, -1]


@OTHERS
def test_when_both_hang_the_attempts_overlap_and_time_out(
    port: int, listen: Listen, attempts: list[socket.socket], other: Address
) -> None:
    listen(FIRST, hangs=True)
    listen(other, hangs=True)
    attempts.clear()
    began = monotonic()

    with pytest.raises(ConnectError, match="timed out") as raised:
        connect(port, FIRST, other, at_most=0.6)

    assert raised.value.symptom is Symptom.CONNECT_TIMED_OUT
    assert monotonic() - began < 2 * 0.6
    assert [sock.fileno() for sock in attempts] == [-1, -1]


def test_all_attempts_together_end_with_the_budget(port: int, listen: Listen, attempts: list[socket.socket]) -> None:
    addresses = [ip_address(f"127.0.0.{last}") for last in range(1, 6)]
    for address in addresses:
        listen(address, hangs=True)
    attempts.clear()
    began = monotonic()

    with pytest.raises(ConnectError) as raised:
        connect(port, *addresses, total=0.6)

    assert raised.value.symptom in {Symptom.CONNECT_TIMED_OUT, Symptom.OUT_OF_TIME}
    assert monotonic() - began < 1
    assert {sock.fileno() for sock in attempts} == {-1}


def test_a_family_that_this_machine_has_not_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, port: int, listen: Listen
) -> None:
    listen(FIRST)

    class OnlyIpv4(socket.socket):
        def __init__(self, family: int = -1, kind: int = -1, proto: int = -1, fileno: int | None = None) -> None:
            if family == socket.AF_INET6:
                raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
            super().__init__(family, kind, proto, fileno)

    monkeypatch.setattr(socket, "socket", OnlyIpv4)

    with connect(port, IPV6, FIRST) as sock:
        assert sock.getpeername()[0] == str(FIRST)


def test_families_take_turns_beginning_with_the_preferred_one() -> None:
    one, two, three = (ip_address(f"192.0.2.{last}") for last in (1, 2, 3))
    six, seven = ip_address("2001:db8::6"), ip_address("2001:db8::7")

    assert interleave_families([one, two, three, six, seven]) == (one, six, two, seven, three)
    assert interleave_families([six, one]) == (six, one)
    assert interleave_families([]) == ()


@pytest.mark.parametrize("late", [errno.ECONNRESET, errno.EPIPE])
def test_an_end_met_while_connecting_is_left_to_the_next_read(
    monkeypatch: pytest.MonkeyPatch, port: int, late: int
) -> None:
    class Hasty(socket.socket):
        def getsockopt(self, level: int, name: int, *size: int) -> int:  # type: ignore[override]
            code = super().getsockopt(level, name, *size)
            return late if name == socket.SO_ERROR else int(code)

    monkeypatch.setattr(socket, "socket", Hasty)
    with socket.create_server((str(FIRST), port)) as server:
        server.settimeout(5)

        with connect(port, FIRST) as sock:
            peer, _ = server.accept()
            peer.close()
            assert sock.recv(1) == b""
