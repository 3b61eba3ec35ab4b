"""Sessions are reused for a while, bounded, never shared, and replaced when they have died."""

import itertools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock

import pytest

from tests.core.imap.servers import HASTY, Peer, Talk, imap, serving
from webapp.core.imap import ConnectError, ImapError, Network, Password, Security, ServerSettings
from webapp.core.imap.check.run import open_session
from webapp.core.imap.protocol.errors import NotFoundError
from webapp.core.imap.protocol.session import Session
from webapp.core.imap.protocol.session_pool import SessionPool

Open = Callable[[], Session]


class Server:
    """Counts who comes and who says logout, and can hang up on everybody."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.came = 0
        self.left = 0
        self.peers: list[Peer] = []
        self.port = 0

    def talk(self) -> Talk:
        answer = imap(NOOP="TAG OK Still here", LOGOUT=self._goodbye)

        def greet(peer: Peer) -> None:
            self.came += 1
            self.peers.append(peer)
            answer(peer)

        return greet

    def _goodbye(self, peer: Peer, tag: str, _: bytes) -> None:
        self.left += 1
        peer.say(f"* BYE Bye\r\n{tag} OK Done")

    def open(self) -> Session:
        server = ServerSettings(host="127.0.0.1", port=self.port, security=Security.NONE, user="ann")
        return open_session(server, Password("secret"), network=self._network, limits=HASTY)


@pytest.fixture
def server(network: Network) -> Iterator[Server]:
    made = Server(network)
    with serving(made.talk()) as port:
        made.port = port
        yield made


@pytest.fixture
def pool() -> Iterator[SessionPool]:
    made = SessionPool(keep=0.3, per_key=2, in_all=3, patience=0.3)
    yield made
    made.close_idle()


def test_a_session_is_reused(server: Server, pool: SessionPool) -> None:
    used = []
    for _ in range(3):
        with pool.acquire("ann", server.open) as session:
            session.command("NOOP")
            used.append(session)

    assert server.came == 1
    assert used[0] is used[1] is used[2]


def test_another_key_gets_another_session(server: Server, pool: SessionPool) -> None:
    with pool.acquire("ann", server.open) as first:
        pass
    with pool.acquire("ben", server.open) as second:
        pass

    assert first is not second


def test_two_at_once_get_two_sessions_and_the_third_waits_in_vain(server: Server, pool: SessionPool) -> None:
    with (
        pool.acquire("ann", server.open) as first,
        pool.acquire("ann", server.open) as second,
        pytest.raises(ConnectError, match="Too many simultaneous connections"),
        pool.acquire("ann", server.open),
    ):
        pass

    assert first is not second


def test_who_waits_gets_the_session_that_is_given_back(server: Server) -> None:
    pool = SessionPool(per_key=2, patience=30)

    def use(seconds: float) -> Session:
        with pool.acquire("ann", server.open) as session:
            time.sleep(seconds)
            return session

    with ThreadPoolExecutor(6) as people:
        used = list(people.map(use, [0.05] * 6))
    pool.close_idle()

    assert server.came == len(set(used)) == 2


def test_no_session_is_ever_used_by_two(server: Server) -> None:
    pool, lock, meet = SessionPool(per_key=3, patience=5), Lock(), Barrier(8)
    now: set[Session] = set()
    most = itertools.count()

    def use(number: int) -> None:
        meet.wait()
        for _ in range(25):
            with pool.acquire(number % 2, server.open) as session:
                with lock:
                    assert session not in now
                    now.add(session)
                session.command("NOOP")
                with lock:
                    now.discard(session)
                next(most)

    with ThreadPoolExecutor(8) as people:
        list(people.map(use, range(8)))
    pool.close_idle()

    assert next(most) == 200
    assert server.came <= 6


def test_the_one_idle_longest_makes_room_when_all_places_are_taken(server: Server, pool: SessionPool) -> None:
    for key in ("ann", "ben", "carl", "dora"):
        with pool.acquire(key, server.open):
            pass
    with pool.acquire("dora", server.open), pool.acquire("carl", server.open), pool.acquire("ben", server.open):
        pass

    assert server.came == 4
    assert server.left == 1


def test_an_idle_session_says_goodbye_by_itself(server: Server, pool: SessionPool) -> None:
    with pool.acquire("ann", server.open):
        pass

    ends = time.monotonic() + 3
    while not server.left and time.monotonic() < ends:
        time.sleep(0.02)

    assert server.left == 1


def test_a_session_that_is_used_all_the_time_is_still_not_kept_for_ever(server: Server) -> None:
    pool, used, ends = SessionPool(oldest=0.3), [], time.monotonic() + 0.5
    while time.monotonic() < ends:
        with pool.acquire("ann", server.open) as session:
            used.append(session)
            time.sleep(0.02)
    pool.close_idle()

    assert len(set(used)) == 2
    assert (server.came, server.left) == (2, 2)


def test_a_session_that_has_died_is_replaced_unseen(server: Server, pool: SessionPool) -> None:
    with pool.acquire("ann", server.open):
        pass
    server.peers[0].close()
    time.sleep(0.05)

    with pool.acquire("ann", server.open) as session:
        session.command("NOOP")

    assert server.came == 2


def test_a_session_that_was_told_bye_is_replaced_unseen(server: Server, pool: SessionPool) -> None:
    with pool.acquire("ann", server.open):
        pass
    server.peers[0].say("* BYE Idle for too long")
    server.peers[0].close()
    time.sleep(0.05)

    with pool.acquire("ann", server.open) as session:
        session.command("NOOP")

    assert server.came == 2


def test_news_that_came_while_it_was_idle_does_not_end_a_session(server: Server, pool: SessionPool) -> None:
    with pool.acquire("ann", server.open):
        pass
    server.peers[0].say("* 4 EXISTS")
    time.sleep(0.05)

    with pool.acquire("ann", server.open) as session:
        session.command("NOOP")

    assert server.came == 1


def test_a_refusal_keeps_the_session_and_a_broken_answer_does_not(server: Server, pool: SessionPool) -> None:
    def fail(command: str) -> None:
        with pool.acquire("ann", server.open) as session:
            session.command(command)

    with pytest.raises(ImapError):
        fail("CHECK")  # illegal before a mailbox is open
    with pytest.raises(NotFoundError), pool.acquire("ann", server.open):
        raise NotFoundError("not there")
    assert server.came == 1

    server._goodbye = lambda peer, tag, _: peer.say("nonsense")  # type: ignore[method-assign]
    with pool.acquire("ann", server.open) as session:
        session._imap.tagged_commands[b"PR99"] = None  # as if a command had no answer yet
    with pool.acquire("ann", server.open):
        pass
    assert server.came == 2


def test_a_session_that_cannot_be_opened_takes_no_place(server: Server, pool: SessionPool) -> None:
    def fail() -> Session:
        raise ConnectError("refused")

    for _ in range(5):
        with pytest.raises(ConnectError, match="refused"), pool.acquire("ann", fail):
            pass
    with pool.acquire("ann", server.open):
        pass

    assert server.came == 1


def test_every_use_has_its_own_time(server: Server, pool: SessionPool) -> None:
    with pool.acquire("ann", server.open) as session:
        session._budget._ends = time.monotonic() - 1
    with pool.acquire("ann", server.open) as session:
        session.command("NOOP")

    assert server.came == 1


def test_a_child_process_begins_with_no_sessions(server: Server, pool: SessionPool) -> None:
    with pool.acquire("ann", server.open) as session:
        pass

    pool.forget()
    with pool.acquire("ann", server.open):
        pass

    assert server.came == 2
    session.close()
