import socket
from ipaddress import ip_address

import pytest

from webapp.core.net.deadline import Budget
from webapp.core.net.tcp import connect_tcp


@pytest.mark.parametrize(
    "late", [ConnectionResetError(104, "Connection reset by peer"), BrokenPipeError(32, "Broken pipe")]
)
def test_an_end_met_while_connecting_is_left_to_whoever_speaks_next(
    monkeypatch: pytest.MonkeyPatch, late: OSError
) -> None:
    class Hasty(socket.socket):
        def connect(self, address: object) -> None:
            super().connect(address)  # type: ignore[arg-type]
            raise late

    monkeypatch.setattr(socket, "socket", Hasty)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        server.settimeout(5)

        sock = connect_tcp([ip_address("127.0.0.1")], port, Budget(5, 100), 2)

        with sock:
            peer, _ = server.accept()
            peer.close()
            assert sock.recv(1) == b""
