"""The process of all practice servers (`python -m webapp.practice --data FOLDER`). Knows no portal but its parent."""

import argparse
import asyncio
import json
import signal
import ssl
import sys
from collections.abc import Awaitable, Callable, Container, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple

from webapp.practice.imap_server import connection_faults
from webapp.practice.imap_server.certificates import Certificates, prepare_certificates
from webapp.practice.imap_server.mail_server import MailServer, prepare_mail_server
from webapp.practice.imap_server.scripted_server import serve_refusal_modes
from webapp.practice.imap_server.xoauth2_server import TokenMailServer, prepare_token_mail
from webapp.practice.oauth_server.http_server import PORTAL_URL, ProviderServer
from webapp.practice.oauth_server.profiles import PROFILES
from webapp.practice.ports import open_sockets


class _Listener(NamedTuple):
    """What answers on a port, and with which certificate where it starts with TLS."""

    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
    certificate: ssl.SSLContext | None = None


def _listeners(
    mail: MailServer,
    token_mail: Mapping[str, TokenMailServer],
    good: ssl.SSLContext,
    certificates: Certificates,
    mended: Container[str],
) -> dict[str, _Listener]:
    expired = _swap_file(_context(certificates.expired), good, lambda: "tls-expired" in mended)
    return {
        "mail_tls": _Listener(mail.serve_tls, good),
        "mail_starttls": _Listener(mail.serve_starttls),
        "moods": _Listener(partial(serve_refusal_modes, mended=mended), good),
        "self_signed": _Listener(mail.serve_tls, _context(certificates.self_signed)),
        "expired": _Listener(mail.serve_tls, expired),
        "other_name": _Listener(mail.serve_tls, _context(certificates.other_name)),
        "silent": _Listener(connection_faults.stay_silent),
        "smtp": _Listener(connection_faults.speak_smtp),
        "dropped": _Listener(connection_faults.drop),
        **{f"{key}_mail": _Listener(server.serve, good) for key, server in token_mail.items()},
    }


def _context(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


def _swap_file(context: ssl.SSLContext, other: ssl.SSLContext, when: Callable[[], bool]) -> ssl.SSLContext:
    """Let the handshakes of a context go on with another one's certificate, whenever it is time for that."""

    def choose(connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, context: ssl.SSLContext) -> None:
        if when():
            connection.context = other

    context.sni_callback = choose
    return context


async def run(folder: Path, portal_url: str) -> None:
    """Serve until standard input closes or SIGTERM comes."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGINT, lambda: None)  # Ctrl+C reaches the parent too, which then ends this process
    await _watch_parent(stop)
    certificates = prepare_certificates(folder)
    good = _context(certificates.good)
    sockets = open_sockets()
    ports = {name: sock.getsockname()[1] for name, sock in sockets.items()}
    mended: set[str] = set()
    with ExitStack() as running:
        token_mail = {}
        for key, house in PROFILES.items():
            provider = running.enter_context(
                ProviderServer.start(key, sock=sockets[key], portal_url=portal_url, mended=mended)
            )
            token_mail[key] = prepare_token_mail(good, house, provider.store, mended)
        mail = await prepare_mail_server(good)
        for name, listener in _listeners(mail, token_mail, good, certificates, mended).items():
            await asyncio.start_server(listener.serve, sock=sockets[name], ssl=listener.certificate)
        print(json.dumps({"ports": ports, "ca_file": str(certificates.ca_file)}), flush=True)
        await stop.wait()


async def _watch_parent(stop: asyncio.Event) -> None:
    """Stop when the other end of standard input is gone, however the parent ended."""

    class _Input(asyncio.Protocol):
        def connection_lost(self, exc: Exception | None) -> None:
            stop.set()

    await asyncio.get_running_loop().connect_read_pipe(_Input, sys.stdin)


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m webapp.practice", description="Run the servers of practice mode.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the practice CA")
    parser.add_argument("--portal-url", default=PORTAL_URL, help="where the providers may call the portal back")
    arguments = parser.parse_args()
    asyncio.run(run(arguments.data, arguments.portal_url))


if __name__ == "__main__":
    main()
