"""Start a provider: real HTTP on loopback, in threads of this process."""

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from webapp.practice.oauth_server import grants
from webapp.practice.oauth_server.authorization_server import PracticeAuthorizationServer
from webapp.practice.oauth_server.control_endpoints import make_control_blueprint
from webapp.practice.oauth_server.endpoints import Addresses
from webapp.practice.oauth_server.pages import make_app
from webapp.practice.oauth_server.profiles import PROFILES
from webapp.practice.oauth_server.provider_profile import ProviderProfile
from webapp.practice.oauth_server.sample_users import SampleUser
from webapp.practice.oauth_server.token_faults import Fault, TokenFaults
from webapp.practice.oauth_server.token_store import ConsentGiven, TokenStore
from webapp.practice.ports import LOOPBACK

PORTAL_URL = "http://127.0.0.1:8000"
"""Where the portal is unless somebody says otherwise."""


class ProviderServer:
    """A running provider."""

    def __init__(self, house: ProviderProfile, server: PracticeAuthorizationServer, faults: TokenFaults) -> None:
        self.profile = house
        self.url: str = server.base_url
        self.store: TokenStore = server.store
        addresses = Addresses.of(house, server.base_url)
        self.endpoints, self.introspection, self.discovery = (
            addresses.endpoints,
            addresses.introspection,
            addresses.discovery,
        )
        self.client_id = house.client_id
        self.client_secret = house.client_secret
        self._server = server
        self._faults = faults

    @classmethod
    @contextmanager
    def start(
        cls,
        key: str,
        *,
        sock: socket.socket | None = None,
        portal_url: str = PORTAL_URL,
        redirect_uris: Iterable[str] = (),
        mended: set[str] | None = None,
    ) -> Iterator["ProviderServer"]:
        """Serve the provider `google` or `microsoft` on a socket that listens, or on any free port.

        `fixed` holds the keys of the scenarios that are fixed, for those who share it.
        """
        house, own = PROFILES[key], sock or _listen()
        with own:
            base_url = f"http://{LOOPBACK}:{own.getsockname()[1]}"
            allowed = {portal_url.rstrip("/") + house.callback_path, *redirect_uris}
            server = grants.make_server(house, base_url, TokenStore(), allowed, set() if mended is None else mended)
            app = make_app(server)
            faults = TokenFaults(app.wsgi_app, house.token_path)
            app.register_blueprint(make_control_blueprint(server, faults))
            app.wsgi_app = faults  # type: ignore[method-assign]
            web = _serve(app, own)
            try:
                yield cls(house, server, faults)
            finally:
                web.shutdown()
                web.server_close()

    @property
    def token_calls(self) -> int:
        """Count the token requests."""
        return self._faults.calls

    def user(self, address: str) -> SampleUser:
        """Find a person."""
        person = self.profile.find_user(address)
        if person is None:
            raise KeyError(address)
        return person

    def issue_token(self, address: str, *, scope: str | None = None, offline: bool = True) -> dict[str, Any]:
        """Hand out tokens without a sign-in."""
        granted = " ".join(sorted(self.profile.scopes_of_mail)) if scope is None else scope
        return self._server.issue(ConsentGiven(person=self.user(address), scope=granted, offline=offline))

    def revoke(self, address: str) -> None:
        """End everything a person has granted."""
        self.store.revoke(self.user(address))

    def fail_next(self, kind: str, *, seconds: float = 0.0, times: int = 1) -> None:
        """Let a fault befall the next token requests (see `Fault`)."""
        self._faults.add(Fault(kind=kind, seconds=seconds), times)

    def reset(self) -> None:
        """Forget grants, faults and counts, and what is fixed."""
        self.store.reset()
        self._server.mended.clear()
        self._faults.reset()


class _Handler(WSGIRequestHandler):
    """Says nothing: codes are in the addresses, and standard output has one reader and one line."""

    # Headers and body are written apart; with Nagle's algorithm the body would wait 40 ms for an acknowledgement.
    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: object) -> None:
        """Keep silent."""


def _listen() -> socket.socket:
    sock = socket.create_server((LOOPBACK, 0))
    sock.listen(128)
    return sock


def _serve(app: Any, sock: socket.socket) -> BaseWSGIServer:
    host, port = sock.getsockname()
    web = make_server(host, port, app, threaded=True, request_handler=_Handler, fd=sock.fileno())
    web.socket.setblocking(True)
    Thread(target=web.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True, name="practice provider").start()
    return web
