"""The settings of the portal as a guide lists them: read from their definition, so that none is missing or made up."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from markupsafe import Markup
from pydantic.fields import FieldInfo

from webapp.config.settings import PREFIX, Settings
from webapp.services.providers import PROVIDERS
from webapp.services.providers.oauth.spec import PROVIDER_SPECS
from webapp.services.providers.settings import fields_of, settings_class
from webapp.web.template_filters import code_spans


class SettingRow(NamedTuple):
    """One setting: its variable, what it is for, and what holds where it is not set; never its value."""

    name: str
    meaning: Markup
    default: str


def setting_rows() -> tuple[SettingRow, ...]:
    """Return the settings of the portal itself."""
    return tuple(_rows(Settings.model_fields))


def provider_setting_rows() -> list[tuple[str, tuple[SettingRow, ...]]]:
    """Return the settings of each provider, under the name of its credential type."""
    every = settings_class().model_fields
    return [
        (PROVIDERS[kind].label, tuple(_rows({name: every[name] for name in fields_of(spec)})))
        for kind, spec in PROVIDER_SPECS.items()
    ]


def _rows(fields: Mapping[str, FieldInfo]) -> Iterator[SettingRow]:
    for name, field in fields.items():
        yield SettingRow(f"{PREFIX}{name}".upper(), code_spans(field.description or ""), _default(field))


def _default(field: FieldInfo) -> str:
    """Return what holds by itself; where that is nothing, the meaning says what nothing means."""
    value = field.default
    if isinstance(value, bool):
        return "on" if value else "off"
    return "" if value in (None, ()) else str(value)
