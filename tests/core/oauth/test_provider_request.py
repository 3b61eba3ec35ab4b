"""An exchange ends in time and within its bounds, and quotes what went wrong so that it can be diagnosed."""

import gc
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest

from tests.core.imap.certificates import Authority
from tests.core.oauth.conftest import QUICK
from tests.core.oauth.servers import PATIENCE, Behaviour, Server, answers, drips, http, says, silent
from webapp.core.diagnosis import diagnose
from webapp.core.net.http import USUAL_LIMITS, HttpLimits, HttpResponse
from webapp.core.oauth.errors import FailureKind, OAuthError
from webapp.core.oauth.provider_request import provider_request


def get(url: str, limits: HttpLimits = USUAL_LIMITS, ca_file: Path | None = None) -> HttpResponse:
    return provider_request("GET", url, headers={}, limits=limits, ca_file=ca_file)


def failure_of(url: str, limits: HttpLimits = USUAL_LIMITS, ca_file: Path | None = None) -> OAuthError:
    with pytest.raises(OAuthError) as caught:
        get(url, limits, ca_file)
    assert caught.value.kind is FailureKind.TEMPORARY
    return caught.value


def slug_of(failure: OAuthError) -> str:
    return diagnose(failure.failure("gmail")).problem.slug


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def no_proxy_wanted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with Server(answers(b"proxy")) as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        yield
        assert proxy.requests == []


@pytest.mark.usefixtures("no_proxy_wanted")
def test_an_answer_comes_back_and_the_connection_is_closed(server: Server) -> None:
    server.behaviour = answers(b'{"a": 1}', status="418 Teapot")

    url, headers = server.url("token?x=1"), {"X-Mine": "yes"}
    answer = provider_request("POST", url, headers=headers, body=b"a=b", limits=USUAL_LIMITS)

    assert answer == HttpResponse(status=418, body=b'{"a": 1}')
    assert server.left.wait(PATIENCE)
    [request] = server.requests
    assert (request.line, request.body) == ("POST /token?x=1 HTTP/1.1", "a=b")
    assert request.headers["host"] == f"localhost:{server.port}"
    assert (request.headers["x-mine"], request.headers["connection"]) == ("yes", "close")
    gc.collect()  # a socket left open would warn here, and a warning is an error


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\nabcde",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde",
    ],
    ids=["chunked", "until the end", "after 100"],
)
def test_every_way_to_send_a_body_is_read(server: Server, data: bytes) -> None:
    server.behaviour = says(data)

    assert get(server.url()).body == b"abcde"


@pytest.mark.parametrize(
    "behaviour",
    [
        silent,
        drips(b"", b"H"),
        drips(b"HTTP/1.1 200 OK\r\n", b"X-Drop: 1\r\n"),
        drips(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" "),
        drips(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["silent", "status line", "headers", "body", "chunks", "continue"],
)
def test_no_slowness_outlasts_the_deadline(server: Server, behaviour: Behaviour) -> None:
    server.behaviour = behaviour

    failure = failure_of(server.url(), QUICK)

    assert "timed out" in failure.text
    assert server.left.wait(PATIENCE / 2)  # we left, and not because the server had grown tired


def test_a_peer_that_never_reads_does_not_outlast_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"

        with pytest.raises(OAuthError, match="timed out"):
            provider_request("POST", url, headers={}, body=b"x" * 50_000_000, limits=QUICK)


def test_a_peer_that_reads_slowly_does_not_outlast_the_deadline() -> None:
    body = b"x" * 100_000_000

    def sip(listening: socket.socket) -> int:
        sock, _ = listening.accept()
        never, drunk = Event(), 0
        with sock, suppress(ConnectionResetError):
            while got := len(sock.recv(262_144)):
                drunk += got
                never.wait(0.02)
        return drunk

    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as pool:
        drunk = pool.submit(sip, listening)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"

        with pytest.raises(OAuthError, match="timed out"):
            provider_request("POST", url, headers={}, body=body, limits=QUICK)

        assert drunk.result(PATIENCE) < len(body)


@pytest.mark.parametrize(
    "data",
    [
        http(b"x" * 300_000),
        b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n" + b"x" * 300_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFF\r\n" + b"x" * 300_000,
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 300_000,
    ],
    ids=["length", "huge length", "huge chunk", "endless"],
)
def test_no_more_is_read_than_allowed(server: Server, data: bytes) -> None:
    server.behaviour = says(data)

    failure = failure_of(server.url())

    assert "longer than 262144 bytes" in failure.text
    assert slug_of(failure) == "server-unavailable"


def test_as_much_is_read_as_allowed(server: Server) -> None:
    server.behaviour = answers(b"x" * 200_000)

    assert len(get(server.url()).body) == 200_000


@pytest.mark.parametrize(
    ("behaviour", "slug"),
    [
        (says(b""), "connection-dropped"),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), "connection-dropped"),
        (says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\nabc"), "connection-dropped"),
        (says(b"* OK IMAP4rev1 ready\r\n"), "server-unavailable"),
        (says(b"HTTP/1.1 OK\r\n\r\n"), "server-unavailable"),
        (answers(status="302 Found", headers="Location: https://elsewhere.example/x?code=1\r\n"), "server-unavailable"),
        (answers(status="304 Not Modified"), "server-unavailable"),
    ],
    ids=["dropped", "short", "short chunk", "not HTTP", "no status", "redirect", "redirect nowhere"],
)
def test_a_fault_is_diagnosed(server: Server, behaviour: Behaviour, slug: str) -> None:
    server.behaviour = behaviour

    assert slug_of(failure_of(server.url())) == slug


def test_a_redirect_is_not_followed(server: Server) -> None:
    server.behaviour = answers(status="307 Moved", headers=f"Location: {server.url('trap')}\r\n")

    failure = failure_of(server.url("token"))

    assert "redirected to localhost" in failure.text
    assert [request.path for request in server.requests] == ["/token"]


def test_a_closed_port_is_diagnosed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

    assert slug_of(failure_of(f"http://127.0.0.1:{port}/")) == "connection-refused"


@pytest.mark.parametrize(
    ("error", "slug"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "dns-not-found"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), "dns-resolver-failure"),
    ],
)
def test_a_name_that_leads_nowhere_is_diagnosed(monkeypatch: pytest.MonkeyPatch, error: OSError, slug: str) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fail)

    assert slug_of(failure_of("https://provider.example/token")) == slug


def test_a_lookup_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    over = Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [] if over.wait(PATIENCE) else None)

    failure = failure_of("https://provider.example/token", QUICK)
    over.set()

    assert slug_of(failure) == "dns-resolver-failure"


def test_the_next_address_is_tried_when_one_refuses(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, 0, 0, "", (address, 0)) for address in ("127.0.0.2", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    assert get(f"http://provider.example:{server.port}/").status == 200


@pytest.mark.parametrize(
    "url",
    [
        "ftp://localhost/",
        "http:///x",
        "http://localhost:99999/",
        "http://[::1/",
        "https://local\x00host/",
        "http://a b/",
        "",
    ],
)
def test_an_address_that_is_none_is_a_failure(url: str) -> None:
    failure_of(url)


def test_tls_trusts_the_authority_in_the_file(authority: Authority) -> None:
    with Server(answers(b"safe"), tls=authority.server()) as server:
        assert get(server.url(), USUAL_LIMITS, authority.ca_file).body == b"safe"
        assert slug_of(failure_of(server.url())) == "tls-untrusted-cert"


@pytest.mark.parametrize(
    ("changes", "slug"),
    [
        ({"days": (-20, -10)}, "tls-expired"),
        ({"days": (10, 20)}, "clock-skew"),
        ({"names": ("other.example",)}, "tls-hostname-mismatch"),
        ({"self_signed": True}, "tls-untrusted-cert"),
        ({"newest": ssl.TLSVersion.TLSv1_1}, "tls-too-old"),
    ],
)
def test_a_bad_certificate_is_diagnosed(authority: Authority, changes: dict[str, object], slug: str) -> None:
    with Server(tls=authority.server(**changes)) as server:  # type: ignore[arg-type]
        failure = failure_of(server.url(), USUAL_LIMITS, authority.ca_file)

        assert slug_of(failure) == slug
        assert server.requests == []


def test_a_plain_server_behind_https_is_diagnosed() -> None:
    def answer_at_once(listening: socket.socket) -> None:
        sock, _ = listening.accept()
        with sock:
            sock.recv(4096)
            sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as pool:
        served = pool.submit(answer_at_once, listening)
        failure = failure_of(f"https://127.0.0.1:{listening.getsockname()[1]}/")
        served.result(PATIENCE)

    assert slug_of(failure) == "tls-wrong-port"


def test_a_silent_handshake_does_not_outlast_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        failure = failure_of(f"https://127.0.0.1:{listening.getsockname()[1]}/", QUICK)

    assert slug_of(failure) == "connection-timeout"


def test_encrypted_slowness_does_not_outlast_the_deadline(authority: Authority) -> None:
    with Server(drips(b"HTTP/1.1 200 OK\r\n", b"X"), tls=authority.server()) as server:
        failure = failure_of(server.url(), QUICK, authority.ca_file)

    assert "timed out" in failure.text


def test_a_missing_ca_file_is_a_failure(authority: Authority, tmp_path: Path) -> None:
    with Server(tls=authority.server()) as server:
        failure = failure_of(server.url(), USUAL_LIMITS, tmp_path / "missing.pem")

    assert "missing.pem" in failure.text


def test_threads_do_not_disturb_each_other(server: Server) -> None:
    server.behaviour = lambda sock, request: sock.sendall(http(request.path.encode()))

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: get(server.url(str(number))).body, range(40)))

    assert found == [f"/{number}".encode() for number in range(40)]
