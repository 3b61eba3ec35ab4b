"""Everything but an answer is a `NetworkError`, and responses and connections are closed on every path."""

import gc
import socket
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse

import pytest

from tests.core.oauth.servers import PATIENCE, Behaviour, Server, answers, http, says, silent
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.net.errors import ConnectError, LimitError, NetworkError, ProtocolError
from webapp.core.net.http import HttpLimits, HttpResponse, RedirectError, http_request

QUICK = HttpLimits(total=0.6, connect=0.6)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(answers(b"ok")) as server:
        yield server


@pytest.fixture
def responses(monkeypatch: pytest.MonkeyPatch) -> list[HTTPResponse]:
    """Return the responses that are made, so that none is closed by the garbage collector alone."""
    made: list[HTTPResponse] = []

    class Kept(HTTPResponse):
        def begin(self) -> None:
            made.append(self)
            super().begin()

    monkeypatch.setattr(HTTPConnection, "response_class", Kept)
    return made


def get(url: str) -> HttpResponse:
    return http_request("GET", url, headers={}, limits=QUICK)


@pytest.mark.parametrize(
    ("behaviour", "kind", "symptom"),
    [
        (says(b""), ProtocolError, None),
        (says(b"* OK IMAP4rev1 ready\r\n"), ProtocolError, None),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), ProtocolError, None),
        (says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\nabc"), ProtocolError, None),
        (says(http(b"x" * 300_000)), LimitError, Symptom.TOO_MUCH_DATA),
        (answers(status="302 Found", headers="Location: https://elsewhere.example/\r\n"), RedirectError, None),
        (silent, ConnectError, Symptom.OUT_OF_TIME),
    ],
    ids=["dropped", "not HTTP", "short", "short chunk", "too long", "redirect", "silent"],
)
def test_a_fault_closes_the_response(
    server: Server,
    responses: list[HTTPResponse],
    behaviour: Behaviour,
    kind: type[NetworkError],
    symptom: Symptom | None,
) -> None:
    server.behaviour = behaviour

    with pytest.raises(NetworkError) as raised:
        get(server.url())

    assert (type(raised.value), raised.value.symptom) == (kind, symptom)
    assert [response.closed for response in responses] == [True]
    assert server.left.wait(PATIENCE)
    gc.collect()  # what is left open would warn here, and a warning is an error


def test_an_answer_closes_the_response(server: Server, responses: list[HTTPResponse]) -> None:
    assert get(server.url()) == HttpResponse(status=200, body=b"ok")

    assert [response.closed for response in responses] == [True]


def test_a_refused_connection_has_its_symptom() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

    with pytest.raises(ConnectError, match=f"127.0.0.1:{port}: .*Connection refused") as raised:
        get(f"http://127.0.0.1:{port}/")

    assert raised.value.symptom is Symptom.REFUSED
