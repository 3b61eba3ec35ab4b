"""How much the portal adds to a test of a saved connection: the whole request against the bare IMAP conversation."""

import socket
import ssl
from collections.abc import Callable
from statistics import median

from bench.measuring import Result, seconds_of
from bench.portal import PASSED, running_portal
from tests.servers.dovecot import USERS, Dovecot, running_dovecot

TITLE = "Test of a saved connection, Dovecot with TLS, median of 50"
_ROUNDS, _WARM_UP = 50, 5
_USER = "ann@example.com"


def measure() -> list[Result]:
    """Alternate between the request and the bare conversation."""
    with running_dovecot() as server, running_portal(server.network) as portal:
        address = f"{server.address}:{server.tls_port}:tls"
        connection_id = portal.add_connection("Ann", server=address, user=_USER, password=USERS[_USER])
        browser, path = portal.browser(), f"/connections/{connection_id}"
        form = {"csrf_token": browser.token(path)}

        def request() -> None:
            if PASSED not in browser.press(f"{path}/test", form):
                raise RuntimeError("the test did not pass")

        converse = _conversation(server)
        times = [(seconds_of(request), seconds_of(converse)) for _ in range(_WARM_UP + _ROUNDS)][_WARM_UP:]
        browser.close()
    whole, bare = (median(each) * 1000 for each in zip(*times, strict=True))
    return [
        Result(what="whole request: session, CSRF, check, report stored", value=whole, unit="ms"),
        Result(what="bare: TLS, LOGIN, EXAMINE, LIST, LOGOUT", value=bare, unit="ms"),
        Result(what="ratio", value=whole / bare, unit="", at_most=1.5),
    ]


def _conversation(server: Dovecot) -> Callable[[], None]:
    context = ssl.create_default_context(cafile=str(server.ca_file))
    commands = (f'LOGIN {_USER} "{USERS[_USER]}"', "EXAMINE INBOX", 'LIST "" "*"', "LOGOUT")

    def converse() -> None:
        with (
            socket.create_connection((server.address, server.tls_port), timeout=10) as sock,
            context.wrap_socket(sock, server_hostname=server.address) as tls,
            tls.makefile("rwb") as stream,
        ):
            stream.readline()
            for command in commands:
                stream.write(f"a {command}\r\n".encode())
                stream.flush()
                while not (line := stream.readline()).startswith(b"a "):
                    pass
                if not line.startswith(b"a OK"):
                    raise RuntimeError(line.decode())

    return converse
