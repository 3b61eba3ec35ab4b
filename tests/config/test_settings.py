"""Settings come from the environment or from files; what is wrong is said all at once, and no value is quoted."""

import os
from ipaddress import ip_network
from pathlib import Path

import pytest

from webapp.config.settings import PREFIX, SettingsError, load

KEY = "k" * 32


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def faults() -> list[str]:
    with pytest.raises(SettingsError) as raised:
        load()
    return str(raised.value).splitlines()


def test_without_any_setting_the_defaults_hold() -> None:
    settings = load()

    assert (settings.base_url, settings.practice, settings.allowed_networks) == ("http://127.0.0.1:8000", False, ())
    assert settings.database == f"sqlite:///{Path('data/postroom.db').absolute()}"


def test_a_setting_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTROOM_BASE_URL", "https://portal.example.com/")
    monkeypatch.setenv("POSTROOM_ALLOWED_NETWORKS", " 10.0.0.0/8 , fd00::/8,")

    settings = load()

    assert settings.base_url == "https://portal.example.com"
    assert settings.allowed_networks == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def test_a_setting_is_read_from_the_file_that_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"\n  {KEY}\r\n\n")
    (tmp_path / "networks").write_text("10.0.0.0/8\n")
    monkeypatch.setenv("POSTROOM_SECRET_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("POSTROOM_ALLOWED_NETWORKS_FILE", str(tmp_path / "networks"))

    settings = load()

    assert settings.secret_key.get_secret_value() == KEY
    assert settings.allowed_networks == (ip_network("10.0.0.0/8"),)


@pytest.mark.parametrize("name", ["key", "missing"])
def test_the_environment_wins_over_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    (tmp_path / "key").write_text("f" * 32)
    monkeypatch.setenv("POSTROOM_SECRET_KEY_FILE", str(tmp_path / name))
    monkeypatch.setenv("POSTROOM_SECRET_KEY", KEY)

    assert load().secret_key.get_secret_value() == KEY


@pytest.mark.parametrize("name", ["PRACTICE", "CA_FILE", "SECRET_KEY", "PROXIES", "DATA_DIR", "PRACTICE_FILE"])
def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    default = load()
    monkeypatch.setenv(f"POSTROOM_{name}", "")

    assert load() == default


def test_unknown_names_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTROOM_COLOUR", "blue")
    monkeypatch.setenv("POSTROOM_COLOUR_FILE", "/nowhere")

    assert load()


def test_a_file_that_cannot_be_read_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text(" \n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for name, file in {"SECRET_KEY": "missing", "DATA_KEYS": "empty", "BASE_URL": "binary", "CA_FILE": "."}.items():
        monkeypatch.setenv(f"POSTROOM_{name}_FILE", str(tmp_path / file))

    said = faults()

    assert sorted(said) == [
        "POSTROOM_BASE_URL: the file of POSTROOM_BASE_URL_FILE cannot be read (UnicodeDecodeError)",
        "POSTROOM_CA_FILE: the file of POSTROOM_CA_FILE_FILE cannot be read (IsADirectoryError)",
        "POSTROOM_DATA_KEYS: the file of POSTROOM_DATA_KEYS_FILE is empty",
        "POSTROOM_SECRET_KEY: the file of POSTROOM_SECRET_KEY_FILE cannot be read (FileNotFoundError)",
    ]


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("BASE_URL", "portal.example.com", "http"),
        ("BASE_URL", "https://portal.example.com/mail", "no path"),
        ("BASE_URL", "https://", "host"),
        ("BASE_URL", "https://[planted", "URL"),
        ("DATABASE_URL", "planted", "postgresql://"),
        ("DATABASE_URL", "mysql://ann:planted@db/postroom", "postgresql://"),
        ("SECRET_KEY", "planted", "16 characters"),
        ("DATA_KEYS", "planted", "entry 1"),
        ("DATA_KEYS", "k1:cGxhbnRlZA==", "32 bytes"),
        ("ALLOWED_NETWORKS", "10.0.0.0/8,planted", "entry 2"),
        ("ALLOWED_NETWORKS", "10.0.0.1/8", "entry 1"),
        ("CA_FILE", "/nowhere/planted.pem", "PEM"),
        ("PROXIES", "-1", "greater"),
        ("PROXIES", "planted", "integer"),
        ("PRACTICE", "planted", "boolean"),
    ],
)
def test_a_bad_value_is_named_and_not_quoted(monkeypatch: pytest.MonkeyPatch, name: str, value: str, word: str) -> None:
    monkeypatch.setenv(f"POSTROOM_{name}", value)

    said = faults()

    assert len(said) == 1
    assert said[0].startswith(f"POSTROOM_{name}: ")
    assert word in said[0]
    assert "planted" not in said[0]


@pytest.mark.parametrize("text", ["", "planted", "-----BEGIN CERTIFICATE-----\nplanted\n-----END CERTIFICATE-----\n"])
def test_a_file_without_certificates_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    (tmp_path / "ca.pem").write_text(text)
    monkeypatch.setenv("POSTROOM_CA_FILE", str(tmp_path / "ca.pem"))

    assert faults() == ["POSTROOM_CA_FILE: is no file of certificates in PEM form that can be read"]


def test_a_data_folder_inside_a_file_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("POSTROOM_DATA_DIR", str(tmp_path / "file" / "data"))

    assert faults() == ["POSTROOM_DATA_DIR: is no folder that can be written to"]


@pytest.mark.parametrize("url", ["http://localhost:8000", "http://127.0.0.1", "http://[::1]:8000", "http://127.9.9.9"])
def test_practice_runs_on_this_machine(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("POSTROOM_PRACTICE", "1")
    monkeypatch.setenv("POSTROOM_BASE_URL", url)

    assert load().practice


@pytest.mark.parametrize("url", ["https://portal.example.com", "http://0.0.0.0:8000", "http://localhost.example.com"])
def test_practice_does_not_run_beside_a_public_address(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("POSTROOM_PRACTICE", "1")
    monkeypatch.setenv("POSTROOM_BASE_URL", url)

    assert faults() == ["POSTROOM_PRACTICE: practice mode does not run beside a public BASE_URL: unset one of the two"]


@pytest.mark.parametrize("url", ["postgres://ann@db/postroom", "postgresql://ann@db/postroom"])
def test_both_names_of_postgresql_are_understood(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("POSTROOM_DATABASE_URL", url)

    assert load().database == "postgresql://ann@db/postroom"


def test_secrets_are_not_in_the_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTROOM_SECRET_KEY", KEY)

    assert KEY not in repr(load())
