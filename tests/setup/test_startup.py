"""Starting the portal for real: what the first start makes, what a start refuses, what survives a kill."""

import os
import signal
import sqlite3
import stat
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
import requests

from tests.conftest import PASSWORD
from tests.core.imap.servers import Peer, imap, serving
from tests.portals import ROOT, Browser, Environment, Portal, environment, flask, is_gone, serving_portal, within
from webapp.security.secret_box import new_key

ADMINISTRATOR = {"name": "Ada", "address": "ada@example.com", "password": PASSWORD}


@pytest.fixture
def env(tmp_path: Path) -> Environment:
    return environment(tmp_path / "data")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def set_up(portal: Portal) -> Browser:
    browser = portal.browser()
    answer = browser.send(portal.link, **ADMINISTRATOR)
    assert answer.status_code == 303, answer.text
    return browser


def test_the_first_start_makes_everything_and_the_second_reuses_it(env: Environment, tmp_path: Path) -> None:
    folder, log = tmp_path / "data", tmp_path / "log"
    with serving_portal(env, log) as portal:
        assert portal.get("/health").text == "ok\n"
        # Four fields of a search, full of letters that take six characters each.
        assert portal.get("/health?words=" + "%D1%8F" * 4 * 200).status_code == 200
        first = {path.name: path.read_bytes() for path in folder.glob("*.key")}
        modes = {path.name: mode(path) for path in folder.glob("*.key")}

    began = time.monotonic()
    with serving_portal(env, log) as portal:
        seconds = time.monotonic() - began
        answer = portal.get("/health")

    assert mode(folder) == 0o700
    assert modes == {"data.key": 0o600, "secret.key": 0o600}
    assert {path.name: path.read_bytes() for path in folder.glob("*.key")} == first
    assert answer.status_code == 200
    # Under 3 s on an idle machine.
    assert seconds < 10


def test_the_set_up_link_is_printed_until_there_is_an_administrator_and_only_the_newest_works(
    env: Environment, tmp_path: Path
) -> None:
    with serving_portal(env, tmp_path / "log") as portal:
        first = portal.link
    with serving_portal(env, tmp_path / "log") as portal:
        newest = portal.link
        old = portal.get(first)
        looked = portal.get(newest)
        browser = set_up(portal)
        again = portal.get(newest)

    with serving_portal(env, tmp_path / "log") as portal:
        later = portal.link

    assert first != newest
    assert (old.status_code, looked.status_code, again.status_code) == (404, 200, 410)
    assert "postroom" in browser.session.cookies
    assert later == ""


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_preparations_at_once_all_succeed(tmp_path: Path, database: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("postgres_url") if database == "postgresql" else ""
    env = environment(tmp_path / "data", database_url=url)

    with ThreadPoolExecutor(3) as pool:
        outcomes = list(pool.map(lambda _: flask("prepare", env=env), range(3)))

    assert [(outcome.returncode, outcome.stderr) for outcome in outcomes] == [(0, "")] * 3
    assert flask("connections", "list", env=env).returncode == 0


def refused(env: Environment, log: Path) -> str:
    """Start a portal that must not come up, and give what it says."""
    portal = Portal(env, log)
    serves = portal.wait()
    portal.stop()
    assert not serves
    assert portal.process.returncode != 0
    assert "Traceback" not in portal.output
    with pytest.raises(requests.ConnectionError):
        portal.get("/health")
    return portal.output


@pytest.fixture
def prepared(env: Environment, tmp_path: Path) -> Path:
    """Make a portal that has sealed something, and return its data folder."""
    assert flask("prepare", env=env).returncode == 0
    return tmp_path / "data"


def test_a_missing_data_key_is_named_and_nothing_starts(env: Environment, prepared: Path, tmp_path: Path) -> None:
    (prepared / "data.key").unlink()

    said = refused(env, tmp_path / "log")

    assert "the key file data.key is missing from the data folder" in said
    assert "POSTROOM_DATA_KEYS" in said
    assert not (prepared / "data.key").exists()


def test_a_wrong_data_key_is_named(env: Environment, prepared: Path, tmp_path: Path) -> None:
    wrong = new_key()
    (prepared / "data.key").write_text(wrong)

    said = refused(env, tmp_path / "log")

    assert "the data key 'k1' is not the one that sealed this value" in said
    assert wrong.partition(":")[2] not in said


def test_a_ring_without_the_key_that_sealed_says_which_is_missing(
    env: Environment, prepared: Path, tmp_path: Path
) -> None:
    ring = new_key().replace("k1:", "k2:")

    said = refused({**env, "POSTROOM_DATA_KEYS": ring}, tmp_path / "log")

    assert "the data key 'k1' is missing (keys at hand: k2)" in said


@pytest.mark.parametrize("name", ["data.key", "secret.key"])
def test_a_key_that_others_can_read_is_refused(env: Environment, prepared: Path, tmp_path: Path, name: str) -> None:
    (prepared / name).chmod(0o640)

    said = refused(env, tmp_path / "log")

    assert f"the key file {name} can be read by others: chmod 600 it" in said


def test_every_bad_setting_is_listed_at_once_and_no_secret_is_quoted(
    env: Environment, prepared: Path, tmp_path: Path
) -> None:
    bad = {
        "BASE_URL": "ftp://portal.example",
        "SECRET_KEY": "planted",
        "DATA_KEYS": "k1:planted",
        "DATABASE_URL": "planted",
        "ALLOWED_NETWORKS": "10.0.0.0/99",
        "CA_FILE": str(tmp_path / "none.pem"),
        "PROXIES": "many",
        "PRACTICE": "perhaps",
    }

    said = refused({**env, **{f"POSTROOM_{name}": value for name, value in bad.items()}}, tmp_path / "log")

    assert "Postroom cannot start:" in said
    assert [name for name in bad if f"POSTROOM_{name}: " not in said] == []
    assert "planted" not in said


def test_practice_refuses_a_public_address(env: Environment, tmp_path: Path) -> None:
    public = {**env, "POSTROOM_PRACTICE": "1", "POSTROOM_BASE_URL": "https://portal.example.com"}

    said = refused(public, tmp_path / "log")

    assert "practice mode does not run beside a public BASE_URL" in said
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])
def test_practice_refuses_to_listen_beyond_this_machine(host: str) -> None:
    outcome = subprocess.run(
        [ROOT / "bin" / "serve", "--practice", "--host", host], capture_output=True, text=True, timeout=10, check=False
    )

    assert outcome.returncode == 2
    assert "practice mode listens on this machine only" in outcome.stderr


def test_a_file_in_the_place_of_the_data_folder_is_said(env: Environment, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")

    said = refused(env, tmp_path / "log")

    assert "POSTROOM_DATA_DIR: " in said


def test_a_database_that_does_not_answer_is_said_without_its_password(env: Environment, tmp_path: Path) -> None:
    url = "postgresql+psycopg://ann:planted@127.0.0.1:1/postroom"

    said = refused({**env, "POSTROOM_DATABASE_URL": url}, tmp_path / "log")

    assert "the database cannot be used" in said
    assert "planted" not in said


def test_a_killed_worker_costs_its_own_requests_only(env: Environment, tmp_path: Path) -> None:
    reached, released = Event(), Event()

    def waits(peer: Peer, *_: object) -> None:
        reached.set()
        released.wait(20)
        peer.say("TAG NO No")

    with (
        serving(imap(AUTHENTICATE=waits)) as port,
        serving_portal({**env, "POSTROOM_ALLOWED_NETWORKS": "127.0.0.0/8"}, tmp_path / "log") as portal,
        ThreadPoolExecutor() as pool,
    ):
        browser = set_up(portal)
        saved = browser.send("/connections/new", **connection(port)).headers["Location"]
        running = pool.submit(browser.send, f"{saved}/test", page=saved)
        reached.wait(20)
        for worker in portal.family()[1:]:
            os.kill(worker, signal.SIGKILL)
        with pytest.raises(requests.ConnectionError):
            running.result(20)
        released.set()
        back = within(20, portal.answers)
        claimed = browser.send(f"{saved}/test", page=saved)
        let_claims_lapse(tmp_path / "data" / "postroom.db")
        lapsed = browser.send(f"{saved}/test", page=saved)

    assert back
    assert (claimed.status_code, lapsed.status_code) == (409, 200)
    assert "Traceback" not in portal.output


def test_a_killed_portal_leaves_no_process_behind(env: Environment, tmp_path: Path) -> None:
    with serving_portal({**env, "POSTROOM_PRACTICE": "1"}, tmp_path / "log") as portal:
        # The master, the practice servers and a worker.
        family = portal.family()
        served = portal.get(portal.link)

        os.kill(portal.process.pid, signal.SIGKILL)

        gone = within(15, lambda: all(map(is_gone, family)))
    assert len(family) == 3
    assert served.status_code == 303
    assert gone


def connection(port: int) -> dict[str, str]:
    return {
        "name": "Slow",
        "address": "ann@example.com",
        "credential_type": "credentials",
        "password": "open-sesame",
        "host": "127.0.0.1",
        "port": str(port),
        "security": "none",
        "user": "",
    }


def let_claims_lapse(database: Path) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("UPDATE connection SET checking_until = '2020-01-01 00:00:00'")
