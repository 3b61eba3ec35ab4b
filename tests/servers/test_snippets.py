"""What “Use this connection” shows is run as it stands, against a served portal and a real Dovecot."""

import html
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from tests.conftest import sign_in_as
from tests.portals import ROOT
from tests.portals import environment as environment_of
from tests.servers.dovecot import USERS, Dovecot
from tests.servers.services import free_port
from tests.servers.test_dovecot_grants import (
    ANTON,
    in_microsofts_place,
    microsoft,
    running_microsoft,
    save,
    server,
)
from webapp.config.settings import Settings
from webapp.models import Scope, User, db
from webapp.practice.oauth_server.http_server import ProviderServer
from webapp.services.accounts.api_tokens import make_token

__all__ = ["microsoft", "running_microsoft", "server"]

PASSWORD_USER = "flags@example.com"


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def more_settings(server: Dovecot, running_microsoft: ProviderServer, port: int) -> Mapping[str, object]:
    return {**in_microsofts_place(server, running_microsoft), "base_url": f"http://127.0.0.1:{port}"}


@pytest.fixture
def served(app: Flask, port: int) -> Iterator[None]:
    """Serve the portal of this test."""
    serving = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield
    serving.shutdown()
    thread.join()
    serving.server_close()


@pytest.fixture
def environment(app: Flask, server: Dovecot, member: User) -> dict[str, str]:
    """Return what a program has in its environment: an API token, and whom Dovecot's certificate is from."""
    with app.app_context():
        _, token = make_token(member, "Nightly", [Scope.ACCESS_TOKEN, Scope.READ])
        db.session.commit()
    return {**os.environ, "POSTROOM_TOKEN": token, "SSL_CERT_FILE": str(server.ca_file)}


def snippet(client: FlaskClient, connection_id: int, name: str) -> str:
    page = client.get(f"/connections/{connection_id}").get_data(as_text=True)
    found = re.search(rf'<pre id="use-{name}"[^>]*>(.*?)</pre>', page, re.DOTALL)
    assert found
    return html.unescape(found[1])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["imapclient", "imaplib"])
def test_a_python_snippet_opens_the_mailbox(
    app: Flask, client: FlaskClient, member: User, microsoft: ProviderServer, served: None, environment: dict[str, str],
    name: str,
) -> None:  # fmt: skip
    saved = save(app, microsoft.issue_token(ANTON))
    sign_in_as(client, member)

    ran = subprocess.run(
        [sys.executable, "-c", snippet(client, saved.connection_id, name)],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    assert re.fullmatch(r"\d+\n", ran.stdout)


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_curl_snippet_gets_a_token(
    app: Flask, client: FlaskClient, member: User, microsoft: ProviderServer, served: None, environment: dict[str, str]
) -> None:
    saved = save(app, microsoft.issue_token(ANTON))
    sign_in_as(client, member)

    ran = subprocess.run(
        ["bash", "-c", snippet(client, saved.connection_id, "curl")],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["imap"]["user"] == ANTON


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_where_the_password_stays_with_the_portal_the_snippets_list_messages(
    app: Flask, client: FlaskClient, member: User, server: Dovecot, served: None, environment: dict[str, str]
) -> None:
    server.deliver(PASSWORD_USER)
    added = app.test_cli_runner().invoke(
        args=[
            *("connections", "add", "--name", "Flags", "--address", PASSWORD_USER, "--type", "credentials"),
            *("--server", f"{server.address}:{server.tls_port}:tls"),
        ],
        input=f"{USERS[PASSWORD_USER]}\n",
    )
    assert added.exit_code == 0, added.output
    sign_in_as(client, member)

    heard = [
        subprocess.run(
            [*program, snippet(client, 1, name)],
            env=environment, capture_output=True, text=True, timeout=60, check=False,
        )
        for program, name in (((sys.executable, "-c"), "messages"), (("bash", "-c"), "curl"))
    ]  # fmt: skip

    assert [(each.returncode, each.stderr) for each in heard] == [(0, ""), (0, "")]
    assert "ben@example.com Hello" in heard[0].stdout
    assert json.loads(heard[1].stdout)["messages"][0]["subject"] == "Hello"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_command_snippet_brings_the_files(
    app: Flask, client: FlaskClient, member: User, microsoft: ProviderServer, more_settings: Mapping[str, object],
    settings: Settings, tmp_path: Path,
) -> None:  # fmt: skip
    saved = save(app, microsoft.issue_token(ANTON))
    sign_in_as(client, member)
    command = snippet(client, saved.connection_id, "pull")

    ran = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        env={**environment_of(settings.data_dir, **more_settings), "HOME": str(tmp_path)},
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["summary"]
    assert (tmp_path / "reports").is_dir()
