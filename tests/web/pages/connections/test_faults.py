"""Every fault a server can have ends on the page: its problem named in time, no traceback, no secret."""

import logging
import time
from ipaddress import ip_network
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.core.imap.certificates import Authority
from tests.core.imap.faults import FAULTS, LOGIN_ONLY, Fault
from tests.core.imap.servers import HASTY, Peer, imap, serving
from tests.http_client import post
from tests.leaks import SECRET, leaks, stored
from tests.web.pages.connections.fault_slugs import SLUGS
from webapp.core.imap import Network, StepName
from webapp.models import User

NEW = "/connections/new"
SAVED_TOO = ("wrong password, LOGIN", "LOGINDISABLED", "expired", "silent, plain", "no INBOX", "endless list")


@pytest.fixture
def database() -> str:
    """Use one database: nothing here depends on which."""
    return "sqlite"


def echoes(peer: Peer, tag: str, rest: bytes) -> None:
    peer.say(tag.encode() + b" NO I do not like " + rest + b"\r\n")


ECHOES = (
    Fault("AUTHENTICATE said back", imap(AUTHENTICATE=echoes), StepName.AUTHENTICATE),
    Fault("LOGIN said back", imap(LOGIN_ONLY, LOGIN=echoes), StepName.AUTHENTICATE),
    Fault("the password said back", imap(AUTHENTICATE=f"TAG NO It is not {SECRET}"), StepName.AUTHENTICATE),
    Fault("the password in a BYE", imap(LOGIN_ONLY, LOGIN=f"* BYE {SECRET} {quote(SECRET)}"), StepName.AUTHENTICATE),
)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def _little_patience(app: Flask, authority: Authority, caplog: pytest.LogCaptureFixture) -> None:
    app.extensions["postroom.network"] = Network(allowed=(ip_network("127.0.0.0/8"),), ca_file=authority.ca_file)
    app.extensions["postroom.limits"] = HASTY
    caplog.set_level(logging.DEBUG)


def form(fault: Fault, port: int) -> dict[str, str]:
    return {
        "name": "Faulty",
        "address": "ann@example.com",
        "credential_type": "credentials",
        "password": SECRET,
        "host": fault.host,
        "port": str(port),
        "security": fault.security.value,
        "user": "ann@example.com",
    }


def test_every_fault_has_its_expected_problem() -> None:
    assert SLUGS.keys() == {fault.name for fault in FAULTS}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_ends_on_the_page_as_its_problem(
    app: Flask,
    client: FlaskClient,
    as_member: User,
    authority: Authority,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
) -> None:
    tls = fault.certificate(authority) if fault.certificate else None
    began = time.monotonic()

    with serving(fault.talk, tls) as port:
        response = post(client, "/connections/test", page=NEW, **form(fault, port))

    page = response.get_data(as_text=True)
    assert time.monotonic() - began < 20
    assert response.status_code == 200
    assert f'/help/problems/{SLUGS[fault.name]}">More about this' in page
    assert "<script>alert" not in page
    assert "Traceback" not in page + caplog.text
    assert leaks(page, caplog.text, stored(app)) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("fault", ECHOES, ids=lambda fault: fault.name)
def test_a_server_that_says_the_password_back_is_quoted_without_it(
    app: Flask, client: FlaskClient, as_member: User, caplog: pytest.LogCaptureFixture, fault: Fault
) -> None:
    with serving(fault.talk) as port:
        response = post(client, "/connections/test", page=NEW, **form(fault, port))

    page = response.get_data(as_text=True)
    assert "•••" in page
    assert leaks(page, caplog.text, stored(app)) == []


@pytest.mark.parametrize("name", SAVED_TOO)
def test_a_fault_of_a_saved_connection_is_remembered_as_its_problem(
    app: Flask, client: FlaskClient, as_member: User, authority: Authority, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    fault = next(fault for fault in FAULTS if fault.name == name)

    with serving(fault.talk, fault.certificate(authority) if fault.certificate else None) as port:
        path = post(client, NEW, **form(fault, port)).headers["Location"]
        tested = post(client, f"{path}/test", page=path)

    pages = [answer.get_data(as_text=True) for answer in (tested, client.get(path), client.get("/connections/"))]
    assert tested.status_code == 200
    assert all(f'/help/problems/{SLUGS[name]}">More about this' in page for page in pages[:2])
    assert "Fails" in pages[2]
    assert "Traceback" not in caplog.text
    assert leaks(*pages, caplog.text, stored(app)) == []
