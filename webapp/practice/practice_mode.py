"""Practice mode within the portal: its servers, the network they live in, and the way in for a ready administrator."""

import json
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path

from flask import Flask, url_for

from webapp.core.imap import Network
from webapp.models import CredentialType, Purpose, db
from webapp.practice.imap_server.scenarios import DOMAIN
from webapp.practice.ports import LOOPBACK
from webapp.practice.process import PracticeServers
from webapp.practice.provider_overrides import PracticeOAuth, practice_oauth
from webapp.practice.seed import seed
from webapp.services.accounts.one_time_links import make_link

_READY_FILE = "practice.json"
_LOOPBACK_NETWORK = ip_network("127.0.0.0/8")


class PracticeMode:
    """The practice mode of one portal; commands find the running servers by the file they left in the data folder."""

    def __init__(self, app: Flask, folder: Path) -> None:
        self._app = app
        self._ready_file = folder / _READY_FILE
        self._folder = folder
        self._servers: PracticeServers | None = None
        self.ports: Mapping[str, int] = {}
        self._use_ready_file()

    def start(self) -> None:
        """Start the servers; workers forked afterwards know them."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._servers = PracticeServers.start(self._folder, self._app.extensions["postroom.settings"].base_url)
        ready = {"ports": dict(self._servers.ports), "ca_file": str(self._servers.ca_file)}
        self._ready_file.write_text(json.dumps(ready), encoding="utf-8")
        self._use_ready_file()

    def stop(self) -> None:
        """Stop the servers."""
        if self._servers is not None:
            self._servers.stop()

    def sign_in_link(self) -> str:
        """Put the examples in place; return the path that signs the ready administrator in until the next start."""
        user = seed(self.ports)
        _, token = make_link(Purpose.PRACTICE, user=user)
        db.session.commit()
        with self._app.test_request_context():
            return url_for("practice.sign_in_as_administrator", token=token)

    def oauth_overrides(self) -> Mapping[CredentialType, PracticeOAuth]:
        """Return what stands in for Google and Microsoft; nothing while no servers are known."""
        return practice_oauth(self.ports)

    def _use_ready_file(self) -> None:
        ca_file = None
        if self._ready_file.exists():
            ready = json.loads(self._ready_file.read_text(encoding="utf-8"))
            self.ports, ca_file = ready["ports"], Path(ready["ca_file"])
        network: Network = self._app.extensions["postroom.network"]
        self._app.extensions["postroom.network"] = Network(
            allowed=(*network.allowed, _LOOPBACK_NETWORK),
            ca_file=ca_file or network.ca_file,
            hosts={f"*.{DOMAIN}": LOOPBACK},
        )
