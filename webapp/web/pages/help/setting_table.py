"""The settings of the portal as a guide lists them: read from their definition, so that none is missing or made up."""

from collections.abc import Iterator
from typing import NamedTuple

from markupsafe import Markup
from pydantic.fields import FieldInfo

from webapp.config.settings import PREFIX, Settings
from webapp.web.template_filters import code_spans


class SettingRow(NamedTuple):
    """One setting: its variable, what it is for, and what holds where it is not set; never its value."""

    name: str
    meaning: Markup
    default: str


def setting_rows(start: str) -> tuple[SettingRow, ...]:
    """Give the settings of one provider ("gmail", "outlook"), or those of the portal itself."""
    return tuple(_rows(start))


def _rows(start: str) -> Iterator[SettingRow]:
    for name, field in Settings.model_fields.items():
        provider = name.partition("_")[0]
        if start == (provider if provider in ("gmail", "outlook") else ""):
            yield SettingRow(f"{PREFIX}{name}".upper(), code_spans(field.description or ""), _default(field))


def _default(field: FieldInfo) -> str:
    """Say what holds by itself; where that is nothing, the meaning says what nothing means."""
    value = field.default
    if isinstance(value, bool):
        return "on" if value else "off"
    return "" if value in (None, ()) else str(value)
