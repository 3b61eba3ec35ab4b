"""The settings: one typed table, read from the environment (`POSTROOM_NAME`) or from a file (`POSTROOM_NAME_FILE`)."""

import os
import ssl
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from webapp.config.secret_files import FileSource, Unread
from webapp.core.net.loopback import is_loopback
from webapp.security.secret_box import SecretBoxError, parse_keys

PREFIX = "POSTROOM_"
_SHORTEST_KEY = 16


class SettingsError(Exception):
    """The settings cannot be used; the text names every fault and quotes no value."""


class Settings(BaseSettings):
    """Everything that can be set from outside; `services.providers.settings` adds what belongs to a provider."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, hide_input_in_errors=True, extra="ignore"
    )

    base_url: str = Field("http://127.0.0.1:8000", description="The address people open the portal at, without a path.")
    data_dir: Path = Field(Path("data"), description="The folder of the database, the keys and nothing else.")
    database_url: str = Field(
        "", repr=False, description="SQLAlchemy URL of the database; empty: SQLite in the data folder."
    )
    secret_key: SecretStr = Field(
        SecretStr(""), description="Signs session cookies; empty: made once in the data folder."
    )
    data_keys: SecretStr = Field(
        SecretStr(""),
        description="Seal stored secrets: `id:base64,…`, the first is in use; empty: made once in the data folder.",
    )
    allowed_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        (),
        description="Private ranges in which IMAP servers may live, separated by commas; empty: public addresses only.",
    )
    ca_file: Path | None = Field(None, description="PEM file of further certificate authorities to trust.")
    proxies: int = Field(
        0, ge=0, le=5, description="How many reverse proxies stand in front and set X-Forwarded headers."
    )
    help_public: bool = Field(True, description="Whether help can be read without signing in.")
    api_requests_per_minute: int = Field(
        600, ge=0, le=1_000_000, description="How often each API token may ask in a minute; 0: as often as it likes."
    )
    practice: bool = Field(False, description="Practice mode: an embedded mail server, loopback only.")

    @field_validator("base_url")
    @classmethod
    def _is_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError("must be http:// or https:// with a host and no path")
        return value.rstrip("/")

    @field_validator("data_dir")
    @classmethod
    def _is_writable(cls, value: Path) -> Path:
        nearest = next(path for path in (value, *value.absolute().parents) if path.exists())
        if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
            raise ValueError("is no folder that can be written to")
        return value

    @field_validator("database_url")
    @classmethod
    def _is_known_database(cls, value: str) -> str:
        try:
            known = not value or make_url(_modern(value)).get_backend_name() in ("sqlite", "postgresql")
        except ArgumentError:
            known = False
        if not known:
            raise ValueError("must look like postgresql://user:password@host/name")
        return value

    @field_validator("secret_key")
    @classmethod
    def _is_long_enough(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < _SHORTEST_KEY:
            raise ValueError(f"must have {_SHORTEST_KEY} characters at least")
        return value

    @field_validator("data_keys")
    @classmethod
    def _is_ring(cls, value: SecretStr) -> SecretStr:
        try:
            parse_keys(value.get_secret_value())
        except SecretBoxError as error:
            raise ValueError(str(error)) from None
        return value

    @field_validator("allowed_networks", mode="before")
    @classmethod
    def _are_networks(cls, value: object) -> object:
        return tuple(_networks(value)) if isinstance(value, str) else value

    @field_validator("ca_file")
    @classmethod
    def _holds_certificates(cls, value: Path | None) -> Path | None:
        if value is not None:
            try:
                ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(value)
            except OSError:
                raise ValueError("is no file of certificates in PEM form that can be read") from None
        return value

    @field_validator("practice")
    @classmethod
    def _stays_home(cls, value: bool, info: ValidationInfo) -> bool:
        if value and not is_loopback(urlsplit(info.data.get("base_url", "http://localhost")).hostname or ""):
            raise ValueError("practice mode does not run beside a public BASE_URL: unset one of the two")
        return value

    @field_validator("*", mode="before")
    @classmethod
    def _was_read(cls, value: object) -> object:
        if isinstance(value, Unread):
            raise ValueError(value.why)
        return value

    @property
    def database(self) -> str:
        """Return the SQLAlchemy URL in effect."""
        return _modern(self.database_url) or f"sqlite:///{(self.data_dir / 'postroom.db').absolute()}"

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], *sources: Any, **named: PydanticBaseSettingsSource
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments, then the environment, then the files the environment names."""
        return named["init_settings"], named["env_settings"], FileSource(settings_cls)


def _modern(url: str) -> str:
    """Write a database URL as SQLAlchemy wants it; many hosts still hand out the older form."""
    return "postgresql://" + url.removeprefix("postgres://") if url.startswith("postgres://") else url


def _networks(text: str) -> Iterator[IPv4Network | IPv6Network]:
    for place, part in enumerate(filter(None, map(str.strip, text.split(","))), start=1):
        try:
            yield ip_network(part)
        except ValueError:
            raise ValueError(f"entry {place} is not a network, as in 10.0.0.0/8") from None


def load(settings: type[Settings] = Settings) -> Settings:
    """Read the settings; raise `SettingsError` with every fault at once."""
    try:
        return settings()
    except ValidationError as error:
        faults = (
            f"{PREFIX}{str(fault['loc'][0]).upper()}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors()
        )
        raise SettingsError("\n".join(faults)) from None
