"""A whole portal for measurements: its own data folder, gunicorn with two workers, and a person who is signed in."""

import http.client
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import insert

from tests.servers.services import answers, free_port
from webapp import create_app
from webapp.config.settings import Settings
from webapp.core.imap import Network
from webapp.models import (
    CheckState,
    Connection,
    Role,
    User,
    UserSession,
    db,
    new_token,
    token_hash,
    utcnow,
)
from webapp.security.password_hashing import hash_password
from webapp.services.providers.credentials import CREDENTIALS
from webapp.setup.startup import ensure_ready

_ROOT = Path(__file__).parent.parent
_HOST = "127.0.0.1"
_PATIENCE = 20.0

PASSED = 'class="verdict good"'
"""What the page says of a test that passed."""


class Browser:
    """A signed-in browser with one connection kept open."""

    def __init__(self, port: int, cookie: str) -> None:
        self._connection = http.client.HTTPConnection(_HOST, port, timeout=40)
        self._cookie = cookie

    def get(self, path: str) -> str:
        """Fetch a page."""
        return self._ask("GET", path, b"", {})

    def press(self, path: str, form: Mapping[str, str]) -> str:
        """Send a form the way htmx does."""
        headers = {"HX-Request": "true", "Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, urlencode(form).encode(), headers)

    def token(self, path: str) -> str:
        """Read the token of a page's form."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(path))
        if found is None:
            raise RuntimeError(f"{path} has no form")
        return found.group(1)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> str:
        self._connection.request(method, path, body or None, {"Cookie": self._cookie, **headers})
        answer = self._connection.getresponse()
        page = answer.read().decode()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path} answers {answer.status}")
        if renewed := re.match(r"postroom=[^;]+", answer.headers.get("Set-Cookie", "")):
            self._cookie = renewed.group()
        return page


@dataclass(frozen=True, kw_only=True)
class Portal:
    """A portal, and what one must know to use it; `app` is on the same database, for filling it."""

    app: Flask
    port: int
    cookie: str
    process_id: int

    def browser(self) -> Browser:
        """Return one more browser of the same person."""
        return Browser(self.port, self.cookie)

    def add_connection(self, name: str, *, server: str, user: str, password: str) -> int:
        """Add a connection that can be tested, and return its id."""
        arguments = ["--name", name, "--address", user, "--type", "credentials", "--server", server]
        outcome = self.app.test_cli_runner().invoke(args=["connections", "add", *arguments], input=f"{password}\n")
        if outcome.exit_code:
            raise RuntimeError(outcome.output)
        with self.app.app_context():
            found = db.session.query(Connection.id).filter_by(name=name).scalar()
            return int(found)

    def fill(self, count: int) -> None:
        """Add many connections that are only looked at."""
        states = list(CheckState)
        rows = [
            {
                "name": f"Mailbox {number}",
                "name_key": f"mailbox {number:06}",
                "address": f"mailbox{number}@example.com",
                "credential_type": CREDENTIALS,
                "host": "imap.example.com",
                "user": f"mailbox{number}@example.com",
                "owner_id": 1,
                "state": states[number % len(states)],
                "last_checked_at": utcnow(),
                "last_verdict": "Works",
            }
            for number in range(count)
        ]
        with self.app.app_context():
            db.session.execute(insert(Connection), rows)
            db.session.commit()


@contextmanager
def running_portal(
    network: Network | None = None, *, serving: str = "wsgi:app", api_requests_per_minute: int = 0
) -> Iterator[Portal]:
    """Start a portal on free ports, and stop and remove it in the end; `serving` is a module that adds to it."""
    network = network or Network()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        settings = Settings(
            data_dir=Path(folder),
            allowed_networks=network.allowed,
            ca_file=network.ca_file,
            api_requests_per_minute=api_requests_per_minute,
        )
        app = create_app(settings)
        with app.app_context():
            ensure_ready()
            cookie = _sign_in(app)
            db.engine.dispose()
        port = free_port()
        with _serving(serving, port, _environment(settings, port)) as process:
            yield Portal(app=app, port=port, cookie=cookie, process_id=process.pid)
        with app.app_context():
            db.engine.dispose()


def _sign_in(app: Flask) -> str:
    """Make an administrator who is signed in, and return the cookie."""
    token = new_token()
    user = User(name="Ann", address="ann@example.com", password_hash=hash_password(token), role=Role.ADMINISTRATOR)
    db.session.add(user)
    db.session.flush()
    db.session.add(UserSession(token_hash=token_hash(token), user_id=user.id))
    db.session.commit()
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    if serializer is None:
        raise RuntimeError("the portal has no secret key")
    return f"postroom={serializer.dumps({'_user_id': token, '_fresh': True, '_permanent': True})}"


def _environment(settings: Settings, port: int) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("POSTROOM_")}
    return {
        **inherited,
        "POSTROOM_DATA_DIR": str(settings.data_dir),
        "POSTROOM_BIND": f"{_HOST}:{port}",
        "POSTROOM_BASE_URL": f"http://{_HOST}:{port}",
        "POSTROOM_ALLOWED_NETWORKS": ",".join(map(str, settings.allowed_networks)),
        "POSTROOM_API_REQUESTS_PER_MINUTE": str(settings.api_requests_per_minute),
        "WEB_CONCURRENCY": "2",
        **({"POSTROOM_CA_FILE": str(settings.ca_file)} if settings.ca_file else {}),
    }


@contextmanager
def _serving(application: str, port: int, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "gunicorn", "-c", "python:webapp.gunicorn_conf", application]
    process = subprocess.Popen(command, cwd=_ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        ends = time.monotonic() + _PATIENCE
        while not answers(_HOST, port):
            if process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError("the portal does not start")
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        process.wait(_PATIENCE)
