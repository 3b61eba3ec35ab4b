"""The settings: one typed table, read from the environment (`POSTROOM_NAME`) or from a file (`POSTROOM_NAME_FILE`)."""

import os
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "POSTROOM_"


class SettingsError(Exception):
    """The settings cannot be used; the text names every fault and quotes no value."""


class Settings(BaseSettings):
    """Everything that can be set from outside."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, hide_input_in_errors=True, extra="ignore")

    base_url: str = Field("http://127.0.0.1:8000", description="The address people open the portal at, without a path.")
    data_dir: Path = Field(Path("data"), description="The folder of the database, the keys and nothing else.")
    database_url: str = Field("", description="SQLAlchemy URL of the database; empty: SQLite in the data folder.")
    secret_key: SecretStr = Field(
        SecretStr(""), description="Signs session cookies; empty: made once in the data folder."
    )
    data_keys: SecretStr = Field(
        SecretStr(""),
        description="Keys that seal stored secrets, `id:base64,…`, the first seals; empty: made once in the data folder.",
    )
    allowed_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        (),
        description="Private ranges in which IMAP servers may live, separated by commas; empty: public addresses only.",
    )
    ca_file: Path | None = Field(None, description="PEM file of further certificate authorities to trust.")
    proxies: int = Field(
        0, ge=0, le=5, description="How many reverse proxies stand in front and set X-Forwarded headers."
    )
    practice: bool = Field(False, description="Practice mode: an embedded mail server, loopback only.")

    @field_validator("allowed_networks", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("base_url")
    @classmethod
    def _is_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError("must be http:// or https:// with a host and no path")
        return value.rstrip("/")

    @field_validator("ca_file")
    @classmethod
    def _is_readable(cls, value: Path | None) -> Path | None:
        if value is not None and not os.access(value, os.R_OK):
            raise ValueError("the file cannot be read")
        return value

    @model_validator(mode="after")
    def _practice_stays_home(self) -> Self:
        if self.practice and not is_loopback(urlsplit(self.base_url).hostname or ""):
            raise ValueError("practice mode does not run beside a public BASE_URL: unset one of the two")
        return self

    @property
    def database(self) -> str:
        """Give the SQLAlchemy URL in force."""
        url = self.database_url or f"sqlite:///{(self.data_dir / 'postroom.db').absolute()}"
        return "postgresql://" + url.removeprefix("postgres://") if url.startswith("postgres://") else url

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], *sources: Any, **named: PydanticBaseSettingsSource
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments, then the environment, then the files the environment names."""
        return named["init_settings"], named["env_settings"], _FileSource(settings_cls)


class _FileSource(PydanticBaseSettingsSource):
    """Takes a setting from the file that `POSTROOM_<NAME>_FILE` names."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        variable = f"{PREFIX}{field_name.upper()}_FILE"
        if not (path := os.environ.get(variable)):
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except (OSError, UnicodeError) as error:
            raise SettingsError(f"{variable}: the file cannot be read ({type(error).__name__})") from None

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


def is_loopback(host: str) -> bool:
    """Say whether a host name or address is this machine itself."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def load() -> Settings:
    """Read the settings; raise `SettingsError` with every fault at once."""
    try:
        return Settings()
    except ValidationError as error:
        faults = (
            f"{PREFIX}{'_'.join(map(str, fault['loc'][:1])).upper() or 'PRACTICE'}: {fault['msg']}"
            for fault in error.errors()
        )
        raise SettingsError("\n".join(faults)) from None
